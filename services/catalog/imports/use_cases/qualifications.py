"""Rows about volunteers' qualifications: compared with what the volunteers hold, and granted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.imports.domain.columns import FIELDS
from services.catalog.imports.domain.rows import Outdated, Row
from services.catalog.items.queries import items_by_qualification
from services.catalog.volunteers.domain import Qualification, Volunteer
from services.catalog.volunteers.queries import qualifications_among, volunteers_among
from services.catalog.volunteers.use_cases.qualifications import (
    called,
    put_qualification,
    require_term,
)
from shared.kernel.errors import InvalidInput
from shared.kernel.text import matched
from shared.unit_of_work import Transaction

Held = Mapping[tuple[str, str], Qualification]
"""By the volunteer's number, and the name as it is compared."""


async def compare_qualifications(session: AsyncSession, rows: Sequence[Row], today: date) -> None:
    """Says of each row what becomes of it, by the rules of the form that grants one qualification."""
    numbers = {row.facts["volunteer_no"] for row in rows if "volunteer_no" in row.facts}
    people = await volunteers_among(session, numbers)
    held = await _held(session, numbers)
    known = {matched(name): name for name in await items_by_qualification(session)}
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        row.require(FIELDS["qualifications"])
        _find(row, people)
        for fault in _faults(row, known, today):
            row.blame(fault.field or "qualification", fault.code, **_plain(fault.facts))
        key = _key(row)
        if key is not None and first.setdefault(key, row.no) != row.no:
            row.blame("volunteer_no", "cell_repeated", row=first[key])
        row.conclude(
            row.facts.get("volunteer_no", ""),
            _before(held.get(key) if key is not None else None),
            {name: row.facts.get(name) for name in ("qualification", "granted_on", "expires_on")},
            {},
        )


async def grant_all(tx: Transaction, rows: Sequence[Row]) -> None:
    """Grants what the rows say. :raises Outdated: somebody has changed one of them since the rows were compared."""
    people = await tx.find_all(Volunteer, {row.code for row in rows})
    held = await _held(tx.session, set(people))
    for row in rows:
        person, key = people.get(row.code), _key(row)
        if person is None or key is None or "correct" not in person.STEPS[person.state]:
            raise Outdated
        before = _before(held.get(key)) or {}
        if any(before.get(name) != was for name, (was, _) in row.changes.items()):
            raise Outdated
        facts = row.facts
        await put_qualification(
            tx, person, facts["qualification"], facts["granted_on"], facts.get("expires_on")
        )


async def _held(session: AsyncSession, numbers: set[str]) -> Held:
    found = await qualifications_among(session, numbers)
    return {(each.volunteer_no, each.matched_name): each for each in found}


def _key(row: Row) -> tuple[str, str] | None:
    no, name = row.facts.get("volunteer_no"), row.facts.get("qualification")
    return (no, matched(name)) if no and name else None


def _before(held: Qualification | None) -> dict[str, Any] | None:
    if held is None or held.state != "held":
        return None
    return {
        "qualification": held.name,
        "granted_on": held.granted_on,
        "expires_on": held.expires_on,
    }


def _find(row: Row, people: Mapping[str, Volunteer]) -> None:
    if (no := row.facts.get("volunteer_no")) is None:
        return
    person = people.get(no)
    if person is None or person.state == "erased":
        row.blame("volunteer_no", "unknown_code", kind="volunteer", codes=no)
    elif person.merged_into is not None:
        row.blame("volunteer_no", "volunteer_merged", no=no, into=person.merged_into)


def _faults(row: Row, known: Mapping[str, str], today: date) -> Iterator[InvalidInput]:
    """What the form would refuse or ask about; the name becomes as items call it."""
    facts = row.facts
    try:
        if "qualification" in facts:
            facts["qualification"] = called(facts["qualification"], dict(known))
    except InvalidInput as error:
        yield error
    last = facts.get("expires_on")
    try:
        if "granted_on" in facts:
            require_term(facts["granted_on"], last, today)
    except InvalidInput as error:
        yield error
    else:
        if last is not None and last < today:
            yield InvalidInput("qualification_over", field="expires_on", day=last)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in facts.items()
        if name != "field"
    }
