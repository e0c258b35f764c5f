"""Entering days on which somebody can't come, and keeping copies of what catalog says of volunteers."""

from datetime import date
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.dispatch.availability.domain import (
    MOST_AHEAD,
    Party,
    Unavailable,
    require_days,
)
from services.dispatch.availability.queries import (
    count_ahead,
    require_party,
    same_days,
    team_of,
)
from services.dispatch.availability.tables import held, unavailable, volunteer
from services.dispatch.planning.problem.problem import DayPart, HalfDay
from services.dispatch.policy import POLICY
from services.dispatch.stops.queries.lookups import bookings_of_team
from shared.contracts.catalog import (
    QualificationGranted,
    QualificationRevoked,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.db.engine import dialect_of
from shared.db.successors import current_code, note_successor
from shared.db.vault import Vault
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id
from shared.kernel.text import matched
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_unavailable(
    uow: UnitOfWork,
    *,
    team_code: str | None,
    volunteer_no: str | None,
    first_on: date,
    last_on: date,
    part: DayPart | None,
    confirmed: Confirmations = (),
) -> Unavailable:
    """Notes days on which a volunteer, or a whole team, can't come. Said twice, it is noted once.

    :raises InvalidInput: both or neither are named, the volunteer is not known, or the days can't be meant.
    :raises Forbidden: it is somebody else. :raises Conflict: there are too many entries ahead.
    :raises ConfirmationNeeded: the team has booths then.
    """
    grant = uow.permit(POLICY, "enter_unavailable")
    async with uow.transaction() as tx:
        if (team_code is None) == (volunteer_no is None):
            raise InvalidInput("team_or_volunteer", field="volunteer_no")
        party: Party = "team" if volunteer_no is None else "volunteer"
        code = volunteer_no or team_code or ""
        if volunteer_no is not None:
            team = await team_of(tx.session, volunteer_no)
            grant.require_for(
                "volunteer_no", teams=[] if team is None else [team], person=volunteer_no
            )
            if team is None:
                raise InvalidInput("unknown_volunteer", field="volunteer_no", no=volunteer_no)
        else:
            grant.require_for("team_code", teams=[code])
        require_days(first_on, last_on, tx.today)
        doubts = Doubts(confirmed)
        if party == "team":
            booked = await bookings_of_team(tx.session, code, first_on, last_on)
            booths = [row for row in booked if part in (None, row.part)]
            if booths:
                doubts.add("team_is_booked", "first_on", count=len(booths), day=booths[0].on)
        doubts.settle()
        known = await same_days(tx.session, party, code, first_on, last_on, part)
        if known is not None:
            return await tx.get(Unavailable, known)
        if await count_ahead(tx.session, party, code, tx.today) >= MOST_AHEAD:
            raise Conflict("unavailable_full", most=MOST_AHEAD)
        entered = Unavailable(
            id=new_id(),
            party=party,
            code=code,
            first_on=first_on,
            last_on=last_on,
            part=part,
            entered_at=tx.now,
        )
        tx.add(entered)
        return entered


async def note_away(tx: Transaction, no: str, half_day: HalfDay) -> None:
    """A volunteer who was expected then says that it is not possible."""
    on, part = half_day
    if await same_days(tx.session, "volunteer", no, on, on, part) is None:
        tx.add(
            Unavailable(
                id=new_id(),
                party="volunteer",
                code=no,
                first_on=on,
                last_on=on,
                part=part,
                entered_at=tx.now,
            )
        )


async def remove_unavailable(uow: UnitOfWork, entry_id: str) -> None:
    """They can come after all. :raises NotFound: there is no such entry, or it is somebody else's."""
    grant = uow.permit(POLICY, "enter_unavailable")
    async with uow.transaction() as tx:
        found = await tx.get(Unavailable, entry_id)
        await require_party(tx.session, grant, found.party, found.code, entry_id, Unavailable.kind)
        await tx.session.delete(found)


async def keep_volunteer(tx: Transaction, event: VolunteerChanged) -> bool:
    """Stores the volunteer, unless the entry turned out to be another one's double, and this is late. Returns whether
    it is stored."""
    if await current_code(tx.session, "volunteer", event.volunteer_no) != event.volunteer_no:
        return False
    row = {
        "no": event.volunteer_no,
        "team_code": await current_code(tx.session, "team", event.team_code),
        "active": event.active,
        "minor": event.minor,
        "novice": event.novice,
        "agreement_until": event.agreement_until,
    }
    await _replace(tx, volunteer, row)
    return True


async def keep_qualification(tx: Transaction, event: QualificationGranted) -> None:
    no = await current_code(tx.session, "volunteer", event.volunteer_no)
    if no != event.volunteer_no:
        return  # what the other entry took over is announced of that one
    row = {
        "volunteer_no": no,
        "qualification": matched(event.qualification),
        "expires_on": event.expires_on,
    }
    await _replace(tx, held, row)


async def drop_qualification(tx: Transaction, event: QualificationRevoked) -> None:
    await tx.session.execute(
        delete(held).where(
            held.c.volunteer_no == event.volunteer_no,
            held.c.qualification == matched(event.qualification),
        )
    )


async def merge_volunteers(tx: Transaction, event: VolunteerMerged) -> str:
    """What is kept of the one is the other's, whose number is returned. What the merged entry holds is announced."""
    into = await note_successor(tx.session, "volunteer", event.volunteer_no, event.into_no)
    for table, column in ((volunteer, volunteer.c.no), (held, held.c.volunteer_no)):
        await tx.session.execute(delete(table).where(column == event.volunteer_no))
    moved = update(unavailable).where(
        unavailable.c.party == "volunteer", unavailable.c.code == event.volunteer_no
    )
    await tx.session.execute(moved.values(code=into))
    return into


async def move_volunteers(tx: Transaction, team_code: str, into: str) -> None:
    """The team is the same as another one, whose are its volunteers and its days."""
    await tx.session.execute(
        update(volunteer).where(volunteer.c.team_code == team_code).values(team_code=into)
    )
    days = update(unavailable).where(unavailable.c.party == "team", unavailable.c.code == team_code)
    await tx.session.execute(days.values(code=into))


async def collect_availability(tx: Transaction, _vault: Vault, no: str) -> list[Record]:
    """What is held here about a volunteer: the days on which the person can't come, and until when what is held."""
    found = await tx.session.scalars(
        select(Unavailable).where(unavailable.c.party == "volunteer", unavailable.c.code == no)
    )
    return [
        {
            "kind": each.kind,
            "first_on": each.first_on.isoformat(),
            "last_on": each.last_on.isoformat(),
            "part": each.part,
            "entered_at": each.entered_at.isoformat(),
        }
        for each in found
    ]


async def erase_availability(tx: Transaction, no: str) -> int:
    """Forgets it. The copy of the entry stays without what it says, so that nobody is put on a roster again."""
    removed = 0
    for each in await tx.session.scalars(
        select(Unavailable).where(unavailable.c.party == "volunteer", unavailable.c.code == no)
    ):
        await tx.session.delete(each)
        removed += 1
    await tx.session.execute(delete(held).where(held.c.volunteer_no == no))
    await tx.session.execute(
        update(volunteer)
        .where(volunteer.c.no == no)
        .values(active=False, minor=False, novice=False, agreement_until=None)
    )
    return removed


async def forget_past_days(uow: UnitOfWork) -> None:
    """Days that are long over matter to nobody."""
    async with uow.transaction() as tx:
        await tx.session.execute(delete(unavailable).where(unavailable.c.last_on < tx.today))


async def _replace(tx: Transaction, table: Table, row: dict[str, Any]) -> None:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    keys = [column.name for column in table.primary_key]
    values = {name: value for name, value in row.items() if name not in keys}
    await tx.session.execute(
        make(table).values(**row).on_conflict_do_update(index_elements=keys, set_=values)
    )
