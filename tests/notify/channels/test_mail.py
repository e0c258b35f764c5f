"""E-mail through a real SMTP server on a loopback port."""

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from sqlalchemy import select

from services.notify.channels.adapters.smtp import SmtpChannel
from services.notify.channels.domain.letter import SENT, Letter, Outcome
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import give_up, send_due
from services.notify.inbox.domain.delivery import Delivery
from services.notify.settings import NotifySettings
from shared.cache.memory import MemoryCache
from shared.contracts.notify import MessageDelivered, MessageFailed
from shared.db.vault import Vault
from shared.jobs.queue import take_due
from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from shared.kernel.leased import Backoff
from shared.messaging.memory import MemoryBroker
from tests.notify.conftest import NewNotify, maker
from tests.notify.rui_an import GAOLOU, accepted, directory, everything, messages, ordered, tell
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.waiting import until

TOWN = f"township.{GAOLOU}"
ADDRESS = "gaolou@example.org"


class Sink:
    """Takes mail; refuses recipients with ``answer`` when it is set."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.answer: str | None = None

    async def handle_RCPT(  # noqa: N802 - the library calls it so
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        return "250 OK"

    @asynccontextmanager
    async def listening(self, port: int = 0) -> AsyncIterator[int]:
        """Listens on a loopback port, a free one unless ``port`` names it; gives its number."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(self, loop=loop), "127.0.0.1", port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await server.wait_closed()


@asynccontextmanager
async def mailing(new_notify: NewNotify, port: int, **settings: object) -> AsyncIterator[House]:
    """notify with mail on, and the township's address known."""
    async with new_notify(smtp_url=f"smtp://127.0.0.1:{port}", **settings) as house:
        await tell(house, *directory(), ordered())
        await prefer(house, language="en", email=ADDRESS)
        yield house


async def prefer(house: House, **preference: str | None) -> None:
    put = await house.client.put(f"/api/notify/recipients/{TOWN}", json=preference)
    assert put.status_code == 200, put.text


def port_that_nobody_listens_on() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


async def deliveries(house: House) -> list[Delivery]:
    async with house.uow("notify").reading() as session:
        return list(await session.scalars(select(Delivery)))


async def outcomes(house: House) -> list[MessageDelivered]:
    """What was published about e-mail."""
    events = await house.published("notify")
    return [
        event
        for event in events
        if isinstance(event, MessageDelivered) and event.channel == "email"
    ]


async def test_a_message_is_mailed_in_the_recipients_language(new_notify: NewNotify) -> None:
    sink = Sink()
    async with (
        sink.listening() as port,
        mailing(new_notify, port, mail_from="notice@example.org") as house,
    ):
        await tell(house, accepted())
        (delivered,) = await until(lambda: outcomes(house))
        (mail,) = sink.mails
        shown = (await messages(house, TOWN, "en"))[0]
        assert sink.recipients == [ADDRESS]
        assert mail["Subject"] == shown["subject"]
        plain, html = (body(mail, kind) for kind in ("plain", "html"))
        assert plain.strip().splitlines() == shown["text"].splitlines()
        assert "文化广场" in plain
        assert "文化广场" in html
        assert mail["From"] == "notice@example.org"
        assert mail["Message-ID"] == f"<{shown['id']}.email@example.org>"
        assert delivered == MessageDelivered(
            message_id=shown["id"], recipient_id=TOWN, channel="email", about=shown["about"]
        )
        counts = (await house.client.get("/api/notify/messages/counts")).json()
        assert counts["by_channel"] == {"inbox": 2, "email": 1}


async def test_nobody_without_an_address_gets_mail(new_notify: NewNotify) -> None:
    sink = Sink()
    async with sink.listening() as port, mailing(new_notify, port) as house:
        await tell(house, ordered(), accepted())
        await until(lambda: outcomes(house))
        assert sink.recipients == [ADDRESS]


async def test_mail_waits_for_a_server_that_is_down(new_notify: NewNotify) -> None:
    port = port_that_nobody_listens_on()
    sink = Sink()
    async with mailing(new_notify, port, mail_retry_seconds=0.2) as house:
        await tell(house, accepted())

        async def tried() -> bool:
            return any(delivery.error == "unreachable" for delivery in await deliveries(house))

        await until(tried)
        async with sink.listening(port):
            await until(lambda: outcomes(house))
        assert len(sink.mails) == 1
        assert [delivery.state for delivery in await deliveries(house)] == ["done"]
        assert (await messages(house, TOWN))[0]["code"] == "message.order_accepted"


async def test_mail_that_never_gets_through_is_given_up(new_notify: NewNotify) -> None:
    async with mailing(
        new_notify, port_that_nobody_listens_on(), mail_retry_seconds=0.005
    ) as house:
        await tell(house, accepted())
        (failed,) = await until(lambda: outcomes(house))
        assert isinstance(failed, MessageFailed)
        assert failed.reason_code == "email_unreachable"
        assert [(each.state, each.attempts) for each in await deliveries(house)] == [
            ("failed", Delivery.MOST_ATTEMPTS)
        ]
        counts = (await house.client.get("/api/notify/messages/counts")).json()
        assert counts["by_channel"]["email"] == 0


async def test_a_refusal_is_final_and_no_address_is_logged(
    new_notify: NewNotify, capsys: pytest.CaptureFixture[str]
) -> None:
    sink = Sink()
    sink.answer = f"550 <{ADDRESS}> no such mailbox"
    async with sink.listening() as port, mailing(new_notify, port) as house:
        await tell(house, accepted())
        (failed,) = await until(lambda: outcomes(house))
        assert isinstance(failed, MessageFailed)
        assert failed.reason_code == "email_refused"
        assert [delivery.attempts for delivery in await deliveries(house)] == [1]
        log = (await house.client.get("/api/notify/events", params={"limit": 1000})).text
        assert ADDRESS not in log
    written = capsys.readouterr()
    assert "mail refused" in written.out + written.err
    assert "example.org" not in written.out + written.err


