"""Operations on editions of the menu: draft, publish, withdraw and read them."""

from fastapi import APIRouter

from services.catalog.editions import queries, schemas, use_cases
from services.catalog.editions.domain import EditionState
from shared.http.inputs import AfterCode, Code, Confirmed, CountedPage, Limit, Search, Uow
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
    uow: Uow,
    q: Search = None,
    sort: queries.Sort = "code",
    state: EditionState | None = None,
    after: AfterCode = None,
    limit: Limit = 100,
) -> CountedPage[schemas.EditionAnswer]:
    found = await queries.list_editions(uow, q=q, sort=sort, state=state, after=after, limit=limit)
    return CountedPage[schemas.EditionAnswer].model_validate(found)


@router.get("/editions/{code}", summary="One edition", **secured("read_editions", 404, 422))
async def get_edition(code: Code, uow: Uow) -> schemas.EditionAnswer:
    return schemas.EditionAnswer.model_validate(await queries.get_edition(uow, code))


@router.get(
    "/editions/{code}/publication",
    summary="What publishing a draft would do, and what is in its way",
    **secured("publish_edition", 404, 422),
)
async def preview_publication(code: Code, uow: Uow) -> schemas.PublicationAnswer:
    return schemas.PublicationAnswer.model_validate(await queries.preview_publication(uow, code))
