"""The contract as documents, for programs: AsyncAPI of all events, and the JSON Schema of each."""

import json
from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import JSONResponse

from services.notify.contract.queries import asyncapi
from services.notify.contract.queries.catalogue import get_published
from services.notify.contract.queries.schemas import schema_of
from shared import __version__
from shared.http.entity_tags import POLLED
from shared.http.inputs import AppState, Typed
from shared.http.openapi import public
from shared.http.resident_pages import KEPT_SECONDS
from shared.http.texts import Texts

router = APIRouter(tags=["contract"], dependencies=[POLLED])

EventType = Annotated[
    str, Path(max_length=80, description="such as requests.order_accepted.v1"), Typed
]


class SchemaAnswer(JSONResponse):
    """A JSON Schema."""

    media_type = "application/schema+json"


@router.get(
    "/public/contract/asyncapi.json",
    summary="The AsyncAPI 3.1 document of all events",
    response_class=JSONResponse,
    **public("read_contract"),
)
async def read_asyncapi(state: AppState) -> Response:
    return _kept(_asyncapi_text(state.texts), "application/json")


@router.get(
    "/public/contract/schemas/{event_type}.json",
    summary="The JSON Schema (2020-12) of one event's body",
    response_class=SchemaAnswer,
    **public("read_contract", 404, 422),
)
async def read_schema(event_type: EventType, state: AppState) -> Response:
    schema = schema_of(get_published(event_type), state.texts)
    return _kept(json.dumps(schema, ensure_ascii=False, indent=2), SchemaAnswer.media_type)


@lru_cache(maxsize=1)
def _asyncapi_text(texts: Texts) -> str:
    document = asyncapi.document(texts, __version__)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _kept(text: str, media_type: str) -> Response:
    headers = {"Cache-Control": f"public, max-age={KEPT_SECONDS}"}
    return Response(text, media_type=media_type, headers=headers)
