"""Operations on an order's files."""

from fastapi import APIRouter, Request, Response

from services.requests.attachments import queries, schemas, use_cases
from services.requests.policy import POLICY
from shared.http.downloads import NOT_KEPT, AnyFile, SentName, disposition
from shared.http.inputs import AppState, Key, Uow
from shared.http.openapi import secured, taking_file

router = APIRouter(tags=["requests"])


@router.post(
    "/orders/{order_id}/attachments",
    status_code=201,
    summary="Attach a PDF, JPEG or PNG to an order",
    **taking_file(secured("attach_file", 404, 409, 413, 422)),
)
async def attach_file(
    order_id: Key, request: Request, uow: Uow, state: AppState, name: SentName
) -> schemas.AttachmentAnswer:
    uow.permit(POLICY, "attach_file")  # before the file is read
    data = await request.body()
    made = await use_cases.attach_file(uow, state.files, order_id, name, data)
    return schemas.AttachmentAnswer.model_validate(made)


@router.get(
    "/orders/{order_id}/attachments",
    summary="What is attached to an order",
    **secured("read_orders", 404, 422),
)
async def list_attachments(order_id: Key, uow: Uow) -> list[schemas.AttachmentAnswer]:
    found = await queries.list_attachments(uow, order_id)
    return [schemas.AttachmentAnswer.model_validate(each) for each in found]


@router.get(
    "/orders/{order_id}/attachments/{attachment_id}",
    summary="One file of an order",
    response_class=AnyFile,
    **secured("read_orders", 404, 422),
)
async def get_attachment(order_id: Key, attachment_id: Key, uow: Uow, state: AppState) -> Response:
    found, content = await queries.get_file(uow, state.files, order_id, attachment_id)
    headers = NOT_KEPT | disposition("attachment", "file", found.name)
    return Response(content, media_type=found.media_type, headers=headers)


@router.delete(
    "/orders/{order_id}/attachments/{attachment_id}",
    status_code=204,
    summary="Take a file away from an order",
    **secured("attach_file", 404, 409, 422),
)
async def remove_attachment(order_id: Key, attachment_id: Key, uow: Uow, state: AppState) -> None:
    await use_cases.remove_file(uow, state.files, order_id, attachment_id)
