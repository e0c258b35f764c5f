"""What requests publishes about wishes that the corps adopted."""

from services.catalog.wishes import use_cases
from shared.contracts.requests import WishAdopted, WishAdoptionEnded
from shared.unit_of_work import UnitOfWork


async def on_wish_adopted(uow: UnitOfWork, event: WishAdopted) -> None:
    await use_cases.ask_about_wish(uow, event)


async def on_wish_adoption_ended(uow: UnitOfWork, event: WishAdoptionEnded) -> None:
    await use_cases.ask_no_more(uow, event)
