"""Reading entries that are likely to be one."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Agency, Entry, Team
from services.catalog.directory.queries import unmerged_names
from services.catalog.doubles.domain import (
    Alike,
    Double,
    Kind,
    Likeness,
    doubles_among,
    plain_name,
    plainly,
)
from services.catalog.doubles.tables import dismissed_double
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import alike_volunteers, view_of
from shared.pinyin import syllables
from shared.unit_of_work import UnitOfWork

MOST_DOUBLES = 200


@dataclass(frozen=True, slots=True)
class Dismissal:
    """That two entries are two: since when, and which account has said it."""

    on: date
    by: str


@dataclass(frozen=True, slots=True)
class NamedDouble:
    """Two entries that are likely to be one, by name; volunteers' are masked, with their teams' codes."""

    code: str
    name: str
    other_code: str
    other_name: str
    reasons: tuple[Likeness, ...]
    basis: str
    team_code: str | None = None
    other_team_code: str | None = None
    dismissed: Dismissal | None = None


@dataclass(frozen=True, slots=True)
class Doubles:
    """The likely doubles of each kind; those of which somebody has said that they are two come last."""

    agencies: Sequence[NamedDouble]
    teams: Sequence[NamedDouble]
    volunteers: Sequence[NamedDouble]


async def list_doubles(uow: UnitOfWork) -> Doubles:
    """Returns entries that are likely to be one: agencies and teams by name, its sound and the credit code, volunteers
    by name within a team and by phone number. It is a proposal: the coordinator looks and decides."""
    uow.permit(POLICY, "merge_entries")
    async with uow.reading() as session:
        agencies = {row.code: row.name for row in await unmerged_names(session, Agency)}
        teams = {row.code: row.name for row in await unmerged_names(session, Team)}
        return Doubles(
            agencies=[
                _named(pair, agencies, dismissal)
                for pair, dismissal in await _sorted(session, "agency")
            ],
            teams=[
                _named(pair, teams, dismissal) for pair, dismissal in await _sorted(session, "team")
            ],
            volunteers=await _people(uow, session),
        )


async def likely_doubles(session: AsyncSession, kind: Kind) -> list[Double]:
    """Returns all pairs of a kind that are likely to be one, whatever was said of them."""
    if kind == "volunteer":
        alike = await alike_volunteers(session, most=MOST_DOUBLES)
        return doubles_among(
            (likeness, no, mark) for likeness, marked in alike.items() for no, mark in marked
        )
    rows = await unmerged_names(session, Agency if kind == "agency" else Team)
    marked: list[tuple[Likeness, str, str]] = []
    for row in rows:
        marks = _marks_of(row.name, row.credit_code if kind == "agency" else None)
        marked += [(likeness, row.code, mark) for likeness, mark in marks]
    return [each.plainly() for each in doubles_among(marked)]


async def likely_same(
    session: AsyncSession, kind: type[Entry], named: Mapping[int, tuple[str, str | None]]
) -> dict[int, list[Alike]]:
    """Returns the entries of a kind that are likely to be what is about to be entered: by its number, from its name and
    its credit code."""
    entries = await unmerged_names(session, kind) if named else ()
    known = [(row.code, row.name, getattr(row, "credit_code", None)) for row in entries]
    return await asyncio.to_thread(_alike, named, known)


def _alike(
    named: Mapping[int, tuple[str, str | None]], known: Sequence[tuple[str, str, str | None]]
) -> dict[int, list[Alike]]:
    by_mark: defaultdict[tuple[Likeness, str], list[tuple[str, str]]] = defaultdict(list)
    for code, name, credit_code in known:
        for mark in _marks_of(name, credit_code):
            by_mark[mark].append((code, name))
    found: dict[int, list[Alike]] = {}
    for number, (name, credit_code) in named.items():
        reasons: defaultdict[tuple[str, str], list[Likeness]] = defaultdict(list)
        for mark in _marks_of(name, credit_code):
            for entry in by_mark.get(mark, ()):
                reasons[entry].append(mark[0])
        if reasons:
            found[number] = [
                Alike(*entry, plainly(tuple(why))) for entry, why in sorted(reasons.items())
            ]
    return found


def _marks_of(name: str, credit_code: str | None) -> list[tuple[Likeness, str]]:
    """What an entry has in common with those that are likely to be the same."""
    plain = plain_name(name)
    marks: list[tuple[Likeness, str]] = []
    if plain:
        marks += [("same_name", plain), ("same_sound", sound_of(plain))]
    if credit_code:
        marks.append(("same_credit_code", credit_code))
    return marks


async def _sorted(session: AsyncSession, kind: Kind) -> list[tuple[Double, Dismissal | None]]:
    """Those that wait for somebody first, then those that are two; few of each."""
    query = select(dismissed_double).where(dismissed_double.c.kind == kind)
    said = {
        (row.code, row.other, row.basis): Dismissal(row.dismissed_on, row.dismissed_by)
        for row in await session.execute(query)
    }
    pairs = [
        (pair, said.get((pair.code, pair.other, pair.basis)))
        for pair in await likely_doubles(session, kind)
    ]
    waiting = [each for each in pairs if each[1] is None]
    two = [each for each in pairs if each[1] is not None]
    return waiting[:MOST_DOUBLES] + two[:MOST_DOUBLES]


def _named(pair: Double, names: Mapping[str, str], dismissal: Dismissal | None) -> NamedDouble:
    named = names[pair.code], names[pair.other]
    return NamedDouble(
        pair.code,
        named[0],
        pair.other,
        named[1],
        pair.reasons,
        pair.basis,
        dismissed=dismissal,
    )


async def _people(uow: UnitOfWork, session: AsyncSession) -> list[NamedDouble]:
    pairs = await _sorted(session, "volunteer")
    numbers = {no for pair, _ in pairs for no in (pair.code, pair.other)}
    people = {
        person.no: view_of(uow.vault, person)
        for no in sorted(numbers)
        if (person := await session.get(Volunteer, no)) is not None
    }
    names = {no: person.name or "" for no, person in people.items()}
    return [
        replace(
            _named(pair, names, dismissal),
            team_code=people[pair.code].team_code,
            other_team_code=people[pair.other].team_code,
        )
        for pair, dismissal in pairs
        if pair.code in people and pair.other in people
    ]


def sound_of(plain: str) -> str:
    """A name in pinyin: what is typed wrongly on a Chinese keyboard often sounds right."""
    return "".join(syllables(plain)).lower()
