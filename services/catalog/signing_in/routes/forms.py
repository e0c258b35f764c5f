"""What the forms of signing in have beside others: where they come from, and how they are refused."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import Request

from services.catalog.signing_in import schemas
from services.catalog.signing_in.domain import is_same_place
from services.catalog.signing_in.use_cases.provider import Provider

BUSY_RETRY_SECONDS = "3"


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
