"""Reading what was merged, and what two entries say and hold that may be merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.accounts.queries import accounts_for
from services.catalog.consultation.queries import opinions_of
from services.catalog.contacts.queries import current_ids
from services.catalog.directory.domain import Agency, Entry, Team, Township
from services.catalog.directory.queries import (
    entries_by_code,
    names_of,
    teams_of_agency,
    teams_serving,
)
from services.catalog.items.queries import items_offered_by
from services.catalog.policy import POLICY
from services.catalog.successions.domain import Held, Kind, digest_of
from services.catalog.successions.tables import merger
from services.catalog.survey.queries.surveys import replies_of_team
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import (
    VolunteerView,
    open_value,
    require_reach,
    view_of,
    volunteers_of_team,
)
from services.catalog.wishes.queries import offers_of_team
from shared.db.vault import Vault
from shared.kernel.errors import NotFound
from shared.kernel.text import matched
from shared.unit_of_work import UnitOfWork

ENTRIES: Mapping[str, type[Entry]] = {"agency": Agency, "team": Team, "township": Township}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two entries side by side: the fields in which they differ, and what names them, as far as catalog knows."""

    kind: Kind
    gone: Entry | VolunteerView
    kept: Entry | VolunteerView
    different: tuple[str, ...]
    held: tuple[Held, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class Merger:
    """An entry that was merged into another one; a volunteer's has no name."""

    kind: Kind
    code: str
    into: str
    merged_on: date
    name: str
    name_en: str


def content_of(entry: Entry) -> Mapping[str, object]:
    """All that is compared of an entry."""
    return {
        "code": entry.code,
        "state": getattr(entry, "state", None),
        "merged_into": getattr(entry, "merged_into", None),
        **{name: getattr(entry, name) for name in entry.CONTENT},
    }


def person_content(person: Volunteer) -> Mapping[str, object]:
    """What is compared of a volunteer; sealed values stand for themselves."""
    return {"no": person.no, "merged_into": person.merged_into, **person.content()}


async def compare_entries(
    uow: UnitOfWork, kind: Literal["agency", "team", "township"], code: str, into: str
) -> Comparison:
    """Returns two entries side by side. :raises NotFound: there is no such entry."""
    uow.permit(POLICY, "merge_entries")
    of = ENTRIES[kind]
    async with uow.reading() as session:
        found = await entries_by_code(session, of, {code, into})
        for each in (code, into):
            if each not in found:
                raise NotFound(of.kind, each, states=of.STEPS)
        gone, kept = found[code], found[into]
        return Comparison(
            kind=kind,
            gone=gone,
            kept=kept,
            different=tuple(
                name for name in of.CONTENT if getattr(gone, name) != getattr(kept, name)
            ),
            held=await _held(session, kind, code, into),
            seen=digest_of([content_of(gone), content_of(kept)]),
        )


async def compare_volunteers(uow: UnitOfWork, no: str, into: str) -> Comparison:
    """Returns two volunteers side by side, masked; ``different`` tells the clear values apart.

    :raises NotFound: there is no such volunteer.
    """
    grant = uow.permit(POLICY, "merge_entries")
    async with uow.reading() as session:
        gone, kept = [
            require_reach(grant, await session.get(Volunteer, each), each) for each in (no, into)
        ]
        accounts = [len(await accounts_for(session, "volunteer_no", each)) for each in (no, into)]
    return Comparison(
        kind="volunteer",
        gone=view_of(uow.vault, gone),
        kept=view_of(uow.vault, kept),
        different=different_values(uow.vault, gone, kept),
        held=(Held("accounts", *accounts),),
        seen=digest_of([person_content(gone), person_content(kept)]),
    )


def different_values(vault: Vault, gone: Volunteer, kept: Volunteer) -> tuple[str, ...]:
    """Returns the fields in which two volunteers' entries differ, by their clear values where they are sealed."""

    def values(person: Volunteer) -> Mapping[str, object]:
        clear = {
            field: matched(value) if (value := open_value(vault, person, field)) else None
            for field in ("name", "phone", "identity")
        }
        return clear | {
            name: getattr(person, name) for name in ("team_code", "state", "consent_at")
        }

    left, right = values(gone), values(kept)
    return tuple(name for name in left if left[name] != right[name])


async def _held(session: AsyncSession, kind: Kind, code: str, into: str) -> tuple[Held, ...]:
    async def counted(of: str) -> Mapping[str, int]:
        if kind == "agency":
            return {
                "teams": len(await teams_of_agency(session, of)),
                "contacts": len(await current_ids(session, "agency", of)),
            }
        if kind == "township":
            return {
                "accounts": len(await accounts_for(session, "township_code", of)),
                "contacts": len(await current_ids(session, "township", of)),
                "areas": len(await teams_serving(session, of)),
                "opinions": len(await opinions_of(session, "township", of)),
            }
        return {
            "accounts": len(await accounts_for(session, "team_code", of)),
            "contacts": len(await current_ids(session, "team", of)),
            "volunteers": len(await volunteers_of_team(session, of)),
            "items": len(await items_offered_by(session, of)),
            "survey_replies": len(await replies_of_team(session, of)),
            "wish_replies": len(await offers_of_team(session, of)),
            "opinions": len(await opinions_of(session, "team", of)),
        }

    gone, kept = await counted(code), await counted(into)
    return tuple(Held(what, gone[what], kept[what]) for what in gone)


async def mergers_into(session: AsyncSession, kind: Kind, code: str) -> list[Merger]:
    """Returns what was merged into an entry, with what had been merged into that before; the latest first."""
    found: dict[str, tuple[str, date]] = {}
    ahead = {code}
    while ahead:
        query = select(merger).where(merger.c.kind == kind, merger.c.into.in_(ahead))
        rows = (await session.execute(query)).all()
        ahead = {row.code for row in rows} - set(found)
        found |= {row.code: (row.into, row.merged_on) for row in rows}
    names = await names_of(session, ENTRIES[kind], list(found)) if kind in ENTRIES else {}
    listed = [
        Merger(kind, each, into, merged_on, *names.get(each, ("", "")))
        for each, (into, merged_on) in found.items()
    ]
    return sorted(listed, key=lambda each: (each.merged_on, each.code), reverse=True)


async def list_mergers(
    uow: UnitOfWork, kind: Literal["agency", "team", "township"], code: str
) -> list[Merger]:
    """Returns what was merged into an entry of the directory (see :func:`mergers_into`)."""
    uow.permit(POLICY, "read_directory")
    async with uow.reading() as session:
        return await mergers_into(session, kind, code)


async def list_mergers_of_person(uow: UnitOfWork, no: str) -> list[Merger]:
    """Returns the numbers that a volunteer had as well. :raises NotFound: it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_volunteers")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, no), no)
        return await mergers_into(session, "volunteer", no)
