"""Which accounts are open coordinators': other services hand tasks to them."""

from sqlalchemy import String, cast, select

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.tables import account as account_table
from shared.contracts.catalog import CoordinatorChanged
from shared.kernel.access import Role
from shared.tasks.coordinators import keep_coordinator, open_coordinators
from shared.unit_of_work import Transaction, UnitOfWork


async def announce_coordinator(uow: UnitOfWork, tx: Transaction, account: Account) -> None:
    """Publishes whether an account may be given tasks, if it is a coordinator's. Its roles are those it was made with.

    An invited account may: it is its owner's already, and one that is invited anew keeps its tasks.
    """
    if Role.COORDINATOR not in account.roles:
        return
    event = CoordinatorChanged(subject=account.id, active=account.state != "disabled")
    tx.record(account, event)
    await keep_coordinator(uow.nested(tx), event)  # catalog does not consume its own events


async def announce_coordinators(uow: UnitOfWork) -> None:
    """Publishes the open coordinators that were never announced: accounts from before there was the event."""
    async with uow.transaction() as tx:
        await tx.lock_service()  # another process may begin as well
        query = select(account_table.c.id).where(
            cast(account_table.c.roles, String).like(f'%"{Role.COORDINATOR}"%'),
            account_table.c.state != "disabled",
        )
        wanted = set(await tx.session.scalars(query))
        missing = wanted - await open_coordinators(tx.session, wanted)
        for account in (await tx.find_all(Account, missing)).values():
            await announce_coordinator(uow, tx, account)
