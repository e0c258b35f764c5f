"""The query parameters that say which orders are meant, and in which order."""

from typing import Annotated

from fastapi import Depends, Query

from services.requests.orders import schemas
from services.requests.orders.queries.orders import Filters as Found
from shared.http.inputs import Code, Day, Searched, TownshipCode, Typed

Sort = Annotated[
    schemas.OrderSort,
    Query(description="what the list is sorted by; with a hyphen before it, the other way round"),
]
Position = Annotated[
    str | None, Query(max_length=120, description="next_after of the page before"), Typed
]


def _filters(
    q: Annotated[
        Searched | None,
        Query(description="part of a number, or of the name of a place, township or item"),
    ] = None,
    number: Annotated[str | None, Query(pattern=r"^[0-9]{4}-[0-9]{4,9}$"), Typed] = None,
    state: Annotated[
        list[schemas.OrderState], Query(max_length=9, description="any of these")
    ] = [],  # noqa: B006 - FastAPI copies it
    campaign_id: Annotated[Code | None, Query()] = None,
    edition_id: Annotated[Code | None, Query(description="from this menu")] = None,
    item_code: Annotated[Code | None, Query(description="with this item")] = None,
    township_code: TownshipCode | None = None,
    from_on: Annotated[Day | None, Query(description="first saved on this day or later")] = None,
    to_on: Annotated[Day | None, Query(description="first saved on this day or before")] = None,
) -> Found:
    return Found(
        q=q,
        number=number,
        states=state,
        campaign_id=campaign_id,
        edition_id=edition_id,
        item_code=item_code,
        township_code=township_code,
        from_on=from_on,
        to_on=to_on,
    )


Filters = Annotated[Found, Depends(_filters)]
