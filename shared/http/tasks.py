"""The operations on what waits: answers of ``GET /tasks``, and the routes by which coordinators share their tasks."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints

from shared.http.context import Context
from shared.http.inputs import Answer, AppState, Body, Day, Typed, Uow
from shared.http.openapi import secured
from shared.kernel.access import Actor
from shared.tasks import use_cases
from shared.tasks.holding import Holding
from shared.tasks.queries import HeldBy

Held = Annotated[
    HeldBy | None,
    Query(
        alias="holder",
        description="only tasks that coordinators share: those that the asker works on, or nobody",
    ),
]
Subject = Annotated[str, StringConstraints(min_length=1, max_length=120), Typed]
TaskCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$"), Typed]
About = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z_]{1,30}:[A-Za-z0-9-]{1,40}$"),
    Typed,
    Field(description="the object, as its stream is named, e.g. order:<id>"),
]


class HolderAnswer(Answer):
    """Who works on a task. Names of accounts are catalog's: ``GET /accounts/coordinators``."""

    subject: str
    is_mine: bool
    since: datetime
    given_by: Annotated[
        str | None, Field(description="who handed it over; null where the holder took it")
    ]
    until_on: Annotated[date | None, Field(description="the last day of a delegation")]
    returns_to: Annotated[str | None, Field(description="who has it again on the day after")]

    @classmethod
    def of(cls, holding: Holding, actor: Actor) -> "HolderAnswer | None":
        if holding.holder is None:
            return None
        return cls(
            subject=holding.holder,
            is_mine=holding.holder == actor.subject,
            since=holding.since,
            given_by=holding.given_by,
            until_on=holding.until_on,
            returns_to=holding.returns_to,
        )


class TaskAnswer(Answer):
    code: str
    about: str = Field(description="the object, as its stream is named, e.g. order:<id>")
    facts: dict[str, str | int]
    due_on: date | None
    is_shared: bool = Field(
        description="whether coordinators share it, so that one of them takes it"
    )
    holder: HolderAnswer | None


class TasksAnswer(Answer):
    """The console puts the answers of all services together."""

    items: list[TaskAnswer]
    counts: dict[str, int] = Field(
        description="how many there are of each code; items holds the first of them"
    )


class TaskBody(Body):
    code: TaskCode
    about: About


class TakeBody(TaskBody):
    instead_of: Annotated[
        Subject | None, Field(description="the colleague who has it, where the asker knows it")
    ] = None


class HandOverBody(TaskBody):
    colleague: Annotated[Subject, Field(description="by subject")]
    until_on: Annotated[
        Day | None, Field(description="the last day of a delegation; without one it is for good")
    ] = None


class HeldTask(Answer):
    """Who works on the task now; null when nobody does."""

    holder: HolderAnswer | None


tasks_router = APIRouter(prefix="/tasks", tags=["tasks"])
"""It works on the application's ``state.shared_kinds``, and tells colleagues by its ``state.task_holder_changed``."""


@tasks_router.post(
    "/take", summary="Take a task that coordinators share", **secured("take_task", 404, 409, 422)
)
async def take_task(body: TakeBody, uow: Uow, context: Context, state: AppState) -> HeldTask:
    held = await use_cases.take_task(
        uow, context.policy, state.shared_kinds, state.task_holder_changed, **body.model_dump()
    )
    return HeldTask(holder=HolderAnswer.of(held, uow.actor))


@tasks_router.post(
    "/hand-over",
    summary="Hand a task to a colleague, for good or until a day",
    **secured("hand_task_over", 404, 409, 422),
)
async def hand_task_over(
    body: HandOverBody, uow: Uow, context: Context, state: AppState
) -> HeldTask:
    held = await use_cases.hand_task_over(
        uow, context.policy, state.shared_kinds, state.task_holder_changed, **body.model_dump()
    )
    return HeldTask(holder=HolderAnswer.of(held, uow.actor))


@tasks_router.post(
    "/give-back",
    summary="Give a task back to whoever delegated it, else to nobody",
    **secured("give_task_back", 404, 409, 422),
)
async def give_task_back(body: TaskBody, uow: Uow, context: Context, state: AppState) -> HeldTask:
    held = await use_cases.give_task_back(
        uow, context.policy, state.shared_kinds, state.task_holder_changed, **body.model_dump()
    )
    return HeldTask(holder=HolderAnswer.of(held, uow.actor))
