"""The clock that a demonstration goes by: business stands at a day of 2014 until somebody moves it on."""

import json
import os
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from pydantic import BaseModel, model_validator

from shared.http import problems
from shared.http.authentication import Authenticator
from shared.http.inputs import Body
from shared.http.texts import Texts
from shared.kernel.clock import CHINA, utc_now
from shared.kernel.errors import Conflict, InvalidInput

FIRST_MOMENT = datetime(2014, 6, 9, 8, tzinfo=CHINA)
"""The morning on which the teams are asked what they can do; the circuit's first stop is on 27 June."""

LAST_MOMENT = datetime(2015, 12, 31, 14, tzinfo=CHINA)
"""The demonstration's data end long before."""

BEGINS = {"morning": time(8), "afternoon": time(14)}
Part = Literal["morning", "afternoon"]


class DemonstrationClock:
    """Real time for tokens and leases; for business, the half-day that is kept in ``file``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._moment = FIRST_MOMENT
        # A file that can't be read is worth no start that fails: the clock begins anew.
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = datetime.fromisoformat(json.loads(file.read_text("utf-8"))["moment"]).astimezone(
                CHINA
            )
            self._moment = min(max(kept, FIRST_MOMENT), LAST_MOMENT)

    def __call__(self) -> datetime:
        return utc_now()

    def business_now(self) -> datetime:
        return self._moment

    def keep(self) -> None:
        """Writes down where business stands; whoever finds that knows a demonstration's folder by it."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"moment": self._moment.isoformat()}), "utf-8")
        os.replace(fresh, self._file)  # whole, or not at all

    def next_half_day(self) -> None:
        if self._moment.time() < BEGINS["afternoon"]:
            self._set(self._moment.date(), "afternoon")
        else:
            self.next_day()

    def next_day(self) -> None:
        self._set(self._moment.date() + timedelta(days=1), "morning")

    def move_to(self, on: date, part: Part) -> None:
        """:raises Conflict: that is over, and what has happened can't be undone; or it is too far."""
        if on > LAST_MOMENT.date():
            raise Conflict("clock_too_far", field="on", last=LAST_MOMENT.date())
        if datetime.combine(on, BEGINS[part], CHINA) < self._moment:
            raise Conflict("clock_back", field="on", day=on, now=self._moment)
        self._set(on, part)

    def _set(self, on: date, part: Part) -> None:
        before, self._moment = (
            self._moment,
            min(datetime.combine(on, BEGINS[part], CHINA), LAST_MOMENT),
        )
        try:
            self.keep()
        except OSError:
            self._moment = before
            raise


class Move(Body):
    """Where the clock goes: on to the next half-day or day, or to a half-day that is named; one of the two."""

    step: Literal["half_day", "day"] | None = None
    on: date | None = None
    part: Part = "morning"

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.step is None) == (self.on is None):
            raise InvalidInput("clock_step_or_day", field="step")
        return self


class Moment(BaseModel):
    """The half-day at which business stands."""

    on: date
    part: Part

    @classmethod
    def of(cls, clock: DemonstrationClock) -> "Moment":
        now = clock.business_now()
        return cls(
            on=now.date(), part="morning" if now.time() < BEGINS["afternoon"] else "afternoon"
        )


def demonstration_api(*routers: APIRouter) -> FastAPI:
    """What an embedded process answers about its demonstration, in the reader's words."""
    app = FastAPI(title="Demonstration", openapi_url=None)
    problems.install(app, Texts(Path(__file__).parent / "locales"))
    for router in routers:
        app.include_router(router)
    return app


def clock_routes(clock: DemonstrationClock | None, authenticator: Authenticator) -> APIRouter:
    """Shows the clock to everybody, and moves it for whoever has signed in. Without a clock there is none to move, and
    the console is told so."""
    router = APIRouter()
    if clock is None:

        @router.get("/moment", status_code=204)
        async def get_no_moment() -> None: ...

        return router

    async def signed_in(
        request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> None:
        await authenticator.admit(authorization, request.client.host if request.client else "")

    @router.get("/clock")
    @router.get(
        "/moment"
    )  # what the console asks: it is there without a demonstration too, and empty
    async def get_clock() -> Moment:
        return Moment.of(clock)

    @router.post("/clock", dependencies=[Depends(signed_in)])
    async def move_clock(move: Move) -> Moment:
        if move.on is not None:
            clock.move_to(move.on, move.part)
        elif move.step == "half_day":
            clock.next_half_day()
        else:
            clock.next_day()
        return Moment.of(clock)

    return router
