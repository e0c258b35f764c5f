"""Correcting volunteers' entries, and showing one value in clear."""

from services.catalog.accounts.use_cases.persons import close_account_of, move_account_of
from services.catalog.directory.domain import Team
from services.catalog.directory.queries import require_known
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import FIELDS, PersonalField, Purpose, Volunteer
from services.catalog.volunteers.queries import (
    VolunteerView,
    open_value,
    require_reach,
    view_of,
    volunteers_without_index,
)
from services.catalog.volunteers.use_cases.entering import (
    CLEAN,
    as_event,
    index_of,
    require_unknown,
    seal_value,
)
from shared.db.engine import forget
from shared.db.vault import Vault
from shared.kernel.access import Grant
from shared.kernel.errors import Forbidden, InvalidInput, NotFound
from shared.kernel.text import matched
from shared.privacy.personal_data import personal_data_in
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)

AT_A_TIME = 500


async def correct_volunteer(
    uow: UnitOfWork,
    no: str,
    *,
    team_code: str | None = None,
    active: bool | None = None,
    name: str | None = None,
    phone: str | None = None,
    identity: str | None = None,
) -> VolunteerView:
    """Changes what is given. A volunteer may correct the own phone number, and nothing else.

    The volunteer's account goes to the new team with its tokens void, and is closed when the person leaves.

    :raises Forbidden: names the field that is not the actor's to change. :raises IllegalTransition: it is erased.
    :raises InvalidInput: :raises Conflict: as :func:`entering.register_volunteer`.
    """
    grant = uow.permit(POLICY, "correct_volunteer")
    async with uow.transaction() as tx:
        if team_code is not None:
            await tx.find(
                Team, team_code
            )  # locked before its volunteers, as where teams are merged
        person = await find_in_reach(tx, grant, no)
        person.require("correct", person.state)
        if not grant.covers(teams=[person.team_code]):
            _require_nothing_else(team_code=team_code, active=active, name=name, identity=identity)
        moved = team_code is not None and team_code != person.team_code
        if team_code is not None and moved:
            grant.require_for("team_code", teams=[team_code])
            await require_known(tx, Team, [team_code], field="team_code")
            person.team_code = team_code
            await move_account_of(uow, tx, no, team_code)
        turned = active is not None and active != (person.state == "active")
        if turned:
            if active:
                person.come_back()
            else:
                person.leave()
                await close_account_of(uow, tx, no)
        await _clean_and_seal(
            tx, uow.vault, grant, person, name=name, phone=phone, identity=identity
        )
        if moved or turned:
            tx.record(person, as_event(person))
        return view_of(uow.vault, person)


async def reveal_personal_value(
    uow: UnitOfWork, no: str, *, field: PersonalField, purpose: Purpose, reason: str
) -> str:
    """Returns one value in clear, for a stated purpose, and notes who asked, for what and why.

    :raises InvalidInput: the reason contains personal data. :raises NotFound: no such volunteer, or no such value.
    """
    grant = uow.permit(POLICY, "reveal_volunteer")
    async with uow.transaction() as tx:
        person = await find_in_reach(tx, grant, no)
        person.require("reveal", person.state)
        require_impersonal_reason(uow.vault, person, reason)
        value = open_value(uow.vault, person, field)
        if value is None:
            raise NotFound("personal_value", no)
        tx.note(Volunteer.kind, no, shown=field, purpose=purpose, reason=reason)
    log.info(
        "personal value shown", volunteer_no=no, field=field, purpose=purpose, by=uow.actor.subject
    )
    return value


async def find_in_reach(tx: Transaction, grant: Grant, no: str) -> Volunteer:
    """Returns a volunteer, locked. :raises NotFound: there is none, or it is out of the actor's reach."""
    return require_reach(grant, await tx.find(Volunteer, no), no)


def require_impersonal_reason(vault: Vault, person: Volunteer, reason: str) -> None:
    """Checks that a reason does not name the person, because reasons are kept where no values are.

    :raises InvalidInput: it contains personal data.
    """
    values = (open_value(vault, person, field) for field in FIELDS)
    said = matched(reason)
    if personal_data_in(reason) or any(
        matched(value) in said for value in values if value is not None
    ):
        raise InvalidInput("reason_is_personal", field="reason")


def _require_nothing_else(**given: object) -> None:
    """:raises Forbidden: something is given that a volunteer does not change; names the field."""
    for field, value in given.items():
        if value is not None:
            raise Forbidden("correct_volunteer", field=field)


async def _clean_and_seal(
    tx: Transaction, vault: Vault, grant: Grant, person: Volunteer, **values: str | None
) -> None:
    """Seals the values that are given. All are checked before any is taken over."""
    clean: dict[PersonalField, str] = {
        field: CLEAN[field](value) for field in FIELDS if (value := values[field]) is not None
    }
    if "identity" in clean:
        await require_unknown(tx, vault, grant, [clean["identity"]], but=person.no)
    for field, value in clean.items():
        if getattr(person, f"{field}_sealed") is not None:
            await forget(tx.session)
        seal_value(vault, person, field, value)


async def index_volunteers(uow: UnitOfWork) -> None:
    """Notes of volunteers that a release before entered by what their doubles are found. Killed in the middle, it goes
    on with those that are left."""
    while True:
        async with uow.transaction() as tx:
            numbers = await volunteers_without_index(tx.session, most=AT_A_TIME)
            for person in (await tx.find_all(Volunteer, numbers)).values():
                for field in ("name", "phone"):
                    value = open_value(uow.vault, person, field)
                    if value is not None:
                        setattr(person, f"{field}_index", index_of(uow.vault, field, value))
        if not numbers:
            return
