"""Operations on robots."""

from fastapi import APIRouter, Request

from services.notify.channels.schemas import TestAnswer
from services.notify.robots import queries, schemas, use_cases
from shared.http.inputs import AppState, Key, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language

router = APIRouter(prefix="/robots", tags=["notify"])


@router.get("", summary="Robots of groups, without their addresses", **secured("read_robots"))
async def list_robots(uow: Uow) -> list[schemas.RobotAnswer]:
    return [schemas.RobotAnswer.model_validate(each) for each in await queries.list_robots(uow)]


@router.post(
    "", status_code=201, summary="Enter a group's robot", **secured("keep_robots", 404, 409, 422)
)
async def post_robot(body: schemas.RobotBody, uow: Uow) -> schemas.RobotAnswer:
    robot = await use_cases.enter_robot(
        uow,
        recipient_id=body.recipient_id,
        vendor=body.vendor,
        style=body.style,
        name=body.name,
        address=body.address.get_secret_value().strip(),
        secret=body.secret.get_secret_value().strip() if body.secret else None,
    )
    return schemas.RobotAnswer.model_validate(robot)


@router.post("/{robot_id}/remove", summary="Remove a robot", **secured("keep_robots", 404, 409))
async def remove_robot(robot_id: Key, uow: Uow) -> schemas.RobotAnswer:
    return schemas.RobotAnswer.model_validate(await use_cases.remove_robot(uow, robot_id))


@router.post(
    "/{robot_id}/test", summary="Have a robot say a test", **secured("keep_robots", 404, 409)
)
async def test_robot(robot_id: Key, request: Request, uow: Uow, state: AppState) -> TestAnswer:
    language = preferred_language(request.headers.get("accept-language"))
    outcome = await use_cases.try_robot(
        uow, state.texts, state.channels["robot"], robot_id, language
    )
    return TestAnswer.of(outcome)
