"""Rows about volunteers: compared with who is entered, and entered by the rules of the form."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, time, timedelta
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.doubles.domain import Alike
from services.catalog.imports.domain.columns import FIELDS, Field, fields_of
from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.domain.rows import Outdated, Row
from services.catalog.imports.use_cases.references import References
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import FIELDS as PERSONAL
from services.catalog.volunteers.domain import MASKS, PersonalField, Volunteer
from services.catalog.volunteers.queries import (
    open_value,
    volunteers_among,
    volunteers_by_index,
)
from services.catalog.volunteers.use_cases.entering import (
    NewVolunteer,
    already_entered,
    enter_all,
    index_of,
    require_age,
    require_agreed,
)
from shared.db.vault import Vault
from shared.kernel.access import Grant
from shared.kernel.clock import CHINA
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.masks import mask_name
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)

MASK = "*"
"""It is in each value that an export shows masked, and in none that is whole."""

_FIELDS: Mapping[str, Field] = fields_of("volunteers")
_TEAM = _FIELDS["team_code"]
_ENTERED = tuple(one.name for one in fields(NewVolunteer))
_PLAIN = ("team_code", "consent_version", "novice_until", "agreement_until")
"""What a row and an entry must agree in as it stands."""
_SAME_MOMENT = timedelta(minutes=1)
"""A file of Excel keeps moments as parts of days, which are not exact."""

Indexes = Mapping[PersonalField, str]


@dataclass(slots=True)
class Known:
    """Who is entered already, of those that rows may mean: by number, and by the blind index of each value."""

    by_no: dict[str, Volunteer]
    by_index: dict[PersonalField, dict[str, list[Volunteer]]]

    @classmethod
    async def read(
        cls, session: AsyncSession, rows: Sequence[Row], indexes: Mapping[int, Indexes]
    ) -> "Known":
        numbers = {row.facts["no"] for row in rows if "no" in row.facts}
        found = cls(await volunteers_among(session, numbers), {})
        for field in PERSONAL:
            values = {of[field] for of in indexes.values() if field in of}
            people: dict[str, list[Volunteer]] = defaultdict(list)
            for person in await volunteers_by_index(session, field, values):
                people[getattr(person, f"{field}_index")].append(person)
            found.by_index[field] = people
        return found

    def with_the_same(self, field: PersonalField, indexes: Indexes) -> list[Volunteer]:
        return self.by_index[field].get(indexes.get(field, ""), [])


async def compare_volunteers(
    session: AsyncSession, uow: UnitOfWork, made: DirectoryImport, rows: Sequence[Row]
) -> None:
    """Says of each row what becomes of it. A row adds a person, or says of one who is entered what the entry says; what
    an entry says is corrected there, one by one, for it is noted who did.

    A row with a number means that entry; its personal values may be masked, as the exported list has them.
    """
    grant, team_code = _grant(made), made.team_code
    for row in rows:
        _find_team(row, team_code)
    references = await References.read(session, "volunteers", rows)
    indexes = {row.no: _indexes(uow.vault, row) for row in rows}
    known = await Known.read(session, rows, indexes)
    first: dict[tuple[str, str], int] = {}
    for row in rows:
        for field in FIELDS["volunteers"]:
            if field.refers_to is not None and field.name in row.facts:
                references.resolve(row, field, None)
        _blame_team(row, grant, team_code)
        _blame_repeated(row, indexes[row.no], first)
        if "no" in row.facts:
            person = _entry_of(row, grant, known, team_code)
        else:
            _complete(row, uow)
            person = _same_person(row, indexes[row.no], grant, known)
            if person is None:
                _blame_known(row, indexes[row.no], grant, known)
                _note_alike(row, indexes[row.no], known)
        if person is not None and (different := list(_different(uow.vault, row, person))):
            row.blame(
                different[0],
                "volunteer_differs",
                volunteer_no=person.no,
                fields={"offered": "import.headings.volunteers", "values": different},
            )
        after = _shown(row)
        row.conclude(
            "" if person is None else person.no, None if person is None else after, after, {}
        )

    left = sum(f.code.endswith("_for_coordinator") for row in rows for f in row.faults)
    if left:
        log.info("numbers left to a coordinator", teams=sorted(grant.teams), rows=left)


async def enter_people(
    uow: UnitOfWork, tx: Transaction, made: DirectoryImport, rows: Sequence[Row]
) -> None:
    """Enters the people of these rows. :raises Outdated: what they were compared with has changed since."""
    grant = _grant(made)
    people = [
        NewVolunteer(**{name: row.facts[name] for name in _ENTERED if name in row.facts})
        for row in rows
    ]
    try:
        await enter_all(tx, uow.vault, grant, people)
    except (InvalidInput, Conflict) as error:
        raise Outdated from error


def _grant(made: DirectoryImport) -> Grant:
    """Whom the form would let the starter enter. Whoever looks at a leader's table, it says no more of others than a
    leader may know. The unit of work is not asked, for the audit log names what it was asked last: an import."""
    return POLICY.grant(made.starter, "register_volunteer")


def _indexes(vault: Vault, row: Row) -> Indexes:
    """By what entries with the same values are found; a masked value finds none."""
    return {
        field: index_of(vault, field, row.facts[field])
        for field in PERSONAL
        if field in row.facts and MASK not in row.facts[field]
    }


def _find_team(row: Row, team_code: str | None) -> None:
    blamed = {fault.field for fault in row.faults}
    if team_code is not None and _TEAM.name not in blamed and "no" not in row.facts:
        row.facts.setdefault(_TEAM.name, team_code)


def _blame_team(row: Row, grant: Grant, team_code: str | None) -> None:
    said = row.facts.get(_TEAM.name)
    if said and (not grant.covers(teams=[said]) or team_code not in (None, said)):
        row.blame(_TEAM.name, "import_other_team")


def _blame_repeated(row: Row, indexes: Indexes, first: dict[tuple[str, str], int]) -> None:
    """Two rows about one person would leave it to chance which of them counts."""
    keys = [(field, indexes[field]) for field in ("identity", "phone") if field in indexes]
    if "no" in row.facts:
        keys = [("no", row.facts["no"])]
    for field, value in keys:
        if (other := first.setdefault((field, value), row.no)) != row.no:
            row.blame(field, "person_repeated", row=other)
            return  # the same person, or the same mistake: one fault says it


def _entry_of(row: Row, grant: Grant, known: Known, team_code: str | None) -> Volunteer | None:
    """The entry of the number that a row names; it need not say again what the entry says."""
    row.faults = [fault for fault in row.faults if fault.code != "cell_needed"]
    no = row.facts["no"]
    person = known.by_no.get(no)
    if person is None or not grant.covers(teams=[person.team_code]):
        row.blame("no", "unknown_code", kind=Volunteer.kind, codes=no)
        return None
    if person.merged_into is not None:
        row.blame("no", "volunteer_merged", no=no, into=person.merged_into)
        return None
    if team_code not in (None, person.team_code):
        row.blame("no", "import_other_team")
        return None
    return person


def _complete(row: Row, uow: UnitOfWork) -> None:
    """Blames what the form would refuse of a new person."""
    facts = row.facts
    row.require([*FIELDS["volunteers"], Field(_TEAM.name, needed=True)])
    for field in PERSONAL:
        if MASK in facts.get(field, ""):
            row.blame(field, "value_masked")
    if "consent_at" in facts:
        _blame_refused(row, lambda: require_agreed(facts["consent_at"], uow.now()))
    blamed = {fault.field for fault in row.faults}
    if not blamed & {"identity", "born_on", "guardian_consent_on"}:
        said = {name: facts.get(name) for name in ("identity", "born_on", "guardian_consent_on")}
        _blame_refused(row, lambda: require_age(**said, today=uow.today()))


def _same_person(row: Row, indexes: Indexes, grant: Grant, known: Known) -> Volunteer | None:
    """Who is entered already just as the row says: in the same team, by the same name, with the same numbers."""
    for person in known.with_the_same("phone", indexes):
        same_identity = indexes.get("identity") in (None, person.identity_index)
        if (
            person.state == "active"
            and person.team_code == row.facts.get(_TEAM.name)
            and grant.covers(teams=[person.team_code])
            and person.name_index == indexes.get("name")
            and same_identity
        ):
            return person
    return None


def _blame_known(row: Row, indexes: Indexes, grant: Grant, known: Known) -> None:
    """Blames a number that is another entry's. A phone number that two people share is entered by the form."""
    by_identity = known.with_the_same("identity", indexes)
    if by_identity:
        _blame(row, already_entered(grant, by_identity[0]))
        return
    by_phone = known.with_the_same("phone", indexes)
    mine = [each for each in by_phone if grant.covers(teams=[each.team_code])]
    if mine:
        row.blame("phone", "phone_known", volunteer_no=mine[0].no)
    elif by_phone:
        row.blame("phone", "phone_for_coordinator")


