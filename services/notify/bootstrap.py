"""Puts notify together; the only place that does."""

from pathlib import Path

from services.notify.adapters.smtp import SmtpSender
from services.notify.api.routes import router
from services.notify.application.policy import POLICY
from services.notify.application.posting import Channels
from services.notify.consumers import subscriptions
from services.notify.jobs import mailer
from services.notify.settings import NotifySettings
from services.notify.store import tables as _mapped  # noqa: F401  # maps the domain's classes
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.service import Service


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
    )
    if settings.smtp_url:
        sender = SmtpSender(settings.smtp_url, settings.mail_from, clock)
        service.jobs.append(
            mailer(service.uow, cache, service.texts, sender.send, retry_seconds=settings.mail_retry_seconds)
        )
    return service
