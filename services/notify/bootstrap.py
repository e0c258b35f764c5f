"""Puts notify together; the only place that does."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

from services.notify.addresses.routes import router as addresses
from services.notify.addresses.tables import OLD_CLAIMS, OLD_REQUESTS, address_claim
from services.notify.archive.jobs import old_events
from services.notify.channels.adapters.smtp import SmtpChannel
from services.notify.channels.jobs import BATCH, sending, summarising
from services.notify.channels.routes import router as channels_router
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.summaries import GATHERED_BY
from services.notify.consumers import subscriptions
from services.notify.contract.routes.documents import router as contract_documents
from services.notify.contract.routes.pages import router as contract_pages
from services.notify.escalation.jobs import asker
from services.notify.escalation.routes import router as escalation
from services.notify.inbox.jobs import old_messages
from services.notify.inbox.routes import router as inbox
from services.notify.inbox.tables import recipient
from services.notify.networks.domain import Network
from services.notify.networks.routes import router as networks
from services.notify.networks.use_cases import Outbound
from services.notify.policy import POLICY
from services.notify.preferences.routes import router as preferences
from services.notify.robots.adapters.webhook import RobotChannel
from services.notify.robots.routes import router as robots
from services.notify.robots.tables import robot
from services.notify.settings import NotifySettings
from services.notify.sms.adapters.gateway import SmsChannel
from services.notify.sms.routes import router as sms
from services.notify.sms.tables import sms_gateway
from services.notify.subscribers.adapters.http import WebhookSender
from services.notify.subscribers.jobs import OLD_DELIVERIES, Dispatcher, fanning_out
from services.notify.subscribers.routes import router as subscribers
from services.notify.subscribers.tables import subscription
from services.notify.tasks.routes import router as tasks
from services.notify.wording.routes import router as wording
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.kernel.shared_reads import SharedReads
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS
from shared.privacy.tables import person_part
from shared.service import Service
from shared.tls import trusting

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
ROBOT_BATCH = 50
"""Messages to groups that are taken together: what is over a robot's limit is merged within them."""


def build(
    settings: NotifySettings,
    *,
    broker: Broker,
    cache: Cache,
    clock: Clock,
    reaches_itself: bool = False,
) -> Service:
    """Returns notify, ready to be run. ``reaches_itself``: gateways and robots may be on this machine, as those of a
    demonstration are. It is no setting, so that no deployment can turn it on."""
    channels: list[Channel] = []
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai notify",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=subscriptions(cache, channels),
        routers=[
            inbox,
            escalation,
            tasks,
            networks,
            channels_router,
            sms,
            robots,
            preferences,
            addresses,
            subscribers,
            wording,
            contract_documents,
            contract_pages,
        ],
        policy=POLICY,
        sealed=[
            recipient.c.email_sealed,
            recipient.c.mobile_sealed,
            address_claim.c.address_sealed,
            sms_gateway.c.secret_sealed,
            robot.c.address_sealed,
            robot.c.secret_sealed,
            subscription.c.secret_sealed,
            subscription.c.former_secret_sealed,
            person_part.c.data_sealed,
        ],
        prunes=[
            EXPIRED_PARTS,
            OLD_CLAIMS,
            OLD_REQUESTS,
            OLD_DELIVERIES,
            old_messages(timedelta(days=settings.retention_days)),
            old_events(timedelta(days=settings.archive_days)),
        ],
        linger_seconds=0.5,  # nobody waits for `message_delivered`
    )
    in_clear = LOOPBACK if reaches_itself else ()
    channels += _channels(settings, service, in_clear)
    service.api.state.channels = {channel.code: channel for channel in channels}
    service.api.state.stream_reads = SharedReads()
    service.api.state.sms_secret_from_file = bool(settings.sms_secret)
    service.jobs.append(asker(service.uow, cache, channels))
    service.api.state.webhooks_in_clear = reaches_itself
    if settings.webhook_slots:
        webhooks = WebhookSender(trusting(settings.tls_ca_file), in_clear=in_clear)
        dispatcher = Dispatcher(
            service.uow,
            cache,
            webhooks.send,
            slots=settings.webhook_slots,
            allow=webhooks.allow,
        )
        service.jobs += [fanning_out(service.uow, cache), dispatcher.run]
    for channel in channels:
        if channel.code == GATHERED_BY:
            service.jobs.append(
                summarising(
                    service.uow,
                    cache,
                    service.texts,
                    channel,
                    retry_seconds=settings.mail_retry_seconds,
                )
            )
        service.jobs.append(
            sending(
                service.uow,
                cache,
                service.texts,
                channel,
                retry_seconds=settings.mail_retry_seconds,
                batch=ROBOT_BATCH if channel.code == "robot" else BATCH,
            )
        )
    return service


def _channels(
    settings: NotifySettings, service: Service, in_clear: Sequence[Network]
) -> list[Channel]:
    tls = trusting(settings.tls_ca_file)
    outbound = Outbound(service.uow, tls, in_clear=in_clear)
    found: list[Channel] = [
        SmsChannel(service.uow, outbound, secret=settings.sms_secret),
        RobotChannel(service.uow, outbound),
    ]
    if settings.smtp_url:
        found.append(
            SmtpChannel(
                settings.smtp_url,
                settings.mail_from,
                service.clock,
                vault=service.vault,
                trust=tls,
            )
        )
    return found
