"""Robots of WeCom and DingTalk by their webhooks."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.channels.domain.letter import NO_ADDRESS, UNREACHABLE, Letter, Outcome
from services.notify.inbox.domain.recipient import Recipient
from services.notify.networks.use_cases import Outbound
from services.notify.robots.domain.robot import Piece
from services.notify.robots.domain.speech import body_of, judged, said, signed
from services.notify.robots.queries import any_robot, robots_of
from services.notify.robots.use_cases import Turn, note_answers, reserve_calls
from shared.http.outbound import AddressRefused
from shared.kernel.errors import NotFound
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

log = logger(__name__)


class RobotChannel:
    """Says messages in groups' chats. A letter's address is a robot's id; the robot's own address is its secret, and
    is in no log."""

    code = "robot"

    def __init__(self, uow: UnitOfWork, outbound: Outbound) -> None:
        self._uow, self._outbound = uow, outbound

    async def targets(
        self, session: AsyncSession, recipient_ids: Collection[str]
    ) -> Mapping[str, Sequence[str]]:
        return await robots_of(session, recipient_ids)

    async def is_set_up(self, session: AsyncSession) -> bool:
        return await any_robot(session)

    def address_of(self, _recipient: Recipient, target: str | None) -> str | None:
        return target

    async def send(self, letters: Sequence[Letter]) -> Mapping[str, Outcome]:
        by_robot: defaultdict[str, list[Letter]] = defaultdict(list)
        for letter in letters:
            by_robot[letter.address].append(letter)
        async with self._outbound.client() as client:
            found = await asyncio.gather(
                *(self._speak(client, robot, theirs) for robot, theirs in by_robot.items())
            )
        return {key: outcome for outcomes in found for key, outcome in outcomes.items()}

    async def _speak(
        self, client: httpx.AsyncClient, robot_id: str, letters: Sequence[Letter]
    ) -> dict[str, Outcome]:
        pieces = [(_piece(letter, "text"), _piece(letter, "markdown")) for letter in letters]
        try:
            turn = await reserve_calls(self._uow, robot_id, pieces)
        except NotFound:
            return {letter.id: NO_ADDRESS for letter in letters}
        waiting = Outcome("throttled", turn.others_at)
        outcomes = {letter.id: waiting for letter in letters}
        answers: list[Outcome] = []
        for call in turn.calls:
            answer = await self._call(client, robot_id, turn, call.text)
            answers.append(answer)
            outcomes |= dict.fromkeys(call.ids, answer)
            if answer.what == "throttled":
                waiting = answer
                break
        said_now = {key for call in turn.calls[: len(answers)] for key in call.ids}
        outcomes |= dict.fromkeys(outcomes.keys() - said_now, waiting)
        if answers:
            await note_answers(self._uow, robot_id, answers)
        return outcomes

    async def _call(
        self, client: httpx.AsyncClient, robot_id: str, turn: Turn, text: str
    ) -> Outcome:
        now = self._uow.now()
        address = signed(turn.address, turn.secret, now) if turn.secret else turn.address
        try:
            answer = await client.post(address, json=body_of(turn.vendor, turn.style, text))
            body = answer.json()
        except AddressRefused as error:
            log.warning("robot not called", robot_id=robot_id, why=str(error.facts.get("reason")))
            return Outcome("refused", detail="address_refused")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            log.warning("robot out of reach", robot_id=robot_id, error=type(error).__name__)
            return UNREACHABLE
        outcome = judged(turn.vendor, answer.status_code, body, now)
        if outcome.what != "sent":
            log.warning("robot not heard", robot_id=robot_id, errcode=outcome.detail)
        return outcome


def _piece(letter: Letter, style: str) -> Piece:
    return Piece(letter.id, said(letter, style), letter.has_waited)
