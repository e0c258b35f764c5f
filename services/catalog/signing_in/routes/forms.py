"""Bodies that are forms, as the protocols of signing in send them."""

from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import Depends, Request

from services.catalog.signing_in import schemas
from services.catalog.signing_in.domain import is_same_place
from services.catalog.signing_in.use_cases.provider import Provider
from shared.kernel.errors import InvalidInput

FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 8192
MOST_FIELDS = 30
BUSY_RETRY_SECONDS = "3"


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


def with_redirect(route: dict[str, Any]) -> dict[str, Any]:
    """``route`` that may send the browser on."""
    route["responses"][303] = {"description": "The browser goes on to the client"}
    return route


def with_token_refusal(route: dict[str, Any]) -> dict[str, Any]:
    """``route`` with the token endpoint's own kind of refusal."""
    route["responses"][400] = {
        "model": schemas.TokenRefusalAnswer,
        "description": "Refused (RFC 6749, 5.2)",
    }
    return route


def is_foreign_form(request: Request, provider: Provider) -> bool:
    """Whether a page of another site sends this form."""
    origin = request.headers.get("origin")
    own = [_origin(provider.issuer), *provider.also_at]
    return origin is not None and not any(is_same_place(origin, one) for one in own)


def is_secure(request: Request, provider: Provider) -> bool:
    """Whether a cookie must be kept to https: always where the provider is reached so, but not by a browser on this
    machine that comes by http beside that.

    A gateway in front may speak http to this process, so the request's own scheme says nothing.
    """
    here = f"{request.url.scheme}://{request.url.netloc}"
    return provider.issuer.startswith("https:") and not any(
        is_same_place(here, other) for other in provider.also_at
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
