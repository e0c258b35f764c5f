"""The addresses of calendars end with the access of the account that made them."""

from services.dispatch.calendars.use_cases import end_of_account
from shared.contracts.catalog import AccessRevoked
from shared.identity.revocation import note_revocation
from shared.unit_of_work import UnitOfWork


async def on_access_revoked(uow: UnitOfWork, event: AccessRevoked) -> None:
    """To sign out of one browser ends no calendar; to be signed out everywhere does."""
    async with uow.transaction() as tx:
        await note_revocation(uow.nested(tx), event)
        if event.sid is None:
            await end_of_account(tx, event.subject, event.before)
