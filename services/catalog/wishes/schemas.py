"""Bodies and answers about what townships wished for."""

from datetime import date

from services.catalog.wishes.queries import AskedWish
from shared.http.inputs import Answer, Body, Code, Text


class OfferBody(Body):
    team_code: Code
    can_offer: bool
    remark: Text | None = None


class EnteredBody(Body):
    item_code: Code


class WishedOfferAnswer(Answer):
    team_code: str
    can_offer: bool
    remark: str | None
    said_on: date


class WishedItemAnswer(Answer):
    """``wishes`` of townships, for ``residents``, mean it. ``item_code`` is the item that it has become."""

    id: str
    edition_code: str
    name: str
    name_en: str
    wishes: int
    residents: int
    item_code: str | None
    offers: list[WishedOfferAnswer]

    @classmethod
    def of(cls, asked: AskedWish) -> "WishedItemAnswer":
        wished = asked.wished
        return cls(
            id=wished.id,
            edition_code=wished.edition_code,
            name=wished.name,
            name_en=wished.name_en,
            wishes=wished.wishes,
            residents=wished.residents,
            item_code=wished.item_code,
            offers=[WishedOfferAnswer.model_validate(offer) for offer in asked.offers],
        )
