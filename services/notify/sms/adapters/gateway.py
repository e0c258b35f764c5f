"""Text messages by the gateway that is set."""

import asyncio
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.channels.domain.letter import SENT, UNREACHABLE, Letter, Outcome
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import mobile_of, with_mobile
from services.notify.networks.use_cases import Outbound
from services.notify.sms.domain.gateway import Gateway
from services.notify.sms.domain.segments import fitted, segments_of
from services.notify.sms.queries import find_gateway, secret_of
from services.notify.sms.use_cases import reserve_segments, return_segments
from shared.http.outbound import AddressRefused
from shared.kernel.clock import CHINA
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

PAUSE = timedelta(minutes=1)
"""The wait after an answer 429 that names none."""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,30}")

log = logger(__name__)


class SmsChannel:
    """Sends text messages. Logs what went wrong, but never a number or a text."""

    code = "sms"

    def __init__(self, uow: UnitOfWork, outbound: Outbound, *, secret: str = "") -> None:
        """``secret`` is the gateway's where a file of secrets holds it; else the one that is set on the screen."""
        self._uow, self._outbound, self._secret = uow, outbound, secret

    async def targets(
        self, session: AsyncSession, recipient_ids: Collection[str]
    ) -> Mapping[str, Sequence[str]]:
        if not await self.is_set_up(session):
            return {}
        return dict.fromkeys(await with_mobile(session, recipient_ids), (self.code,))

    async def is_set_up(self, session: AsyncSession) -> bool:
        gateway = await find_gateway(session)
        return gateway is not None and gateway.is_active

    def address_of(self, recipient: Recipient, _target: str | None) -> str | None:
        return mobile_of(self._uow.vault, recipient)

    async def send(self, letters: Sequence[Letter]) -> Mapping[str, Outcome]:
        async with self._uow.reading() as session:
            gateway = await find_gateway(session)
        if gateway is None or not gateway.is_active:
            return {letter.id: Outcome("refused", detail="not_set_up") for letter in letters}
        secret = self._secret or secret_of(self._uow.vault, gateway)
        async with self._outbound.client() as client:
            found = await asyncio.gather(
                *(self._send(client, gateway, secret, letter) for letter in letters)
            )
        return {letter.id: outcome for letter, outcome in zip(letters, found, strict=True)}

    async def _send(
        self, client: httpx.AsyncClient, gateway: Gateway, secret: str, letter: Letter
    ) -> Outcome:
        now = self._uow.now()
        quiet = gateway.quiet_hours
        if (until := quiet.end_at(now) if quiet and not letter.is_urgent else None) is not None:
            return Outcome("throttled", until)
        text = fitted(composed(gateway, letter), gateway.most_segments)
        cost = segments_of(text)
        if not await reserve_segments(self._uow, cost, most=gateway.daily_segments):
            log.warning("the day's ceiling of text messages is reached", delivery_id=letter.id)
            return Outcome("throttled", next_day(now))
        request = gateway.request_for(phone=letter.address, text=text, secret=secret, key=letter.id)
        try:
            answer = await client.request(
                request.method, request.url, headers=request.headers, content=request.body
            )
        except AddressRefused as error:
            await return_segments(self._uow, cost)
            log.warning("text message not sent", why=str(error.facts.get("reason")))
            return Outcome("refused", detail="address_refused")
        except httpx.ConnectError as error:
            await return_segments(self._uow, cost)
            log.warning("text message gateway away", error=type(error).__name__)
            return UNREACHABLE
        except (httpx.HTTPError, httpx.InvalidURL) as error:  # it may have been taken
            log.warning("text message gateway silent", error=type(error).__name__)
            return UNREACHABLE
        outcome = judged(gateway, answer, now)
        if outcome.what != "sent":
            log.warning("text message", delivery_id=letter.id, outcome=outcome.what)
        return outcome


def composed(gateway: Gateway, letter: Letter) -> str:
    """The message as its reader sees it: who writes, what about, and the text in one line."""
    text = " ".join(letter.text.split())
    said = f"{letter.subject} {text}" if text else letter.subject
    return f"{gateway.signature}{said}"


def judged(gateway: Gateway, answer: httpx.Response, now: datetime) -> Outcome:
    """What an answer means."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        said = answer.headers.get("Retry-After", "")
        pause = timedelta(seconds=min(int(said), 86_400)) if said.isdecimal() else PAUSE
        return Outcome("throttled", now + pause)
    if answer.is_server_error:
        return UNREACHABLE
    if not answer.is_success:
        return Outcome("refused", detail=str(answer.status_code))
    try:
        body = answer.json() if gateway.ok_field else None
    except ValueError:
        return Outcome("refused", detail="no_json")
    if gateway.is_taken(body):
        return SENT
    said = gateway.said_in(body)
    return Outcome("refused", detail=said if _CODE.fullmatch(said) else "not_taken")


def next_day(now: datetime) -> datetime:
    """When the next day of China begins."""
    tomorrow = now.astimezone(CHINA).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=CHINA).astimezone(UTC)
