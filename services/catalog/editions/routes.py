"""Operations on editions of the menu: draft, publish, withdraw and read them."""

from fastapi import APIRouter

from services.catalog.editions import queries, schemas, use_cases
from shared.http.inputs import AfterCode, Code, Confirmed, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.tasks import TasksAnswer

router = APIRouter(tags=["catalog"])


@router.put(
    "/editions/{code}",
    summary="Draft an edition, or change its draft",
    **secured("draft_edition", 404, 409, 422, 428),
)
async def put_edition(code: Code, body: schemas.EditionBody, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(
        await use_cases.draft_edition(uow, code, **body.model_dump())
    )


@router.post(
    "/editions/{code}/publish",
    summary="Freeze an edition and put it in force",
    **secured("publish_edition", 404, 409, 422),
)
async def publish_edition(
    code: Code, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(
        await use_cases.publish_edition(uow, code, confirmed)
    )


@router.post(
    "/editions/{code}/withdraw",
    status_code=202,
    summary="Withdraw an edition that nobody has ordered from; its state says what became of it",
    **secured("publish_edition", 404, 409, 422),
)
async def withdraw_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await use_cases.withdraw_edition(uow, code))


@router.get("/tasks", summary="What waits for whoever asks", **secured("read_tasks"))
async def list_tasks(uow: Uow) -> TasksAnswer:
    return TasksAnswer.model_validate(await queries.list_tasks(uow))


@router.get("/editions", summary="List editions", **secured("read_editions", 422))
async def list_editions(
    uow: Uow, after: AfterCode = None, limit: Limit = 100
) -> Page[schemas.EditionAnswer]:
    items, next_after = await queries.list_editions(uow, after=after, limit=limit)
    return Page[schemas.EditionAnswer].model_validate({"items": items, "next_after": next_after})


@router.get("/editions/{code}", summary="One edition", **secured("read_editions", 404, 422))
async def get_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await queries.get_edition(uow, code))
