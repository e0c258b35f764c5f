"""Bodies that are forms, as pages without script send them."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from shared.kernel.errors import InvalidInput

FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 8192
MOST_FIELDS = 30


async def _pairs(request: Request) -> list[tuple[str, str]]:
    """A form's fields, in their order. :raises InvalidInput: not a form, or too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != FORM or len(body) > LONGEST_FORM:
        raise InvalidInput("form_expected")
    try:
        return parse_qsl(
            body.decode("utf-8"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError as error:
        raise InvalidInput("form_expected") from error


Pairs = Annotated[list[tuple[str, str]], Depends(_pairs)]


async def _form(pairs: Pairs) -> dict[str, str]:
    return dict(pairs)


Form = Annotated[dict[str, str], Depends(_form)]
"""A form's fields; of one that stands twice, the last."""


def with_form(route: dict[str, Any], *fields: str, pages: Sequence[int] = ()) -> dict[str, Any]:
    """``route`` with its form documented, which is read by hand; ``pages``: statuses that come as a page."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    route["openapi_extra"]["requestBody"] = {
        "required": True,
        "content": {FORM: {"schema": schema}},
    }
    return with_pages(route, *pages)


def with_pages(route: dict[str, Any], *statuses: int) -> dict[str, Any]:
    """``route`` whose refusals may come as a page."""
    for status in statuses:
        route["responses"][status]["content"]["text/html"] = {"schema": {"type": "string"}}
    return route