def _note_alike(row: Row, indexes: Indexes, known: Known) -> None:
    """Somebody of that name is in the team already, with another number."""
    row.alike = [
        Alike(person.no, mask_name(row.facts["name"]), ("same_name",))
        for person in known.with_the_same("name", indexes)
        if person.team_code == row.facts.get(_TEAM.name)
    ]


def _different(vault: Vault, row: Row, person: Volunteer) -> Iterator[str]:
    """The fields in which a row says something else than an entry; what it does not say stays."""
    facts = row.facts
    for field in PERSONAL:
        if field in facts:
            value = open_value(vault, person, field)
            said = facts[field]
            masked = value is not None and MASKS[field](value) == said
            if not masked and (
                MASK in said or value is None or not _same(vault, field, said, value)
            ):
                yield field
    for name in _PLAIN:
        if name in facts and facts[name] != getattr(person, name):
            yield name
    if "consent_at" in facts and not _same_moment(facts["consent_at"], person.consent_at):
        yield "consent_at"
    for name in ("skills", "consents"):
        if name in facts and set(facts[name]) != set(getattr(person, name)):
            yield name
    if person.minor and facts.get("guardian_consent_on") not in (None, person.guardian_consent_on):
        yield "guardian_consent_on"


def _same(vault: Vault, field: PersonalField, one: str, other: str) -> bool:
    return index_of(vault, field, one) == index_of(vault, field, other)


