"""What catalog publishes about items that were adopted from wishes."""

from services.requests.menu.use_cases import keep_edition
from services.requests.wishes import use_cases
from shared.contracts.catalog import EditionPublished, WishedItemEntered
from shared.unit_of_work import UnitOfWork


async def on_edition_published(uow: UnitOfWork, event: EditionPublished) -> None:
    """The menu is copied; then it says what became of the wishes that were adopted for it."""
    await keep_edition(uow, event)
    await use_cases.follow_edition(uow, event)


async def on_wished_item_entered(uow: UnitOfWork, event: WishedItemEntered) -> None:
    await use_cases.note_item(uow, event)
