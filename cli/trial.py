"""Trying the system with Rui'an's data: from an empty folder to its demonstration, by a button of the console.

Only whoever sits at this machine is offered it, and only while nothing was entered. A folder that has become a
demonstration stays one: its clock is kept in it from the beginning.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated, Literal, Protocol

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel

from cli.backup import CLOCK, RESULT
from cli.demo import STEPS, Progress
from shared.contracts import PUBLISHERS
from shared.contracts.catalog import CoordinatorChanged
from shared.http.authentication import Authenticator
from shared.kernel.access import Role
from shared.kernel.errors import Conflict, Forbidden
from shared.telemetry.logs import logger

OPEN_WORK = "open_work"
"""The last step: what the demonstration leaves for each role to do."""
ALL_STEPS = (*STEPS, OPEN_WORK)

STANDING = "campaign:changtai-"
"""The year's standing campaign, which the system adds itself."""

COMING_AND_GOING = ("sign_in", "exchange_token", "revoke_own_token", "end_session")
"""Acts in the audit log that enter nothing."""

log = logger(__name__)


def is_demonstration(data: Path) -> bool:
    """Whether the demonstration was begun in a data folder."""
    return (data / CLOCK).exists() or (data / RESULT).exists()


def is_untouched(data: Path) -> bool:
    """Whether nobody has entered anything in a data folder: an audit log has no act but signing in and out, and an
    event log no event but those of the standing campaigns and coordinators that the system makes itself: whoever makes
    an account is in the audit log. A folder without stores is untouched."""
    return not any(_is_touched(data / f"{name}.db") for name in PUBLISHERS)


def _is_touched(store: Path) -> bool:
    if not store.exists():
        return False
    entered = "SELECT EXISTS (SELECT 1 FROM audit_log WHERE action NOT IN (?, ?, ?, ?))"
    published = (
        "SELECT EXISTS (SELECT 1 FROM event_log WHERE aggregate_id NOT LIKE ? || '%' AND type <> ?)"
    )
    with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
        if not {"audit_log", "event_log"} <= tables:
            return True  # of another release, or no store of ours: not to be played in
        acts, events = (
            db.execute(entered, COMING_AND_GOING),
            db.execute(published, (STANDING, CoordinatorChanged.type)),
        )
        return bool(acts.fetchone()[0] or events.fetchone()[0])


class Trial(BaseModel):
    """Where the demonstration is. ``number`` is that of its step, of ``of`` in all, and ``done`` of ``total`` pieces of
    the step are done."""

    state: Literal["offered", "starting", "playing", "cancelled", "failed", "done"]
    step: str | None = None
    number: int = 0
    of: int = len(ALL_STEPS)
    done: int = 0
    total: int = 0


class Playable(Protocol):
    """What the button of the console acts on."""

    async def status(self) -> Trial | None:
        """Returns where it is; None where there is nothing to play."""

    async def start(self) -> None:
        """Begins, or goes on after a stop; does nothing where it goes on already.

        :raises Conflict: something was entered meanwhile.
        """

    async def cancel(self) -> None:
        """Stops it; does nothing where it does not go on."""


class Offer:
    """To make a demonstration of a folder in which nothing was entered. ``accepted`` is set when somebody does; whoever
    serves the folder then serves it anew as a demonstration."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.accepted = asyncio.Event()

    async def status(self) -> Trial | None:
        if self.accepted.is_set():
            return Trial(state="starting")
        is_empty = await asyncio.to_thread(is_untouched, self._data)
        return Trial(state="offered") if is_empty else None

    async def start(self) -> None:
        if not await asyncio.to_thread(is_untouched, self._data):
            raise Conflict("trial_not_empty")
        self.accepted.set()

    async def cancel(self) -> None:
        """Nothing goes on yet."""


class Playing:
    """The demonstration of a folder, while it is played and afterwards. ``play`` ends where it has been played, and
    goes on where it was stopped; it tells its progress."""

    def __init__(self, play: Callable[[Progress], Awaitable[None]]) -> None:
        self._play = play
        self._task: asyncio.Task[None] | None = None
        self._trial = Trial(state="starting")

    async def status(self) -> Trial | None:
        return self._trial

    async def start(self) -> None:
        if self._trial.state != "done" and (self._task is None or self._task.done()):
            self._trial = Trial(state="starting")
            self._task = asyncio.create_task(self._run())

    async def cancel(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self) -> None:
        try:
            await self._play(self._tell)
        except asyncio.CancelledError:
            self._end("cancelled")
            raise
        except Exception:
            log.exception("the demonstration stopped")
            self._end("failed")
        else:
            self._end("done")

    def _end(self, state: Literal["cancelled", "failed", "done"]) -> None:
        self._trial = self._trial.model_copy(update={"state": state})

    def _tell(self, step: str, done: int, total: int) -> None:
        """What comes again, such as accepting after a postponement, does not set the display back."""
        number = ALL_STEPS.index(step) + 1
        if number >= self._trial.number:
            self._trial = Trial(state="playing", step=step, number=number, done=done, total=total)


def trial_routes(playable: Playable | None, authenticator: Authenticator) -> APIRouter:
    """Everybody sees where the demonstration is; a coordinator starts and stops it. Without anything to play, the
    console is told so."""
    router = APIRouter()
    if playable is None:

        @router.get("/trial", status_code=204)
        async def get_no_trial() -> None: ...

        return router

    async def require_coordinator(request: Request, authorization: str | None) -> None:
        address = request.client.host if request.client else ""
        admitted = await authenticator.admit(authorization, address)
        if Role.COORDINATOR not in admitted.actor.roles:
            raise Forbidden("start_demonstration")

    @router.get("/trial", response_model=None)
    async def get_trial() -> Trial | Response:
        return await playable.status() or Response(status_code=204)

    @router.post("/trial", status_code=202)
    async def start_trial(
        request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> None:
        await require_coordinator(request, authorization)
        await playable.start()

    @router.post("/trial/cancel", status_code=202)
    async def cancel_trial(
        request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> None:
        await require_coordinator(request, authorization)
        await playable.cancel()

    return router
