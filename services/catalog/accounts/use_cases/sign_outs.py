"""Ending the sign-ins of an account, one or all of them."""

from sqlalchemy import CursorResult, delete, update

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.tables import sign_in_grant
from shared.contracts.catalog import AccessRevoked
from shared.identity.revocation import note_revocation
from shared.unit_of_work import Transaction, UnitOfWork


async def end_family(uow: UnitOfWork, tx: Transaction, family: str, account_id: str) -> None:
    """Ends one sign-in: its codes and refresh tokens here, its access tokens in every service.

    A service refuses the access tokens as soon as the event has reached it. Nothing happens when the sign-in has
    ended before.
    """
    ended = await tx.session.execute(
        update(sign_in_grant)
        .where(sign_in_grant.c.family == family, sign_in_grant.c.expires_at > tx.now)
        .values(expires_at=tx.now, used_at=tx.now)
    )
    account = await tx.find(Account, account_id)
    if not isinstance(ended, CursorResult) or not ended.rowcount or account is None:
        return
    await _revoke(uow, tx, account, AccessRevoked(subject=account_id, sid=family, before=tx.now))


async def sign_out_everywhere(uow: UnitOfWork, tx: Transaction, account: Account) -> None:
    """Ends all sign-ins of an account: its refresh tokens here, its access tokens in every service.

    A service refuses the access tokens as soon as the event has reached it.
    """
    await tx.session.execute(delete(sign_in_grant).where(sign_in_grant.c.account_id == account.id))
    await _revoke(uow, tx, account, AccessRevoked(subject=account.id, before=tx.now))


async def _revoke(uow: UnitOfWork, tx: Transaction, account: Account, event: AccessRevoked) -> None:
    tx.record(account, event)
    await note_revocation(uow.nested(tx), event)  # catalog does not consume its own events
