"""Sending the browser back to the client that sent it here (RFC 6749, 4.1.2)."""

from urllib.parse import urlencode, urlsplit

from fastapi.responses import RedirectResponse, Response

from services.catalog.signing_in.domain import AuthorizationError, AuthorizationRequest
from services.catalog.signing_in.use_cases.provider import Provider


def redirect_with_error(provider: Provider, error: AuthorizationError) -> Response:
    """Sends the browser back with a refusal."""
    return redirect_to_client(
        provider, error.asked, error=error.error, error_description=error.description
    )


def redirect_to_client(provider: Provider, asked: AuthorizationRequest, **said: str) -> Response:
    """Sends the browser back with the state that the client gave, and the issuer (RFC 9207)."""
    given = said | ({"state": asked.state} if asked.state else {}) | {"iss": provider.issuer}
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(
        f"{asked.redirect_uri}{joint}{urlencode(given)}", 303, {"Cache-Control": "no-store"}
    )
