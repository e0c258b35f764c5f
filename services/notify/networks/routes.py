"""Operations on allowed networks."""

from fastapi import APIRouter

from services.notify.networks import queries, schemas, use_cases
from shared.http.inputs import Key, Uow
from shared.http.openapi import secured

router = APIRouter(prefix="/allowed-networks", tags=["notify"])


@router.get(
    "", summary="Private networks that outside addresses may be in", **secured("read_networks")
)
async def list_networks(uow: Uow) -> list[schemas.NetworkAnswer]:
    return [schemas.NetworkAnswer.model_validate(each) for each in await queries.list_networks(uow)]


@router.post(
    "", status_code=201, summary="Allow a private network", **secured("allow_network", 409, 422)
)
async def post_network(body: schemas.NetworkBody, uow: Uow) -> schemas.NetworkAnswer:
    return schemas.NetworkAnswer.model_validate(
        await use_cases.allow_network(uow, **body.model_dump())
    )


@router.post(
    "/{network_id}/withdraw",
    summary="Allow a private network no longer",
    **secured("allow_network", 404, 409, 422),
)
async def withdraw_network(network_id: Key, uow: Uow) -> schemas.NetworkAnswer:
    return schemas.NetworkAnswer.model_validate(await use_cases.withdraw_network(uow, network_id))
