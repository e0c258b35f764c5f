"""The identity provider's doors: OpenID Connect discovery, keys, signing in, tokens; and the signing_in."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.catalog.api import schemas
from services.catalog.api.sign_in_page import sign_in_page
from services.catalog.application import signing_in
from services.catalog.application.signing_in import AuthorizationRequest, Provider
from shared.http.doors import public
from shared.http.inputs import AppState, Uow
from shared.kernel.errors import Forbidden, InvalidInput, TooMany

router = APIRouter(tags=["identity"])

FORM = "application/x-www-form-urlencoded"
LONGEST_FORM = 8192
Asked = Annotated[str, Query(max_length=400)]


def _provider(state: AppState) -> Provider:
    return signing_in.require_own_provider(state.provider)


OwnProvider = Annotated[Provider, Depends(_provider)]


async def _form(request: Request) -> dict[str, str]:
    """A form's fields. :raises InvalidInput: not a form, or too long."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind != FORM or len(body) > LONGEST_FORM:
        raise InvalidInput("form_expected")
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError as error:
        raise InvalidInput("form_expected") from error


def _with_form(route: dict[str, Any], *fields: str, pages: Sequence[int] = ()) -> dict[str, Any]:
    """``route`` with its form documented, which is read by hand; ``pages``: statuses that come as a page."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    route["openapi_extra"]["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}
    for status in pages:
        route["responses"][status]["content"]["text/html"] = {"schema": {"type": "string"}}
    return route


def _with_refusal(route: dict[str, Any]) -> dict[str, Any]:
    """``route`` with the token endpoint's own kind of refusal."""
    route["responses"][400] = {"model": schemas.TokenRefusalAnswer, "description": "Refused (RFC 6749, 5.2)"}
    return route


Form = Annotated[dict[str, str], Depends(_form)]


@router.get("/.well-known/openid-configuration", summary="Discovery", **public("read_keys", 404))
async def discover(provider: OwnProvider) -> dict[str, str | list[str]]:
    issuer = provider.issuer
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "revocation_endpoint": f"{issuer}/oidc/revoke",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }


@router.get("/oidc/jwks", summary="The keys that tokens are checked with", **public("read_keys", 404))
async def list_keys(provider: OwnProvider, state: AppState) -> dict[str, object]:
    keys: dict[str, object] = state.signing_keys.public()
    return keys


@router.get(
    "/oidc/authorize",
    summary="The page to sign in on",
    response_class=HTMLResponse,
    **public("sign_in", 404, 422),
)
async def show_sign_in(
    request: Request,
    provider: OwnProvider,
    response_type: Literal["code"],
    code_challenge_method: Literal["S256"],
    client_id: Asked = "",
    redirect_uri: Asked = "",
    code_challenge: Asked = "",
    state: Asked = "",
    ui_locales: Asked = "",
) -> HTMLResponse:
    asked = AuthorizationRequest(client_id, redirect_uri, code_challenge, state)
    signing_in.check_client(provider, asked)
    return sign_in_page(request, asked)


@router.post(
    "/oidc/authorize",
    summary="Sign in; sends the browser back with a code",
    response_class=Response,
    status_code=303,
    **_with_form(
        public("sign_in", 403, 404, 422),
        *("client_id", "redirect_uri", "code_challenge", "state", "login", "password", "code"),
        pages=(422, 429),
    ),
)
async def sign_in(request: Request, uow: Uow, provider: OwnProvider, form: Form) -> Response:
    origin = request.headers.get("origin")
    if origin is not None and origin != _origin(provider.issuer):
        raise Forbidden("sign_in")  # a form of another site
    asked = AuthorizationRequest(
        *(form.get(name, "") for name in ("client_id", "redirect_uri", "code_challenge", "state"))
    )
    try:
        code = await signing_in.sign_in(
            uow,
            provider,
            asked,
            login=form.get("login", "")[:80],
            password=form.get("password", ""),
            code=form.get("code", ""),
        )
    except TooMany as error:
        if "text/html" not in request.headers.get("accept", ""):
            raise
        page = sign_in_page(request, asked, problem=error.code, facts=error.facts, status=error.status)
        page.headers["Retry-After"] = str(error.retry_after)
        return page
    if code is None:
        return sign_in_page(request, asked, problem="sign_in.wrong", status=422)
    answer = urlencode({"code": code, "state": asked.state, "iss": provider.issuer})  # iss: RFC 9207
    return RedirectResponse(f"{asked.redirect_uri}{'&' if urlsplit(asked.redirect_uri).query else '?'}{answer}", 303)


@router.post(
    "/oidc/token",
    summary="Tokens for a code or a refresh token",
    response_model=schemas.TokensAnswer,
    **_with_form(
        _with_refusal(public("exchange_token", 404, 422)),
        *("grant_type", "client_id", "code", "redirect_uri", "code_verifier", "refresh_token"),
    ),
)
async def exchange_token(uow: Uow, provider: OwnProvider, form: Form) -> Response:
    client_id = form.get("client_id", "")
    outcome: signing_in.Tokens | signing_in.TokenRefusal
    if form.get("grant_type") == "authorization_code":
        outcome = await signing_in.exchange_code(
            uow,
            provider,
            code=form.get("code", ""),
            client_id=client_id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
    elif form.get("grant_type") == "refresh_token":
        outcome = await signing_in.refresh(uow, provider, token=form.get("refresh_token", ""), client_id=client_id)
    else:
        outcome = signing_in.TokenRefusal("unsupported_grant_type", "authorization_code or refresh_token")
    headers = {"Cache-Control": "no-store"}
    if isinstance(outcome, signing_in.TokenRefusal):
        return JSONResponse(schemas.TokenRefusalAnswer.model_validate(outcome).model_dump(), 400, headers)
    return JSONResponse(schemas.TokensAnswer.model_validate(outcome).model_dump(), 200, headers)


@router.post(
    "/oidc/revoke",
    summary="Sign out: ends a refresh token and its kin",
    **_with_form(public("revoke_own_token", 404, 422), "token"),
)
async def revoke_token(uow: Uow, provider: OwnProvider, form: Form) -> dict[str, str]:
    await signing_in.end_sign_in(uow, token=form.get("token", ""))
    return {}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
