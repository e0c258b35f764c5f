"""HTTP bodies and answers of wishes."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from services.requests.wishes.domain.wish import (
    CameBy,
    DeclineReason,
    GroupState,
    Saying,
    Seen,
    WishState,
)
from shared.http.inputs import Answer, Body, Code, Key, Name, ReasonBody, Text, TownshipCode

WishIds = Annotated[list[Key], Field(min_length=1, max_length=500)]


class SaidBody(Body):
    what: Text
    residents: Annotated[int, Field(ge=1, le=1_000_000, description="for how many")]
    timing: Annotated[Text | None, Field(description="when, in words")] = None
    purpose: Annotated[Text | None, Field(description="why")] = None


class WishBody(SaidBody):
    township_code: TownshipCode
    came_by: Annotated[
        CameBy, Field(description="how it came, where it is entered for the township")
    ] = "online"

    def as_saying(self) -> Saying:
        return Saying(**self.model_dump())


class EditedWishBody(SaidBody):
    """What a wish is to say instead; whose it is and how it came stay."""


class WishIdsBody(Body):
    wish_ids: WishIds


class AnsweringBody(Body):
    wish_ids: Annotated[
        list[Key],
        Field(
            max_length=500, description="the wishes of the group as whoever answers has read them"
        ),
    ]
    edits: Annotated[
        int | None,
        Field(ge=0, description="the group's, as it was read; left out, edits are not looked at"),
    ] = None

    def seen(self) -> Seen:
        return Seen(self.wish_ids, self.edits)


class MatchBody(AnsweringBody):
    edition_id: Code
    item_code: Code
    answer: Text | None = None


class AdoptBody(AnsweringBody):
    edition_id: Annotated[Code, Field(description="a draft whose survey asks the teams about it")]
    item_name: Name
    item_name_en: Name
    answer: Text | None = None


class DeclineBody(ReasonBody, AnsweringBody):
    reason_code: DeclineReason


class WishAnswer(Answer):
    """``group_id`` holds it with others like it, all of which get one ``answer``. ``edition_id`` is the menu that has
    the item it was matched to, or the draft in whose survey teams are asked about it."""

    id: str
    number: int
    township_code: str
    came_by: CameBy
    what: str
    residents: int
    timing: str | None
    purpose: str | None
    said_at: datetime
    group_id: str
    state: WishState
    answer: str | None
    edition_id: str | None
    item_code: str | None
    item_name: str | None
    item_name_en: str | None
    reason_code: str | None
    answered_at: datetime | None


class GroupedWishAnswer(Answer):
    """``likeness``: how much it is alike the one that it was put beside, in per cent. Unless it ``is_confirmed``,
    nothing else puts it there."""

    id: str
    number: int
    township_code: str
    came_by: CameBy
    what: str
    residents: int
    timing: str | None
    purpose: str | None
    said_at: datetime
    likeness: int | None
    is_confirmed: bool


class WishGroupAnswer(Answer):
    id: str
    state: GroupState
    answer: str | None
    edition_id: str | None
    item_code: str | None
    item_name: str | None
    item_name_en: str | None
    reason_code: str | None
    answered_at: datetime | None
    residents: int
    edits: Annotated[int, Field(description="how often its wishes were edited")]
    wishes: list[GroupedWishAnswer]


class AlikeAnswer(Answer):
    """A wish of another group that may mean the same; ``state`` is that group's."""

    wish: GroupedWishAnswer
    group_id: str
    likeness: int
    state: GroupState
