"""An item that townships wished for, before it is one, and what teams say to it."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from services.catalog.editions.domain import Edition
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import Conflict, InvalidInput


@dataclass(eq=False, kw_only=True)
class WishedItem(Aggregate):
    """What teams are asked about in the survey of ``edition_code``. ``wishes`` townships' wishes, for ``residents``,
    mean it; once the corps has entered it, it is the item ``item_code``."""

    kind: ClassVar[str] = "wished_item"

    id: str
    edition_code: str
    name: str
    name_en: str
    wishes: int
    residents: int
    item_code: str | None = None

    @property
    def key(self) -> str:
        return self.id


@dataclass(eq=False, kw_only=True)
class WishedOffer(Aggregate):
    """Whether a team could offer what was wished for. What it says again replaces what it said."""

    kind: ClassVar[str] = "wished_offer"

    id: str
    wished_id: str
    team_code: str
    can_offer: bool
    remark: str | None
    said_on: date

    @property
    def key(self) -> str:
        return self.id


def offer_id(wished_id: str, team_code: str) -> str:
    return f"{wished_id}.{team_code}"


def require_asked(edition: Edition) -> None:
    """:raises Conflict: the teams are not being asked about this edition."""
    if edition.state != "survey":
        raise Conflict("survey_not_open", field="edition_code", title=edition.title)


def require_draft_with(edition: Edition, item_code: str) -> None:
    """:raises Conflict: the edition is frozen. :raises InvalidInput: it does not have the item."""
    if edition.state not in Edition.UNPUBLISHED:
        raise Conflict("survey_is_past", field="edition_code", title=edition.title)
    if item_code not in edition.item_codes:
        raise InvalidInput("item_not_on_draft", field="item_code", title=edition.title)
