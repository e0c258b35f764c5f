"""The console's refresh token: a cookie, so that no script reads it and a new tab is signed in."""

from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import Response

from services.catalog.signing_in.routes.forms import is_secure
from services.catalog.signing_in.use_cases.provider import Provider


def read_refresh_cookie(request: Request, provider: Provider) -> str:
    """Returns the token; empty when the browser holds none."""
    return request.cookies.get(_name(provider), "")


def set_refresh_cookie(request: Request, answer: Response, provider: Provider, token: str) -> None:
    """Gives the browser the token, for as long as a sign-in lasts without being renewed."""
    _set(request, answer, provider, token, int(provider.idle.total_seconds()))


def clear_refresh_cookie(request: Request, answer: Response, provider: Provider) -> None:
    _set(request, answer, provider, "", 0)


def _set(request: Request, answer: Response, provider: Provider, token: str, seconds: int) -> None:
    answer.set_cookie(
        _name(provider),
        token,
        max_age=seconds,
        path=urlsplit(f"{provider.issuer}/oidc").path,
        secure=is_secure(request, provider),
        httponly=True,
        samesite="strict",
    )


def _name(provider: Provider) -> str:
    """With the port where one is named: browsers send a host's cookies to all its ports (RFC 6265,
    8.5), and two systems on one machine must not sign each other out.
    """
    port = urlsplit(provider.issuer).port
    return "diancai_refresh" if port is None else f"diancai_refresh_{port}"
