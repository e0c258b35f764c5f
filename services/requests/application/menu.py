"""What can be ordered, kept at hand: what an edition offers never changes, and no township that may order goes away.
That an edition was withdrawn is seen by the store, when an order is handed in."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import IntegrityError

from services.requests.domain.line import Line
from services.requests.domain.menu import Edition, Township
from services.requests.domain.order import Draft
from shared.db.engine import refers_to_nothing
from shared.db.unit_of_work import UnitOfWork
from shared.kernel.errors import Conflict, InvalidInput
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

    @contextmanager
    def while_open(self) -> Iterator[None]:
        """Around what hands an order in: the store refuses it once its edition is withdrawn.

        :raises Conflict: ``edition_withdrawn``.
        """
        try:
            yield
        except IntegrityError as error:
            if not refers_to_nothing(error):
                raise
            self._editions.clear()
            raise Conflict("edition_withdrawn", field="edition_id") from error

    async def _look_up(self, uow: UnitOfWork, draft: Draft) -> None:
        async with uow.reading() as session:
            if await session.get(Township, draft.township_code) is None:
                raise InvalidInput("unknown_township", field="township_code", township_code=draft.township_code)
            edition = await session.get(Edition, draft.edition_id)
            if edition is None:
                raise InvalidInput("unknown_edition", field="edition_id", edition=draft.edition_id)
            if edition.state == "withdrawn":
                raise Conflict("edition_withdrawn", field="edition_id")
        self._townships.add(draft.township_code)
        self._editions[draft.edition_id] = edition