def _same_moment(said: datetime, kept: datetime) -> bool:
    """A table often names the day only."""
    local, of_entry = said.astimezone(CHINA), kept.astimezone(CHINA)
    of_a_day = local.time() == time() and local.date() == of_entry.date()
    return of_a_day or abs(said - kept) < _SAME_MOMENT


def _shown(row: Row) -> dict[str, Any]:
    """What a preview shows of a new entry: its values masked, and neither the name, which stands above it, nor the day
    of birth, which is kept of minors only."""
    shown: dict[str, Any] = {}
    for field in FIELDS["volunteers"]:
        value = row.facts.get(field.name)
        if field.name in ("no", "name", "born_on") or value is None:
            continue
        if field.personal:
            value = value if MASK in value else MASKS[cast(PersonalField, field.name)](value)
        elif isinstance(value, datetime):
            local = value.astimezone(CHINA)
            value = f"{local:%Y-%m-%d}" if local.time() == time() else f"{local:%Y-%m-%d %H:%M}"
        shown[field.name] = value
    return shown


def _blame_refused(row: Row, check: Callable[[], None]) -> None:
    try:
        check()
    except InvalidInput as error:
        _blame(row, error)


def _blame(row: Row, error: InvalidInput | Conflict) -> None:
    row.blame(error.field or "name", error.code, **error.facts)
