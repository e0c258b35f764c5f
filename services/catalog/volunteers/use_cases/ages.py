"""Whether a volunteer is a minor: of those who are not, no day of birth is kept."""

from datetime import date

from stdnum.cn import ric

from services.catalog.volunteers.domain import LEAST_AGE, Volunteer, adult_on, birthday
from services.catalog.volunteers.tables import volunteer
from shared.db.vault import Vault, place_of
from shared.kernel.errors import InvalidInput

FIRST_YEAR = 1900


def born_by(identity: str) -> str:
    """The day of birth in an identity number that was checked."""
    born: date = ric.get_birth_date(identity)
    return born.isoformat()


def note_birth(vault: Vault, person: Volunteer, born_on: str | None, today: date) -> None:
    """Notes of a minor when that ends, and of others nothing. ``born_on`` is YYYY-MM-DD, or None where it is not said.

    :raises InvalidInput: it is no day, the person is too young, or no guardian agrees to a minor's work.
    """
    if born_on is not None:
        adult = coming_of_age(born_on, today)
        person.come_of_age()
        if adult is not None:
            place = place_of(volunteer.c.adult_on_sealed, person.no)
            person.minor, person.adult_on_sealed = True, vault.seal(adult.isoformat(), place)
    if not person.minor:
        person.guardian_consent_on = None
    else:
        require_guardian(person.guardian_consent_on, today)


def coming_of_age(born_on: str, today: date) -> date | None:
    """The day on which a minor comes of age; None for whoever is of age.

    :raises InvalidInput: it is no day, or the person is too young.
    """
    adult = adult_on(_born(born_on, today))
    return adult if today < adult else None


def require_guardian(agreed_on: date | None, today: date) -> None:
    """:raises InvalidInput: no guardian agrees to a minor's work, or the consent lies ahead."""
    if agreed_on is None:
        raise InvalidInput("guardian_consent_needed", field="guardian_consent_on")
    if agreed_on > today:
        raise InvalidInput("consent_ahead", field="guardian_consent_on")


def _born(said: str, today: date) -> date:
    try:
        born = date.fromisoformat(said.strip().replace("/", "-").replace(".", "-"))
    except ValueError:
        raise InvalidInput("birth_malformed", field="born_on") from None
    if born > today or born.year < FIRST_YEAR:
        raise InvalidInput("birth_malformed", field="born_on")
    if today < birthday(born, LEAST_AGE):
        raise InvalidInput("too_young", field="born_on", least=LEAST_AGE)
    return born
