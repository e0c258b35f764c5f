"""What publishing an edition would do."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.catalog.campaigns.queries import years_without_standing
from services.catalog.consultation.queries import unanswered_count
from services.catalog.directory.queries import active_among
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import overlapping
from services.catalog.items.queries import items_of
from services.catalog.policy import POLICY
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Blocker:
    """What is in the way of publishing an edition: an item that nobody offers, or opinions without an answer."""

    code: Literal["item_without_team", "opinions_unanswered"]
    item_code: str | None = None
    item_name: str = ""
    item_name_en: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Publication:
    """What publishing a draft would do now."""

    items: int
    blockers: list[Blocker]
    is_over: bool
    consultation_until: date | None
    """The last day of a consultation that is not over."""
    overlaps: list[Edition]
    new_standing_years: list[int]


async def preview_publication(uow: UnitOfWork, code: str) -> Publication:
    """Returns what publishing a draft would do now, and what is in its way.

    Of an edition that is published, the blockers are the items that no team offers any more.

    :raises NotFound: there is no such edition.
    """
    uow.permit(POLICY, "publish_edition")
    async with uow.reading() as session:
        draft = await session.get(Edition, code)
        if draft is None:
            raise NotFound(Edition.kind, code, states=Edition.STEPS)
        items = {item.code: item for item in await items_of(session, draft.item_codes)}
        named = {team for item in items.values() for team in item.teams}
        without_team = draft.items_without_team(
            items.values(), active_teams=await active_among(session, named)
        )
        blockers = [
            Blocker("item_without_team", item, items[item].name, items[item].name_en)
            for item in without_team
        ]
        if unanswered := await unanswered_count(session, code):
            blockers.append(Blocker("opinions_unanswered", count=unanswered))
        return Publication(
            items=len(draft.item_codes),
            blockers=blockers,
            is_over=draft.retires_on < uow.today(),
            consultation_until=draft.consultation_ahead(uow.today()),
            overlaps=await overlapping(session, draft),
            new_standing_years=await years_without_standing(session, draft.years()),
        )
