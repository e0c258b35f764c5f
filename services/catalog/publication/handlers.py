"""Requests answers whether an edition can be withdrawn."""

from services.catalog.publication import use_cases
from shared.contracts.requests import EditionClosed, EditionWithdrawalRefused
from shared.unit_of_work import UnitOfWork


async def on_edition_closed(uow: UnitOfWork, event: EditionClosed) -> None:
    await use_cases.complete_withdrawal(uow, event.edition_id)


async def on_edition_withdrawal_refused(uow: UnitOfWork, event: EditionWithdrawalRefused) -> None:
    await use_cases.refuse_withdrawal(uow, event.edition_id, orders=event.orders)