async def test_a_server_that_is_busy_is_tried_again(new_notify: NewNotify) -> None:
    sink = Sink()
    sink.answer = "451 try again later"
    async with sink.listening() as port, mailing(new_notify, port, mail_retry_seconds=0.2) as house:
        await tell(house, accepted())

        async def tried() -> bool:
            return any(delivery.error == "unreachable" for delivery in await deliveries(house))

        await until(tried)
        sink.answer = None
        (delivered,) = await until(lambda: outcomes(house))
        assert not isinstance(delivered, MessageFailed)


async def test_an_address_taken_back_before_the_mail_went_is_respected(
    new_notify: NewNotify,
) -> None:
    async with mailing(new_notify, port_that_nobody_listens_on(), mail_retry_seconds=0.2) as house:
        await tell(house, accepted())
        await prefer(house, language="en", email=None)
        (failed,) = await until(lambda: outcomes(house))
        assert isinstance(failed, MessageFailed)
        assert failed.reason_code == "email_no_address"


async def test_a_redelivery_mails_once(new_notify: NewNotify) -> None:
    sink = Sink()
    async with sink.listening() as port, mailing(new_notify, port) as house:
        envelope = house.envelope(*accepted())
        for _ in range(3):
            await house.broker.publish([envelope])
        await until(lambda: outcomes(house))
        await house.broker.publish([envelope], to="notify")
        assert len(await deliveries(house)) == 1
        assert len(sink.mails) == 1


async def test_a_replay_of_old_events_fills_the_inbox_and_mails_nobody(
    new_notify: NewNotify,
) -> None:
    sink = Sink()
    async with sink.listening() as port, mailing(new_notify, port) as house:
        yesterday = utc_now() - timedelta(hours=25)
        await house.broker.publish([house.envelope(*accepted(), at=yesterday)])
        assert len(await everything(house)) == 2
        assert await deliveries(house) == []


async def test_without_a_mail_server_no_mail_piles_up(new_notify: NewNotify) -> None:
    async with new_notify() as house:
        await tell(house, *directory())
        await prefer(house, language="en", email=ADDRESS)
        await tell(house, ordered(), accepted())
        assert await deliveries(house) == []


async def test_a_mailer_that_died_in_the_middle_leaves_its_mail_to_the_next(
    new_store_url: NewUrl,
) -> None:
    """What a dead mailer had taken is free again when its lease is over; the id stays the same."""
    url = f"smtp://127.0.0.1:{port_that_nobody_listens_on()}"
    settings = NotifySettings(database_url=new_store_url(), smtp_url=url, mail_retry_seconds=600)
    async with running_house(maker(settings)) as house:
        await tell(house, *directory())
        await prefer(house, language="en", email=ADDRESS)
        await tell(house, accepted())
        (delivery,) = await deliveries(house)
    ahead = timedelta(hours=1)
    service = maker(settings)(MemoryBroker(), MemoryCache(), lambda: utc_now() + ahead)
    sent: list[str] = []

    class Dying(SmtpChannel):
        async def send(self, mails: Sequence[Letter]) -> dict[str, Outcome]:
            raise asyncio.CancelledError

    class Sending(SmtpChannel):
        async def send(self, mails: Sequence[Letter]) -> dict[str, Outcome]:
            sent.extend(mail.id for mail in mails)
            return {mail.id: SENT for mail in mails}

    die, send = (
        kind(url, "notice@example.org", utc_now, vault=service.vault) for kind in (Dying, Sending)
    )

    async def deliver(channel: Channel) -> int:
        taken = await take_due(service.uow, Delivery, new_id(), limit=10)
        if taken:
            await send_due(
                service.uow, service.texts, channel, Backoff(first=timedelta(seconds=1)), taken
            )
        return len(taken)

    with pytest.raises(asyncio.CancelledError):
        await deliver(die)
    assert await deliver(send) == 0
    ahead += Delivery.LEASE
    assert await deliver(send) == 1
    assert sent == [delivery.id]
    await service.database.close()


async def test_mail_that_kills_every_mailer_is_given_up_and_told(new_store_url: NewUrl) -> None:
    url = f"smtp://127.0.0.1:{port_that_nobody_listens_on()}"
    settings = NotifySettings(database_url=new_store_url(), smtp_url=url, mail_retry_seconds=600)
    async with running_house(maker(settings)) as house:
        await tell(house, *directory())
        await prefer(house, language="en", email=ADDRESS)
        await tell(house, accepted())
        ahead = timedelta(hours=1)
        service = maker(settings)(MemoryBroker(), MemoryCache(), lambda: utc_now() + ahead)
        taken = 0
        for _ in range(2 * Delivery.MOST_ATTEMPTS):
            taken += len(await take_due(service.uow, Delivery, new_id(), give_up=give_up))
            ahead += Delivery.LEASE
        await service.database.close()
        assert [delivery.state for delivery in await deliveries(house)] == ["failed"]
        (failed,) = await outcomes(house)
        assert isinstance(failed, MessageFailed)
        assert failed.reason_code == "email_unreachable"
        assert Delivery.MOST_ATTEMPTS - 1 <= taken <= Delivery.MOST_ATTEMPTS


@pytest.mark.parametrize("url", ["localhost:25", "http://127.0.0.1:25", "smtp://"])
def test_a_mail_server_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ValueError, match="smtp_url"):
        SmtpChannel(url, "notice@example.org", utc_now, vault=Vault())
