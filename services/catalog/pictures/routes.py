"""Operations on pictures of service items: coordinators give them, anybody sees them."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from services.catalog.items.schemas import ItemAnswer
from services.catalog.pictures import queries, use_cases
from services.catalog.policy import POLICY
from shared.http.inputs import AppState, Code, Key, Uow
from shared.http.openapi import public, secured, taking_file
from shared.http.pictures import FOR_ANYBODY, AnyPicture

router = APIRouter(tags=["catalog"])


@router.post(
    "/items/{code}/picture",
    summary="Give a service item a picture (JPEG or PNG)",
    **taking_file(secured("enter_directory", 404, 409, 413, 422)),
)
async def give_picture(code: Code, request: Request, uow: Uow, state: AppState) -> ItemAnswer:
    uow.permit(POLICY, "enter_directory")  # before the file is read
    data = await request.body()
    return ItemAnswer.model_validate(await use_cases.give_picture(uow, state.files, code, data))


@router.delete(
    "/items/{code}/picture",
    status_code=204,
    summary="Take a service item's picture away",
    **secured("enter_directory", 404, 409, 422),
)
async def take_picture_away(code: Code, uow: Uow, state: AppState) -> None:
    await use_cases.take_picture_away(uow, state.files, code)


@router.get(
    "/public/pictures/{picture_id}",
    summary="The same, where residents' pages are an origin of their own",
    response_class=AnyPicture,
    **public("read_open_menu", 404, 422),
)
@router.get(
    "/open/pictures/{picture_id}",
    summary="A picture of a service item, for anybody",
    response_class=AnyPicture,
    **public("read_open_menu", 404, 422),
)
async def read_picture(
    picture_id: Key,
    uow: Uow,
    state: AppState,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", max_length=200)] = None,
) -> Response:
    found, content = await queries.get_picture(uow, state.files, picture_id)
    headers = FOR_ANYBODY | {"ETag": f'"{found.id}"'}
    if if_none_match is not None and headers["ETag"] in if_none_match:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=found.media_type, headers=headers)
