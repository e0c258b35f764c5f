"""Looking after accounts: making, closing, resetting them, and changing one's own password."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, select

from services.catalog.application.policy import POLICY
from services.catalog.application.provider import PasswordHashes, Provider
from services.catalog.application.wrong_tries import forgive_try, try_password
from services.catalog.domain.account import Account, login_of, new_login, require_strong
from services.catalog.store.tables import account as account_table
from services.catalog.store.tables import sign_in_grant
from shared.contracts.catalog import AccessRevoked
from shared.db.paging import page_of
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.db.vault import Vault, place_of
from shared.identity.revocation import note_revocation
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id


@dataclass(frozen=True, slots=True)
class MadeAccount:
    """Said once, to whoever made it; to be handed over in person."""

    id: str
    password: str
    totp_secret: str | None


async def create_account(
    uow: UnitOfWork,
    provider: Provider,
    *,
    login: str,
    roles: Collection[Role],
    township_code: str | None,
    team_code: str | None,
    volunteer_no: str | None,
) -> MadeAccount:
    """:raises Conflict: the login name is taken. :raises InvalidInput: a role lacks its scope."""
    uow.permit(POLICY, "administer_accounts")
    password = secrets.token_urlsafe(15)
    return await _make_account(
        uow,
        provider.passwords,
        login=login,
        password=password,
        totp_secret=pyotp.random_base32() if Role.COORDINATOR in roles else None,
        roles=roles,
        scope={"township_code": township_code, "team_code": team_code, "volunteer_no": volunteer_no},
    )


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
    """Makes an account that a deployment begins with, unless the name is there; for the system itself."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        if await session.scalar(select(Account).where(account_table.c.login == login_of(login))) is not None:
            return
    await _make_account(
        uow, passwords, login=login, password=password, totp_secret=totp_secret, roles=roles, scope=scope
    )


async def list_accounts(uow: UnitOfWork, *, after: str | None, limit: int) -> tuple[list[Account], str | None]:
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        return await page_of(session, select(Account), account_table.c.id, after=after, limit=limit)


async def disable_account(uow: UnitOfWork, account_id: str) -> Account:
    """Also ends all its sign-ins."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await tx.get(Account, account_id)
        account.disable()
        await _sign_out(uow, tx, account)
        return account


async def enable_account(uow: UnitOfWork, account_id: str) -> Account:
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await tx.get(Account, account_id)
        account.enable()
        return account


async def sign_out_account(uow: UnitOfWork, account_id: str) -> Account:
    """Everywhere: its tokens are void in every service as soon as that has heard of it."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.transaction() as tx:
        account = await tx.get(Account, account_id)
        await _sign_out(uow, tx, account)
        return account


async def reset_account(uow: UnitOfWork, provider: Provider, account_id: str) -> MadeAccount:
    """A new password, and a new one-time code secret where it has one; ends all its sign-ins."""
    uow.permit(POLICY, "administer_accounts")
    password = secrets.token_urlsafe(15)
    hashed = await provider.passwords.hash(password)
    async with uow.transaction() as tx:
        account = await tx.get(Account, account_id)
        account.password_hash = hashed
        totp_secret = pyotp.random_base32() if account.needs_second_factor else None
        _seal_totp(uow.vault, account, totp_secret)
        await _sign_out(uow, tx, account)
        return MadeAccount(account.id, password, totp_secret)


async def change_password(uow: UnitOfWork, provider: Provider, *, old_password: str, new_password: str) -> None:
    """One's own; ends all sign-ins, for somebody else may know the old one.

    :raises InvalidInput: the old one is wrong, or the new one is weak.
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
        account.password_hash = hashed
        await forgive_try(tx, tried)
        await _sign_out(uow, tx, account)


async def _make_account(
    uow: UnitOfWork,
    passwords: PasswordHashes,
    *,
    login: str,
    password: str,
    totp_secret: str | None,
    roles: Collection[Role],
    scope: Mapping[str, str | None],
) -> MadeAccount:
    hashed = await passwords.hash(password)
    async with uow.transaction() as tx:
        account = Account(
            id=new_id(),
            login=new_login(login),
            password_hash=hashed,
            roles=sorted(set(roles)),
            township_code=scope.get("township_code"),
            team_code=scope.get("team_code"),
            volunteer_no=scope.get("volunteer_no"),
        )
        account.check_scope()
        if await tx.session.scalar(select(Account).where(account_table.c.login == account.login)) is not None:
            raise Conflict("login_taken", field="login")
        _seal_totp(uow.vault, account, totp_secret)
        tx.add(account)
        return MadeAccount(account.id, password, totp_secret)


def _seal_totp(vault: Vault, account: Account, secret: str | None) -> None:
    place = place_of(account_table.c.totp_sealed, account.id)
    account.totp_sealed = vault.seal(secret, place) if secret else None
    account.totp_counter = 0


async def _sign_out(uow: UnitOfWork, tx: Transaction, account: Account) -> None:
    await tx.session.execute(delete(sign_in_grant).where(sign_in_grant.c.account_id == account.id))
    event = AccessRevoked(subject=account.id, before=tx.now)
    tx.record(account, event)
    await note_revocation(uow.joined(tx), event)  # catalog does not hear its own events
