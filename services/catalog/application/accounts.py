"""Looking after accounts: making, closing, resetting them, and changing one's own password."""

import binascii
from collections.abc import Collection, Mapping

import pyotp
from sqlalchemy import String, cast, select

from services.catalog.application.account_scopes import require_scope
from services.catalog.application.accounts_of_persons import close, erase_account
from services.catalog.application.invitations import Invited, invite
from services.catalog.application.policy import POLICY
from services.catalog.application.provider import PasswordHashes, Provider
from services.catalog.application.second_factor import seal_secret, second_factor_of
from services.catalog.application.signing_out import sign_out_everywhere
from services.catalog.application.wrong_tries import forgive_try, try_password, withdraw_try
from services.catalog.domain.account import (
    SECOND_FACTOR,
    Account,
    login_of,
    new_login,
    require_may_hand_on,
    require_strong,
)
from services.catalog.domain.volunteer import Volunteer
from services.catalog.store.tables import account as account_table
from shared.db.paging import page_of
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput, Words
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def create_account(
    uow: UnitOfWork,
    provider: Provider,
    *,
    login: str,
    roles: Collection[Role],
    township_code: str | None,
    team_code: str | None,
    volunteer_no: str | None,
) -> Invited:
    """An account without a password, and the invitation by which its owner chooses one.

    :raises Conflict: the login name is taken, or the volunteer has an account.
    :raises InvalidInput: see :func:`require_scope`. :raises RoleOutOfReach: a role is not the actor's to grant.
    """
    uow.permit(POLICY, "administer_accounts")
    scope = {"township_code": township_code, "team_code": team_code, "volunteer_no": volunteer_no}
    async with uow.transaction() as tx:
        account = await _add_account(uow, tx, login=login, roles=roles, scope=scope)
        return await invite(tx, provider, account)


async def ensure_account(
    uow: UnitOfWork,
    passwords: PasswordHashes,
    *,
    login: str,
    password: str,
    totp_secret: str | None,
    roles: Collection[Role],
    scope: Mapping[str, str | None],
) -> None:
    """Makes an account that a deployment begins with, unless the name is there; for the system itself. It has its
    password and its second factor (base32) at once.

    :raises InvalidInput: a role needs a second factor and there is none, it is not base32, or see
        :func:`require_scope`. :raises Conflict: the volunteer has an account.
    """
    uow.permit(POLICY, "administer_accounts")
    if await is_taken(uow, login):
        return
    if totp_secret is not None and not _is_base32(totp_secret):
        raise InvalidInput("second_factor_malformed", field="totp_secret")
    if totp_secret is None and not SECOND_FACTOR.isdisjoint(roles):
        raise InvalidInput("second_factor_needed", field="totp_secret")
    hashed = await passwords.hash(password)
    async with uow.transaction() as tx:
        await tx.lock_service()  # another process may begin with the same account
        named = select(account_table.c.id).where(account_table.c.login == login_of(login))
        if await tx.session.scalar(named) is not None:
            return
        account = await _add_account(uow, tx, login=login, roles=roles, scope=scope)
        sealed = seal_secret(uow.vault, account.id, totp_secret) if totp_secret is not None else None
        account.activate(hashed, totp_sealed=sealed, totp_counter=0)


async def is_taken(uow: UnitOfWork, login: str) -> bool:
    """Whether there is an account of this name."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        found = await session.scalar(select(account_table.c.id).where(account_table.c.login == login_of(login)))
    return found is not None


async def list_accounts(uow: UnitOfWork, *, after: str | None, limit: int) -> tuple[list[Account], str | None]:
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        return await page_of(session, select(Account), account_table.c.id, after=after, limit=limit)


async def disable_account(uow: UnitOfWork, account_id: str) -> Account:
    """Also ends all its sign-ins, and its invitation.

    :raises RoleOutOfReach: it has a role that is not the actor's to hand on.
    :raises Conflict: nobody else could administer accounts, or the system, after it.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        account.require("disable", account.state)
        await _require_another(tx, account)
        await close(uow, tx, account)
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
    """:raises RoleOutOfReach: as :func:`disable_account`. :raises InvalidInput: what it is for is gone, such as a
    volunteer who has left."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        number = select(account_table.c.volunteer_no).where(account_table.c.id == account_id)
        if (no := await tx.session.scalar(number)) is not None:
            await tx.find(Volunteer, no)  # locked before the account, as where a volunteer leaves
        account = await _get_in_reach(uow, tx, account_id)
        account.enable()
        await require_scope(tx, account)
        return account


async def sign_out_account(uow: UnitOfWork, account_id: str) -> Account:
    """Everywhere: its tokens are void in every service as soon as that has heard of it.

    :raises RoleOutOfReach: as :func:`disable_account`.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        await sign_out_everywhere(uow, tx, account)
        return account


