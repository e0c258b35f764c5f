"""The identity provider's page: OpenID Connect discovery, keys, and signing in."""

from typing import Annotated
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.catalog.api.forms import Pairs, with_form, with_pages, with_redirect
from services.catalog.api.sign_in_page import is_browser, refusal_page, sign_in_page
from services.catalog.application import signing_in
from services.catalog.application.provider import Provider, require_own_provider
from services.catalog.domain.authorization import (
    AuthorizationError,
    AuthorizationRequest,
    is_same_place,
    read_authorization,
)
from services.catalog.domain.sign_in import SignInBusy
from shared.http.inputs import AppState, Uow
from shared.http.openapi import ignoring_unknown, public
from shared.kernel.errors import Forbidden, InvalidInput, TooMany

router = APIRouter(tags=["identity"])

DEVICE_COOKIE = "diancai_device"
BUSY_RETRY_SECONDS = "3"
Asked = Annotated[str | None, Query()]


def _provider(state: AppState) -> Provider:
    return require_own_provider(state.provider)


OwnProvider = Annotated[Provider, Depends(_provider)]


@router.get("/.well-known/openid-configuration", summary="Discovery", **ignoring_unknown(public("read_keys", 404)))
async def discover(provider: OwnProvider) -> dict[str, str | bool | list[str]]:
    issuer = provider.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/userinfo",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "end_session_endpoint": f"{issuer}/oidc/end-session",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "revocation_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "claims_supported": ["sub", "sid", "auth_time", "nonce", "roles", "township_code", "team_code", "volunteer_no"],
        "ui_locales_supported": ["zh-CN", "en"],
        "authorization_response_iss_parameter_supported": True,
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }


@router.get("/oidc/jwks", summary="The keys that tokens are checked with", **ignoring_unknown(public("read_keys", 404)))
async def list_keys(provider: OwnProvider, state: AppState) -> dict[str, object]:
    keys: dict[str, object] = state.signing_keys.public()
    return keys


@router.get(
    "/oidc/authorize",
    summary="The page to sign in on",
    response_class=HTMLResponse,
    **with_redirect(with_pages(ignoring_unknown(public("sign_in", 404, 422)), 422)),
)
async def show_sign_in(
    request: Request,
    provider: OwnProvider,
    response_type: Asked = None,
    client_id: Asked = None,
    redirect_uri: Asked = None,
    scope: Asked = None,
    state: Asked = None,
    nonce: Asked = None,
    prompt: Asked = None,
    code_challenge: Asked = None,
    code_challenge_method: Asked = None,
    ui_locales: Asked = None,
) -> Response:
    # The parameters are read below: one that comes twice is refused, and the client is told of most faults.
    try:
        asked = read_authorization(request.query_params.multi_items(), web_redirect_uri=provider.web_redirect_uri)
    except InvalidInput as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    except AuthorizationError as error:
        return _refuse(provider, error)
    return sign_in_page(request, asked)


@router.post(
    "/oidc/authorize",
    summary="Sign in; sends the browser back with a code",
    response_class=Response,
    status_code=303,
    **with_form(
        ignoring_unknown(public("sign_in", 403, 404, 422)),
        *("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method"),
        *("state", "nonce", "scope", "login", "password", "code", "cancel"),
        pages=(422, 429, 503),
    ),
)
async def sign_in(request: Request, uow: Uow, provider: OwnProvider, pairs: Pairs) -> Response:
    if is_foreign_form(request, provider):
        raise Forbidden("sign_in")
    try:
        asked = read_authorization(pairs, web_redirect_uri=provider.web_redirect_uri)
    except InvalidInput as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    except AuthorizationError as error:
        return _refuse(provider, error)
    form = dict(pairs)
    if form.get("cancel"):
        return _refuse(provider, AuthorizationError("access_denied", "the person did not sign in", asked))
    try:
        done = await signing_in.sign_in(
            uow,
            provider,
            asked,
            login=form.get("login", "")[:80],
            password=form.get("password", ""),
            code=form.get("code", ""),
            device=request.cookies.get(DEVICE_COOKIE, ""),
        )
    except (TooMany, SignInBusy) as error:
        if not is_browser(request):
            raise
        page = sign_in_page(request, asked, problem=error.code, facts=error.facts, status=error.status)
        page.headers["Retry-After"] = str(error.retry_after) if isinstance(error, TooMany) else BUSY_RETRY_SECONDS
        return page
    if done is None:
        return sign_in_page(request, asked, problem="sign_in.wrong", status=422)
    answer = _return(provider, asked, code=done.code)
    answer.set_cookie(
        DEVICE_COOKIE,
        done.device.text,
        max_age=int(signing_in.DEVICE_LIFE.total_seconds()),
        path=urlsplit(f"{provider.issuer}/oidc/authorize").path,
        secure=provider.issuer.startswith("https:"),
        httponly=True,
        samesite="strict",
    )
    return answer


def _refuse(provider: Provider, error: AuthorizationError) -> Response:
    return _return(provider, error.asked, error=error.error, error_description=error.description)


def _return(provider: Provider, asked: AuthorizationRequest, **said: str) -> Response:
    """Sends the browser back to the client with the state that it gave, and the issuer (RFC 9207)."""
    given = said | ({"state": asked.state} if asked.state else {}) | {"iss": provider.issuer}
    joint = "&" if urlsplit(asked.redirect_uri).query else "?"
    return RedirectResponse(f"{asked.redirect_uri}{joint}{urlencode(given)}", 303, {"Cache-Control": "no-store"})


def is_foreign_form(request: Request, provider: Provider) -> bool:
    """Whether a page of another site sends this form."""
    origin = request.headers.get("origin")
    return origin is not None and not is_same_place(origin, _origin(provider.issuer))


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
