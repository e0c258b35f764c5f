"""What matters of a volunteer for the work: skills, consents, a written agreement, time as a novice, and age."""

from collections.abc import Sequence
from datetime import date

from services.catalog.directory.domain import Category
from services.catalog.directory.queries import require_known
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Consent, Volunteer
from services.catalog.volunteers.queries import VolunteerView, ids_to_flip, view_of
from services.catalog.volunteers.tables import volunteer
from services.catalog.volunteers.use_cases.ages import note_birth
from services.catalog.volunteers.use_cases.entering import as_event
from services.catalog.volunteers.use_cases.entries import find_in_reach
from shared.db.engine import forget
from shared.db.vault import place_of
from shared.kernel.errors import Forbidden
from shared.unit_of_work import UnitOfWork

AT_A_TIME = 200


async def note_service(
    uow: UnitOfWork,
    no: str,
    *,
    skills: Sequence[str],
    consents: Sequence[Consent],
    agreement_until: date | None,
    novice_until: date | None,
    born_on: str | None,
    guardian_consent_on: date | None,
) -> VolunteerView:
    """Replaces what is noted for the work; a day of birth that is not given stays as it is. Volunteers change what they
    agree to, and nothing else.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    :raises Forbidden: names the field that is not the actor's to change. :raises IllegalTransition: it is erased.
    :raises InvalidInput: a category is not known, or the person is too young, or no guardian agrees.
    """
    grant = uow.permit(POLICY, "note_service")
    async with uow.transaction() as tx:
        person = await find_in_reach(tx, grant, no)
        person.require("correct", person.state)
        clean = list(dict.fromkeys(skills))
        wanted = {
            "skills": clean,
            "agreement_until": agreement_until,
            "novice_until": novice_until,
            "guardian_consent_on": guardian_consent_on,
        }
        if not grant.covers(teams=[person.team_code]):
            for field, value in wanted.items():
                if value != getattr(person, field):
                    raise Forbidden("note_service", field=field)
            if born_on is not None:
                raise Forbidden("note_service", field="born_on")
        await require_known(tx, Category, clean, field="skills")
        before, sealed = person.flags, person.adult_on_sealed
        for field, value in wanted.items():
            setattr(person, field, value)
        person.consents = sorted(set(consents))
        note_birth(uow.vault, person, born_on, tx.today)
        person.note_day(tx.today)
        if person.flags != before:
            tx.record(person, as_event(person))
        if sealed not in (None, person.adult_on_sealed):
            await forget(tx.session)
        return view_of(uow.vault, person)


async def flip_flags(uow: UnitOfWork) -> None:
    """Says of volunteers that their time as novices is over, or that they have come of age. Killed in the middle, it
    goes on with those who are left."""
    after: str | None = None
    while True:
        async with uow.transaction() as tx:
            numbers = await ids_to_flip(tx.session, tx.today, after=after, most=AT_A_TIME)
            for person in (await tx.find_all(Volunteer, numbers)).values():
                before = person.flags
                person.note_day(tx.today)
                sealed = person.adult_on_sealed
                if person.minor and sealed is not None:
                    said = uow.vault.open(sealed, place_of(volunteer.c.adult_on_sealed, person.no))
                    if date.fromisoformat(said) <= tx.today:
                        person.come_of_age()
                        await forget(tx.session)
                if person.flags != before and person.state in ("active", "left"):
                    tx.record(person, as_event(person))
        if len(numbers) < AT_A_TIME:
            return
        after = numbers[-1]
