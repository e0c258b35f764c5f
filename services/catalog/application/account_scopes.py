"""What an account is for must exist in the directory, and a volunteer has one account at most."""

from sqlalchemy import select

from services.catalog.domain.account import Account
from services.catalog.domain.directory import Team, Township
from services.catalog.domain.volunteer import Volunteer
from services.catalog.store.tables import account as account_table
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.text import typed_code
from shared.unit_of_work import Transaction


async def require_scope(tx: Transaction, account: Account) -> None:
    """Checks the account's scope, and derives a volunteer's team; locks what it is for, so that nobody leaves or is
    erased meanwhile.

    :raises InvalidInput: a scope is missing, not needed or unknown, the volunteer is gone, the team is another or has
        left the corps. :raises Conflict: the volunteer has an account.
    """
    account.volunteer_no = typed_code(account.volunteer_no).upper() if account.volunteer_no is not None else None
    account.check_scope()
    if account.township_code is not None and await tx.find(Township, account.township_code) is None:
        raise _unknown("township_code", Township.kind, account.township_code)
    if account.volunteer_no is not None:
        await _derive_team(tx, account, account.volunteer_no)
    if account.team_code is not None and Role.LEADER in account.roles:
        team = await tx.find(Team, account.team_code)
        if team is None:
            raise _unknown("team_code", Team.kind, account.team_code)
        if team.state != "active":
            raise InvalidInput("team_retired", field="team_code", codes=team.code)


async def _derive_team(tx: Transaction, account: Account, no: str) -> None:
    person = await tx.find(Volunteer, no)
    if person is None:
        raise _unknown("volunteer_no", Volunteer.kind, no)
    if person.state != "active":
        raise InvalidInput("volunteer_gone", field="volunteer_no", no=no)
    if account.team_code not in (None, person.team_code):
        raise InvalidInput("team_differs", field="team_code", team=person.team_code)
    another = select(account_table.c.id).where(account_table.c.volunteer_no == no, account_table.c.id != account.id)
    with tx.session.no_autoflush:
        if await tx.session.scalar(another) is not None:
            raise Conflict("volunteer_has_account", field="volunteer_no", no=no)
    account.team_code = person.team_code


def _unknown(field: str, kind: str, code: str) -> InvalidInput:
    return InvalidInput("unknown_code", field=field, kind=kind, codes=code)
