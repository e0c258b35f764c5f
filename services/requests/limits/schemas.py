"""HTTP bodies and answers about limits of ordering."""

from datetime import date
from typing import Annotated

from pydantic import Field

from shared.http.inputs import Answer, Body, Day, TownshipCode
from shared.kernel.errors import InvalidInput

Lines = Annotated[int, Field(ge=0, le=100_000, description="items, over all orders")]


class TownshipLimitBody(Body):
    township_code: TownshipCode
    lines: Lines


class LimitBody(Body):
    """``orders_until`` is the last day on which orders are taken; ``lines`` how many items a township may order; null:
    no limit. ``townships`` may order another number than the others."""

    orders_until: Day | None = None
    lines: Lines | None = None
    townships: Annotated[tuple[TownshipLimitBody, ...], Field(max_length=500)] = ()

    def exceptions(self) -> dict[str, int]:
        """:raises InvalidInput: a township stands twice."""
        found: dict[str, int] = {}
        for number, each in enumerate(self.townships):
            if each.township_code in found:
                raise InvalidInput("township_twice", field=f"townships[{number}].township_code")
            found[each.township_code] = each.lines
        return found


class TownshipLimitAnswer(Answer):
    township_code: str
    lines: int


class LimitAnswer(Answer):
    campaign_id: str
    version: Annotated[int | None, Field(description="null: nothing was set yet")]
    orders_until: date | None
    lines: int | None
    townships: list[TownshipLimitAnswer]
