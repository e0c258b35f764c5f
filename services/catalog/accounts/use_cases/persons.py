"""What happens to accounts when their volunteers or teams move, leave, are exported or are erased."""

from typing import Any, Literal

from sqlalchemy import delete, select

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.domain.sign_in_grant import SignInGrant
from services.catalog.accounts.queries import accounts_for
from services.catalog.accounts.tables import account as account_table
from services.catalog.accounts.tables import invitation, sign_in_failure, sign_in_grant
from services.catalog.accounts.use_cases.coordinators import announce_coordinator
from services.catalog.accounts.use_cases.failed_attempts import counter_key
from services.catalog.accounts.use_cases.names import name_of
from services.catalog.accounts.use_cases.sign_outs import sign_out_everywhere
from shared.kernel.access import Role
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork


async def move_account_of(uow: UnitOfWork, tx: Transaction, no: str, team_code: str) -> None:
    """Takes the account of a volunteer to another team, and voids its tokens, which name the old one."""
    if (account := await _account_of(tx, no)) is not None:
        account.follow(team_code)
        await sign_out_everywhere(uow, tx, account)


async def close_account_of(uow: UnitOfWork, tx: Transaction, no: str) -> None:
    """Closes the account of a volunteer who has left. A coordinator opens it again for one who comes back."""
    account = await _account_of(tx, no)
    if account is not None and account.state != "disabled":
        await close_account(uow, tx, account)


async def close_accounts_of_leaders(uow: UnitOfWork, tx: Transaction, team_code: str) -> None:
    """Ends the leadership of a team that has left the corps.

    A leader who is a volunteer stays one; other accounts are closed, until a coordinator opens them again for a team
    that came back.
    """
    query = (
        select(account_table.c.id)
        .where(account_table.c.team_code == team_code)
        .order_by(account_table.c.id)
    )
    for found in (await tx.session.scalars(query)).all():
        account = await tx.get(Account, found)
        if Role.LEADER not in account.roles or account.state == "disabled":
            continue
        if account.volunteer_no is not None:
            account.follow(team_code)
            await sign_out_everywhere(uow, tx, account)
        else:
            await close_account(uow, tx, account)


async def move_accounts_of_township(
    uow: UnitOfWork, tx: Transaction, code: str, new_code: str
) -> None:
    """Takes the accounts of a township to its new code, and voids their tokens, which name the old one."""
    for account in await _accounts_for(tx, "township_code", code):
        account.township_code = new_code
        await sign_out_everywhere(uow, tx, account)


async def move_accounts_of_team(uow: UnitOfWork, tx: Transaction, code: str, into: str) -> None:
    """Takes the accounts of a team, its leaders' and its volunteers', to the one that it was merged into, and voids
    their tokens."""
    for account in await _accounts_for(tx, "team_code", code):
        account.team_code = into
        await sign_out_everywhere(uow, tx, account)


async def move_account_of_person(
    uow: UnitOfWork, tx: Transaction, no: str, into: str, team_code: str
) -> None:
    """The volunteer was entered twice. An account goes to the entry that stays, and to its team; where that one has its
    own, it is erased, for a person has one. Either way, its tokens are void."""
    account = await _account_of(tx, no)
    if account is None:
        return
    if await _account_of(tx, into) is not None:
        await erase_account(uow, tx, account)
        return
    account.volunteer_no = into
    if account.team_code != team_code:
        account.follow(team_code)
    await sign_out_everywhere(uow, tx, account)


async def _accounts_for(
    tx: Transaction, scope: Literal["township_code", "team_code"], code: str
) -> list[Account]:
    found = await accounts_for(tx.session, scope, code)
    return [await tx.get(Account, account_id) for account_id in found]


async def close_account(uow: UnitOfWork, tx: Transaction, account: Account) -> None:
    """Closes an account, and ends its invitation and all its sign-ins."""
    account.disable()
    await void_invitation(tx, account.id)
    await sign_out_everywhere(uow, tx, account)
    await announce_coordinator(uow, tx, account)


async def erase_account_of(uow: UnitOfWork, tx: Transaction, no: str) -> int:
    """Erases the account of a person by :func:`erase_account`; returns 0 where there is none."""
    account = await _account_of(tx, no)
    return await erase_account(uow, tx, account) if account is not None else 0


async def erase_account(uow: UnitOfWork, tx: Transaction, account: Account) -> int:
    """Ends and deletes an account, with its login name and sign-ins, and returns how many records that were."""
    await void_invitation(tx, account.id)
    sign_ins = await _sign_ins(tx, account)
    await sign_out_everywhere(uow, tx, account)
    await tx.session.execute(
        delete(sign_in_failure).where(
            sign_in_failure.c.key == counter_key(uow.vault, "name", account.login)
        )
    )
    await tx.flush()  # its last event is numbered by the row that goes
    await tx.session.delete(account)
    return 1 + len(sign_ins)


async def export_account_of(uow: UnitOfWork, tx: Transaction, no: str) -> list[Record]:
    """Returns what the person's export holds of the account and of the sign-ins that are kept."""
    account = await _account_of(tx, no)
    if account is None:
        return []
    own: dict[str, Any] = {
        "kind": "account",
        "login": account.login,
        "name": name_of(uow.vault, account),
        "roles": account.roles,
        "state": account.state,
        "made_at": account.made_at.isoformat(),
        "team_code": account.team_code,
        "has_second_factor": account.totp_sealed is not None,
    }
    return [own, *await _sign_ins(tx, account)]


async def void_invitation(tx: Transaction, account_id: str) -> None:
    """Deletes the invitation of an account, if there is one."""
    await tx.session.execute(delete(invitation).where(invitation.c.account_id == account_id))


async def _account_of(tx: Transaction, no: str) -> Account | None:
    found = await tx.session.scalar(
        select(account_table.c.id).where(account_table.c.volunteer_no == no)
    )
    return await tx.find(Account, found) if found is not None else None


async def _sign_ins(tx: Transaction, account: Account) -> list[Record]:
    """Returns one record for each sign-in, however often it was renewed."""
    kept = (
        select(SignInGrant)
        .where(sign_in_grant.c.account_id == account.id)
        .order_by(sign_in_grant.c.began_at)
    )
    by_family = {grant.family: grant for grant in await tx.session.scalars(kept)}
    return [
        {"kind": "sign_in", "began_at": grant.began_at.isoformat(), "client_id": grant.client_id}
        for grant in by_family.values()
    ]
