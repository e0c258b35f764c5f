"""Puts notify together; the only place that does."""

from datetime import timedelta
from pathlib import Path

from services.notify.adapters.smtp import SmtpSender
from services.notify.api.routes import router
from services.notify.application.policy import POLICY
from services.notify.application.posting import Channels
from services.notify.application.retention import old_messages
from services.notify.consumers import subscriptions
from services.notify.jobs import mailer
from services.notify.settings import NotifySettings
from services.notify.store import tables
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
        routers=[router],
        policy=POLICY,
        sealed=[tables.recipient.c.email_sealed, person_part.c.data_sealed],
        prunes=[EXPIRED_PARTS, old_messages(timedelta(days=settings.retention_days))],
        linger_seconds=0.5,  # nobody waits for the word that somebody was told
    )
    if settings.smtp_url:
        sender = SmtpSender(settings.smtp_url, settings.mail_from, clock, trust=trusting(settings.tls_ca_file))
        service.jobs.append(
            mailer(service.uow, cache, service.texts, sender.send, retry_seconds=settings.mail_retry_seconds)
        )
    return service
