"""Finding accounts."""

from typing import Literal

from sqlalchemy import String, cast, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.accounts.domain.account import Account, AccountState, login_of
from services.catalog.accounts.tables import account
from services.catalog.policy import POLICY
from shared.db.paging import Listed, SortedBy, contains, counted_page_of, page_of
from shared.kernel.access import Role
from shared.unit_of_work import UnitOfWork


async def find_by_login(session: AsyncSession, login: str) -> Account | None:
    """Returns the account with a login name, however it was typed; None where there is none."""
    found: Account | None = await session.scalar(
        select(Account).where(account.c.login == login_of(login))
    )
    return found


async def has_account_of(session: AsyncSession, login: str) -> bool:
    """Returns whether there is an account with a login name, however it was typed."""
    found = await session.scalar(select(account.c.id).where(account.c.login == login_of(login)))
    return found is not None


async def has_account_of_volunteer(session: AsyncSession, no: str, *, besides: str) -> bool:
    """Returns whether a volunteer has an account, other than the one whose id is ``besides``."""
    found = await session.scalar(
        select(account.c.id).where(account.c.volunteer_no == no, account.c.id != besides)
    )
    return found is not None


async def volunteer_of(session: AsyncSession, account_id: str) -> str | None:
    """Returns the number of the volunteer whose account it is, if it is a volunteer's."""
    found: str | None = await session.scalar(
        select(account.c.volunteer_no).where(account.c.id == account_id)
    )
    return found


async def accounts_for(
    session: AsyncSession,
    scope: Literal["township_code", "team_code", "volunteer_no"],
    code: str,
) -> list[str]:
    """Returns the ids of the accounts that are for a township, a team or a volunteer, in order."""
    query = select(account.c.id).where(account.c[scope] == code)
    return list(await session.scalars(query.order_by(account.c.id)))


async def has_another_active(session: AsyncSession, role: Role, *, besides: str) -> bool:
    """Returns whether an active account has a role, other than the one whose id is ``besides``."""
    others = select(account.c.id).where(
        account.c.id != besides,
        account.c.state == "active",
        cast(account.c.roles, String).like(f'%"{role}"%'),
    )
    return await session.scalar(others.limit(1)) is not None


async def is_login_taken(uow: UnitOfWork, login: str) -> bool:
    """Returns whether there is an account with a login name."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        return await has_account_of(session, login)


async def search_accounts(
    uow: UnitOfWork,
    *,
    login: str | None,
    role: Role | None,
    state: AccountState | None,
    township_code: str | None,
    team_code: str | None,
    after: str | None,
    limit: int,
) -> Listed[Account]:
    """Returns a page of accounts in the order of their login names, which contain ``login``.

    They have a role, are in a state, and are for a township or a team.
    """
    uow.permit(POLICY, "administer_accounts")
    query = select(Account)
    if login is not None:
        query = query.where(contains(login_of(login), account.c.login))
    if role is not None:
        query = query.where(cast(account.c.roles, String).contains(f'"{role}"', autoescape=True))
    for column, wanted in (
        (account.c.state, state),
        (account.c.township_code, township_code),
        (account.c.team_code, team_code),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    by = SortedBy(account.c.login)
    async with uow.reading() as session:
        return await counted_page_of(session, query, account.c.id, after=after, limit=limit, by=by)


async def list_coordinators(uow: UnitOfWork) -> list[Account]:
    """Returns the open accounts of coordinators, in the order of their login names."""
    uow.permit(POLICY, "read_coordinators")
    query = select(Account).where(
        cast(account.c.roles, String).contains(f'"{Role.COORDINATOR}"', autoescape=True),
        account.c.state != "disabled",
    )
    async with uow.reading() as session:
        return list(await session.scalars(query.order_by(account.c.login)))


async def list_accounts(
    uow: UnitOfWork, *, after: str | None, limit: int
) -> tuple[list[Account], str | None]:
    """Returns a page of accounts in the order of their ids, and the id to go on from."""
    uow.permit(POLICY, "administer_accounts")
    async with uow.reading() as session:
        return await page_of(session, select(Account), account.c.id, after=after, limit=limit)
