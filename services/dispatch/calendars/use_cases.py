"""Making the addresses of calendars, reading them, and ending them with whom they concern."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.sql.elements import ColumnElement

from services.dispatch.calendars.domain import Calendar, Party
from services.dispatch.calendars.queries import (
    calendar_of_secret,
    first_shown,
    id_of_calendar,
    is_there,
    names_of,
    occasions_of,
    own_parties,
)
from services.dispatch.calendars.tables import calendar, entry
from services.dispatch.policy import POLICY
from shared.db.vault import Vault
from shared.kernel.access import SYSTEM
from shared.kernel.errors import Conflict, DomainError, Forbidden
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

SECRET_BYTES = 24
LONGEST_SECRET = 100


class CalendarEnded(DomainError):
    """There is no calendar at this address (any more): unknown, renewed by another, or of somebody who left.

    The answer does not tell which.
    """

    status = 410

    def __init__(self) -> None:
        super().__init__("calendar_ended")


@dataclass(frozen=True, slots=True)
class ShownCalendar:
    """A calendar with the Chinese and the English name of its party, and the first day that is shown."""

    calendar: Calendar
    names: tuple[str, str]
    first: date


async def make_address(uow: UnitOfWork, party: Party, code: str) -> tuple[str, datetime]:
    """Makes the secret in the address of a calendar of the actor's own, and returns it with the moment from which it
    holds. The one before ends. The secret can't be shown again.

    :raises Forbidden: the party does not concern the actor. :raises Conflict: it is not there (any more).
    """
    grant = uow.permit(POLICY, "subscribe_calendar")
    if (party, code) not in own_parties(grant, uow.actor.volunteer_no):
        raise Forbidden(grant.action, field="party_code")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    async with uow.transaction() as tx:
        if not await is_there(tx.session, party, code):
            raise Conflict("calendar_of_nobody", field="party_code")
        kept = await id_of_calendar(tx.session, grant.subject, party, code)
        if kept is not None:
            (await tx.get(Calendar, kept)).renew(_hash(secret), tx.now)
        else:
            made = Calendar(
                id=new_id(),
                account_id=grant.subject,
                party=party,
                code=code,
                secret_hash=_hash(secret),
                made_at=tx.now,
            )
            tx.add(made)
        return secret, tx.now


async def read_calendar(uow: UnitOfWork, secret: str) -> ShownCalendar:
    """The calendar of an address, as its party's stops or duties stand now.

    What changed since it was read last is noticed here and counted: a phone knows of nothing else. Following is no
    act of the reader, so that the audit log does not speak of it.

    :raises CalendarEnded:
    """
    uow.permit(POLICY, "read_calendar")
    since = first_shown(uow.today())
    if len(secret) > LONGEST_SECRET:
        raise CalendarEnded
    async with uow.reading() as session:
        found = await calendar_of_secret(session, _hash(secret))
        if found is None or not await is_there(session, found.party, found.code):
            raise CalendarEnded
        names = await names_of(session, found.party, found.code)
        if not found.is_behind(await occasions_of(session, found.party, found.code, since), since):
            return ShownCalendar(found, names, since)
    async with uow.acting(SYSTEM).transaction() as tx:
        kept = await tx.find(Calendar, found.id)
        if kept is None or kept.secret_hash != found.secret_hash:
            raise CalendarEnded
        # Read anew: whoever held the calendar until now may have seen something newer.
        kept.follow(await occasions_of(tx.session, kept.party, kept.code, since), since, tx.now)
        return ShownCalendar(kept, names, since)


async def end_of_account(tx: Transaction, account_id: str, before: datetime) -> None:
    """An account was signed out everywhere: what it could read until then, nobody reads for it any more."""
    await _end(tx, calendar.c.account_id == account_id, calendar.c.made_at <= before)


async def end_of_party(tx: Transaction, party: Party, code: str) -> int:
    """The party is gone, and whatever was kept of it here; returns how many calendars that were."""
    return await _end(tx, calendar.c.party == party, calendar.c.code == code)


async def move_calendars(tx: Transaction, code: str, by: str) -> None:
    """A township has another division code: its calendars stay as they are."""
    query = select(Calendar).where(calendar.c.party == "township", calendar.c.code == code)
    for each in await tx.session.scalars(query):
        each.code = by


async def tidy_calendars(uow: UnitOfWork) -> None:
    """Forgets entries that are no longer shown, and calendars of those who left or turned out to be doubles."""
    async with uow.transaction() as tx:
        await tx.session.execute(delete(entry).where(entry.c.on < first_shown(tx.today)))
        parties = select(calendar.c.party, calendar.c.code).distinct()
        for row in list(await tx.session.execute(parties)):
            party = cast(Party, row.party)
            if not await is_there(tx.session, party, row.code):
                await end_of_party(tx, party, row.code)


async def collect_calendars(tx: Transaction, _vault: Vault, no: str) -> list[Record]:
    """What is kept here of a volunteer's calendar, but not its address, of which nobody knows more than a hash."""
    query = select(Calendar).where(calendar.c.party == "volunteer", calendar.c.code == no)
    return [
        {
            "kind": each.kind,
            "made_at": each.made_at.isoformat(),
            "entries": [
                {
                    "on": shown.on.isoformat(),
                    "part": shown.part,
                    "place": shown.says["place"],
                    "is_cancelled": shown.is_cancelled,
                }
                for shown in each.entries
            ],
        }
        for each in await tx.session.scalars(query)
    ]


async def _end(tx: Transaction, *which: ColumnElement[bool]) -> int:
    ids = select(calendar.c.id).where(*which)
    await tx.session.execute(delete(entry).where(entry.c.calendar_id.in_(ids)))
    done = await tx.session.execute(delete(calendar).where(*which))
    return done.rowcount if isinstance(done, CursorResult) else 0


def _hash(secret: str) -> str:
    """Hashes what is random and long, which needs no key."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
