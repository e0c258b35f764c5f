"""Making accounts, and closing, resetting, signing out and erasing them."""

import binascii
from collections.abc import Collection, Mapping

import pyotp

from services.catalog.accounts.domain.account import (
    SECOND_FACTOR,
    Account,
    new_login,
    require_may_hand_on,
)
from services.catalog.accounts.queries import (
    has_account_of,
    has_account_of_volunteer,
    has_another_active,
    is_login_taken,
    volunteer_of,
)
from services.catalog.accounts.use_cases.coordinators import announce_coordinator
from services.catalog.accounts.use_cases.failed_attempts import PasswordHashes
from services.catalog.accounts.use_cases.invitations import Invited, invite
from services.catalog.accounts.use_cases.names import seal_name
from services.catalog.accounts.use_cases.persons import close_account, erase_account
from services.catalog.accounts.use_cases.second_factor import seal_secret
from services.catalog.accounts.use_cases.sign_outs import sign_out_everywhere
from services.catalog.directory.domain import Team, Township
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput, Words
from shared.kernel.ids import new_id
from shared.kernel.text import typed_code
from shared.unit_of_work import Transaction, UnitOfWork


async def create_account(
    uow: UnitOfWork,
    issuer: str,
    *,
    login: str,
    name: str | None,
    roles: Collection[Role],
    township_code: str | None,
    team_code: str | None,
    volunteer_no: str | None,
) -> Invited:
    """Makes an account without a password, and the invitation by which its owner chooses one.

    ``issuer`` is the address of the identity provider.

    :raises Conflict: the login name is taken, or the volunteer has an account.
    :raises InvalidInput: see :func:`require_scope`. :raises RoleOutOfReach: a role is not the actor's to grant.
    """
    uow.permit(POLICY, "administer_accounts")
    scope = {"township_code": township_code, "team_code": team_code, "volunteer_no": volunteer_no}
    async with uow.transaction() as tx:
        account = await _add_account(uow, tx, login=login, name=name, roles=roles, scope=scope)
        return await invite(tx, issuer, account)


async def ensure_account(
    uow: UnitOfWork,
    passwords: PasswordHashes,
    *,
    login: str,
    password: str,
    totp_secret: str | None,
    roles: Collection[Role],
    scope: Mapping[str, str | None],
    name: str | None = None,
) -> None:
    """Makes an account that a deployment begins with, unless the name is there; for the system itself.

    It has its password and its second factor (base32) at once.

    :raises InvalidInput: a role needs a second factor and there is none, it is not base32, or see
        :func:`require_scope`. :raises Conflict: the volunteer has an account.
    """
    uow.permit(POLICY, "administer_accounts")
    if await is_login_taken(uow, login):
        return
    if totp_secret is not None and not _is_base32(totp_secret):
        raise InvalidInput("second_factor_malformed", field="totp_secret")
    if totp_secret is None and not SECOND_FACTOR.isdisjoint(roles):
        raise InvalidInput("second_factor_needed", field="totp_secret")
    hashed = await passwords.hash(password)
    async with uow.transaction() as tx:
        await tx.lock_service()  # another process may begin with the same account
        if await has_account_of(tx.session, login):
            return
        account = await _add_account(uow, tx, login=login, name=name, roles=roles, scope=scope)
        account.activate(hashed)
        if totp_secret is not None:
            account.enrol(seal_secret(uow.vault, account.id, totp_secret), 0)


async def disable_account(uow: UnitOfWork, account_id: str) -> Account:
    """Closes an account, and ends all its sign-ins and its invitation.

    :raises RoleOutOfReach: it has a role that is not the actor's to hand on.
    :raises Conflict: nobody else could administer accounts, or the system, after it.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        account.require("disable", account.state)
        await _require_another_administrator(tx, account)
        await close_account(uow, tx, account)
        return account


async def erase_closed_account(uow: UnitOfWork, account_id: str) -> None:
    """Deletes a closed account with its login name, which may be a phone number, and its sign-ins.

    :raises RoleOutOfReach: as :func:`disable_account`. :raises IllegalTransition: it is not closed.
    :raises Conflict: it is a volunteer's, and is erased with the person.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        account.require("erase", account.state)
        if account.volunteer_no is not None:
            raise Conflict("account_of_a_person", field="account_id", no=account.volunteer_no)
        await erase_account(uow, tx, account)


async def enable_account(uow: UnitOfWork, account_id: str) -> Account:
    """Opens a closed account again.

    :raises RoleOutOfReach: as :func:`disable_account`. :raises IllegalTransition: it is not closed.
    :raises InvalidInput: what it is for is gone, such as a volunteer who has left.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        if (no := await volunteer_of(tx.session, account_id)) is not None:
            await tx.find(Volunteer, no)  # locked before the account, as where a volunteer leaves
        account = await _get_in_reach(uow, tx, account_id)
        account.enable()
        await require_scope(tx, account)
        await announce_coordinator(uow, tx, account)
        return account


async def sign_out_account(uow: UnitOfWork, account_id: str) -> Account:
    """Ends all sign-ins of an account: every service refuses its tokens as soon as the event has reached it.

    :raises RoleOutOfReach: as :func:`disable_account`.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        await sign_out_everywhere(uow, tx, account)
        return account


