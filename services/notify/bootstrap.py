"""Puts notify together; the only place that does."""

from datetime import timedelta
from pathlib import Path

from services.notify.channels.adapters.smtp import SmtpSender
from services.notify.channels.jobs import mailer
from services.notify.consumers import subscriptions
from services.notify.inbox.jobs import old_messages
from services.notify.inbox.routes import router as inbox
from services.notify.inbox.tables import recipient
from services.notify.inbox.use_cases import Channels
from services.notify.policy import POLICY
from services.notify.settings import NotifySettings
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS
from shared.privacy.tables import person_part
from shared.service import Service
from shared.tls import trusting


def build(settings: NotifySettings, *, broker: Broker, cache: Cache, clock: Clock) -> Service:
    channels = Channels(cache=cache, email=bool(settings.smtp_url))
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai notify",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=subscriptions(channels),
        routers=[inbox],
        policy=POLICY,
        sealed=[recipient.c.email_sealed, person_part.c.data_sealed],
        prunes=[EXPIRED_PARTS, old_messages(timedelta(days=settings.retention_days))],
        linger_seconds=0.5,  # nobody waits for `message_delivered`
    )
    if settings.smtp_url:
        sender = SmtpSender(
            settings.smtp_url, settings.mail_from, clock, trust=trusting(settings.tls_ca_file)
        )
        service.jobs.append(
            mailer(
                service.uow,
                cache,
                service.texts,
                sender.send,
                retry_seconds=settings.mail_retry_seconds,
            )
        )
    return service
