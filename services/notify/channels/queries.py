"""What is due, and what an operator sees of the channels."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import (
    FailureView,
    count_waiting,
    known_for,
    list_deliverable,
    list_failures,
    list_gathered,
)
from services.notify.policy import POLICY
from services.notify.preferences.domain.preference import WAYS, Preference
from services.notify.preferences.queries import preferences_of
from services.notify.templates.queries import Known
from shared.unit_of_work import UnitOfWork

MOST_FAILURES = 50


@dataclass(frozen=True, slots=True)
class Due:
    """Deliveries with their messages and recipients, and what their texts and their sending depend on."""

    rows: list[tuple[str, Message, Recipient]]
    known: Known
    preferences: dict[str, Preference]


@dataclass(frozen=True, slots=True)
class ChannelView:
    """A channel: whether it is set up, and how many messages wait in it."""

    code: str
    is_set_up: bool
    waiting: int


async def read_due(uow: UnitOfWork, delivery_ids: Collection[str]) -> Due:
    async with uow.reading() as session:
        rows = await list_deliverable(session, delivery_ids)
        known = await known_for(session, [message for _, message, _ in rows])
        wanted = await preferences_of(session, {recipient.id for _, _, recipient in rows})
    return Due(rows, known, wanted)


async def read_gathered(uow: UnitOfWork, summary_id: str) -> Due:
    """What is gathered in a summary, as messages came."""
    async with uow.reading() as session:
        gathered = await list_gathered(session, summary_id)
    return await read_due(uow, gathered)


async def list_channels(
    uow: UnitOfWork, checks: Mapping[str, Callable[[AsyncSession], Awaitable[bool]]]
) -> list[ChannelView]:
    """The channels beside the inbox. ``checks`` say of each that this process has whether it can send."""
    uow.permit(POLICY, "read_channels")
    async with uow.reading() as session:
        waiting = await count_waiting(session)
        set_up = {code for code, check in checks.items() if await check(session)}
    return [ChannelView(code, code in set_up, waiting.get(code, 0)) for code in WAYS]


async def list_last_failures(uow: UnitOfWork) -> list[FailureView]:
    """What was given up last, by whom it was to reach; no address, no text."""
    uow.permit(POLICY, "read_channels")
    async with uow.reading() as session:
        return await list_failures(session, MOST_FAILURES)