async def name_account(uow: UnitOfWork, account_id: str, *, name: str | None) -> Account:
    """Sets what colleagues call the owner of an account; without a name they see its login name.

    :raises RoleOutOfReach: as :func:`disable_account`.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        seal_name(uow.vault, account, name)
        return account


async def reset_account(uow: UnitOfWork, issuer: str, account_id: str) -> Invited:
    """Ends password, second factor, all sign-ins and any earlier invitation, and invites the owner anew.

    :raises RoleOutOfReach: as :func:`disable_account`. :raises Conflict: it is the actor's own account, or nobody
        else could administer accounts, or the system, until the owner has used the invitation.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        if account.id == uow.actor.subject:  # or a stolen token would do for a new password
            raise Conflict("own_account_reset", field="account_id")
        account.require("reset", account.state)
        await _require_another_administrator(tx, account)
        account.invite()
        await sign_out_everywhere(uow, tx, account)
        return await invite(tx, issuer, account)


async def require_scope(tx: Transaction, account: Account) -> None:
    """Checks the account's scope, and takes over the team of its volunteer.

    Locks what the account is for, so that nobody leaves or is erased meanwhile.

    :raises InvalidInput: a scope is missing, not needed or unknown, the volunteer is gone, the team is another or has
        left the corps. :raises Conflict: the volunteer has an account.
    """
    account.volunteer_no = (
        typed_code(account.volunteer_no).upper() if account.volunteer_no is not None else None
    )
    account.check_scope()
    if account.township_code is not None and await tx.find(Township, account.township_code) is None:
        raise _unknown("township_code", Township.kind, account.township_code)
    if account.volunteer_no is not None:
        await _take_over_team(tx, account, account.volunteer_no)
    if account.team_code is not None and Role.LEADER in account.roles:
        team = await tx.find(Team, account.team_code)
        if team is None:
            raise _unknown("team_code", Team.kind, account.team_code)
        if team.state != "active":
            raise InvalidInput("team_retired", field="team_code", codes=team.code)


async def _add_account(
    uow: UnitOfWork,
    tx: Transaction,
    *,
    login: str,
    name: str | None,
    roles: Collection[Role],
    scope: Mapping[str, str | None],
) -> Account:
    if not uow.actor.is_system:
        require_may_hand_on(uow.actor.roles, roles)
    account = Account(
        id=new_id(),
        login=new_login(login),
        roles=sorted(set(roles)),
        made_at=tx.now,
        township_code=scope.get("township_code"),
        team_code=scope.get("team_code"),
        volunteer_no=scope.get("volunteer_no"),
    )
    seal_name(uow.vault, account, name)
    await require_scope(tx, account)
    if await has_account_of(tx.session, account.login):
        raise Conflict("login_taken", field="login")
    tx.add(account)
    await announce_coordinator(uow, tx, account)
    return account


async def _take_over_team(tx: Transaction, account: Account, no: str) -> None:
    person = await tx.find(Volunteer, no)
    if person is None:
        raise _unknown("volunteer_no", Volunteer.kind, no)
    if person.state != "active":
        raise InvalidInput("volunteer_gone", field="volunteer_no", no=no)
    if account.team_code not in (None, person.team_code):
        raise InvalidInput("team_differs", field="team_code", team=person.team_code)
    with tx.session.no_autoflush:
        if await has_account_of_volunteer(tx.session, no, besides=account.id):
            raise Conflict("volunteer_has_account", field="volunteer_no", no=no)
    account.team_code = person.team_code


def _unknown(field: str, kind: str, code: str) -> InvalidInput:
    return InvalidInput("unknown_code", field=field, kind=kind, codes=code)


async def _get_in_reach(uow: UnitOfWork, tx: Transaction, account_id: str) -> Account:
    """:raises NotFound: there is none. :raises RoleOutOfReach: it has a role that is not the actor's to hand on."""
    account = await tx.get(Account, account_id)
    if not uow.actor.is_system:
        require_may_hand_on(uow.actor.roles, account.roles)
    return account


async def _require_another_administrator(tx: Transaction, account: Account) -> None:
    """:raises Conflict: the account is the last that can sign in with a role that administers accounts."""
    for role in sorted(SECOND_FACTOR.intersection(account.roles)):
        await (
            tx.lock_service()
        )  # of two who close each other's accounts, the second waits, and is refused
        if account.state == "active" and not await has_another_active(
            tx.session, Role(role), besides=account.id
        ):
            raise Conflict("last_administrator", field="account_id", role=Words("choices", (role,)))


def _is_base32(secret: str) -> bool:
    try:
        return len(pyotp.TOTP(secret).byte_secret()) >= 16
    except (binascii.Error, ValueError):
        return False
