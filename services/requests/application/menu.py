"""What can be ordered, kept at hand: no edition ever changes, and no township that may order goes away."""

from services.requests.domain.line import Line
from services.requests.domain.menu import Edition, Township
from services.requests.domain.order import Draft
from shared.db.unit_of_work import UnitOfWork
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id


class Menu:
    """The editions and townships of this service's store that were asked for before."""

    def __init__(self) -> None:
        self._editions: dict[str, Edition] = {}
        self._townships: set[str] = set()

    async def lines_of(self, uow: UnitOfWork, draft: Draft) -> list[Line]:
        """:raises InvalidInput: the township, the edition or an item is not known here."""
        if draft.township_code not in self._townships or draft.edition_id not in self._editions:
            await self._look_up(uow, draft)
        return draft.lines_from(self._editions[draft.edition_id], new_id)

    async def _look_up(self, uow: UnitOfWork, draft: Draft) -> None:
        async with uow.reading() as session:
            if await session.get(Township, draft.township_code) is None:
                raise InvalidInput("unknown_township", field="township_code", township_code=draft.township_code)
            edition = await session.get(Edition, draft.edition_id)
            if edition is None:
                raise InvalidInput("unknown_edition", field="edition_id", edition=draft.edition_id)
        self._townships.add(draft.township_code)
        self._editions[draft.edition_id] = edition
