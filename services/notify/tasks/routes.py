"""The operation that lists what waits."""

from fastapi import APIRouter

from services.notify.tasks import queries
from shared.http.inputs import Uow
from shared.http.openapi import secured
from shared.http.tasks import Held, TasksAnswer

router = APIRouter(tags=["notify"])


@router.get("/tasks", summary="What waits for whoever asks", **secured("read_tasks", 422))
async def list_tasks(uow: Uow, held_by: Held = None) -> TasksAnswer:
    return TasksAnswer.model_validate(await queries.list_tasks(uow, held_by))
