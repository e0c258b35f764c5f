"""Operations on the group photo of an activity."""

from fastapi import APIRouter, Request, Response

from services.catalog.activities import schemas
from services.catalog.activities.domain import Photo
from services.catalog.activities.queries import photos as queries
from services.catalog.activities.use_cases import photos
from services.catalog.policy import POLICY
from shared.http.downloads import NOT_KEPT
from shared.http.inputs import AppState, Key, Uow
from shared.http.openapi import secured, taking_file
from shared.http.pictures import AnyPicture

router = APIRouter(tags=["catalog"])


@router.post(
    "/activities/{activity_id}/photo",
    summary="Give an activity its group photo (JPEG or PNG)",
    **taking_file(secured("give_photo", 404, 409, 413, 422)),
)
async def give_photo(
    activity_id: Key, request: Request, uow: Uow, state: AppState
) -> schemas.PhotoAnswer:
    uow.permit(POLICY, "give_photo")  # before the file is read
    data = await request.body()
    return schemas.PhotoAnswer.of(await photos.give_photo(uow, state.files, activity_id, data))


@router.get(
    "/activities/{activity_id}/photo",
    summary="Who is in the group photo, and whether it is shown",
    **secured("give_photo", 404, 422),
)
async def get_photo(activity_id: Key, uow: Uow) -> schemas.PhotoAnswer:
    return schemas.PhotoAnswer.of(await queries.get_photo_facts(uow, activity_id))


@router.post(
    "/activities/{activity_id}/photo/people",
    summary="Say who can be recognised in the group photo; it is shown while all of them agree",
    **secured("give_photo", 404, 409, 422),
)
async def mark_people(activity_id: Key, body: schemas.MarksBody, uow: Uow) -> schemas.PhotoAnswer:
    return schemas.PhotoAnswer.of(await photos.mark_people(uow, activity_id, body.volunteer_nos))


@router.delete(
    "/activities/{activity_id}/photo",
    status_code=204,
    summary="Take the group photo away",
    **secured("give_photo", 404, 409, 422),
)
async def take_photo_away(activity_id: Key, uow: Uow, state: AppState) -> None:
    await photos.take_photo_away(uow, state.files, activity_id)


@router.get(
    "/activities/{activity_id}/photo/file",
    summary="The group photo, while everybody in it agrees that it is shown",
    response_class=AnyPicture,
    **secured("read_activities", 404, 422),
)
async def read_photo(activity_id: Key, uow: Uow, state: AppState) -> Response:
    return as_picture(await queries.read_photo(uow, state.files, activity_id, in_public=False))


def as_picture(found: tuple[Photo, bytes]) -> Response:
    photo, content = found
    return Response(content, media_type=photo.media_type, headers=NOT_KEPT)