async def reset_account(uow: UnitOfWork, provider: Provider, account_id: str) -> Invited:
    """A new invitation: password and second factor end, and so do all sign-ins and any earlier invitation.

    :raises RoleOutOfReach: as :func:`disable_account`. :raises Conflict: it is the actor's own account, or nobody
        else could administer accounts, or the system, until the owner has used the invitation.
    """
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await _get_in_reach(uow, tx, account_id)
        if account.id == uow.actor.subject:  # or a stolen token would do for a new password
            raise Conflict("own_account_reset", field="account_id")
        account.require("reset", account.state)
        await _require_another(tx, account)
        account.invite()
        await sign_out_everywhere(uow, tx, account)
        return await invite(tx, provider, account)


async def change_password(
    uow: UnitOfWork, provider: Provider, *, old_password: str, new_password: str, code: str
) -> None:
    """One's own; ends all sign-ins, for somebody else may know the old one. ``code`` is the one-time code of this
    moment, where the account has a second factor.

    :raises InvalidInput: the old password or the code is wrong, or the new password is weak.
    """
    uow.permit(POLICY, "change_own_password")
    require_strong(new_password)
    tried = [f"own:{uow.actor.subject}"]
    async with uow.reading() as session:
        found = await session.get(Account, uow.actor.subject)
    stored = found.password_hash if found else None
    if not await try_password(uow, provider.passwords, tried, password=old_password, stored=stored) or found is None:
        raise InvalidInput("password_wrong", field="old_password")
    hashed = await provider.passwords.hash(new_password)
    async with uow.transaction() as tx:
        account = await tx.get(Account, uow.actor.subject)
        if account.password_hash != found.password_hash:  # changed meanwhile
            raise InvalidInput("password_wrong", field="old_password")
        proof = second_factor_of(uow.vault, account, code, tx.now)
        if proof == "proved":
            account.password_hash = hashed
            await forgive_try(tx, tried)
            await sign_out_everywhere(uow, tx, account)
            return
        if proof == "used":
            await withdraw_try(tx, tried)
    raise InvalidInput("code_wrong", field="code")


async def _add_account(
    uow: UnitOfWork, tx: Transaction, *, login: str, roles: Collection[Role], scope: Mapping[str, str | None]
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
    await require_scope(tx, account)
    if await tx.session.scalar(select(account_table.c.id).where(account_table.c.login == account.login)) is not None:
        raise Conflict("login_taken", field="login")
    tx.add(account)
    return account


async def _get_in_reach(uow: UnitOfWork, tx: Transaction, account_id: str) -> Account:
    """:raises NotFound: there is none. :raises RoleOutOfReach: it has a role that is not the actor's to hand on."""
    account = await tx.get(Account, account_id)
    if not uow.actor.is_system:
        require_may_hand_on(uow.actor.roles, account.roles)
    return account


async def _require_another(tx: Transaction, account: Account) -> None:
    """:raises Conflict: the account is the last that can sign in with a role that administers accounts."""
    for role in sorted(SECOND_FACTOR.intersection(account.roles)):
        await tx.lock_service()  # of two who close each other's accounts, the second waits, and is refused
        others = select(account_table.c.id).where(
            account_table.c.id != account.id,
            account_table.c.state == "active",
            cast(account_table.c.roles, String).like(f'%"{role}"%'),
        )
        if account.state == "active" and await tx.session.scalar(others.limit(1)) is None:
            raise Conflict("last_administrator", field="account_id", role=Words("choices", (role,)))


def _is_base32(secret: str) -> bool:
    try:
        return len(pyotp.TOTP(secret).byte_secret()) >= 16
    except (binascii.Error, ValueError):
        return False
