"""What the identity provider gives a client: tokens, who somebody is, and the end of a sign-in."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.catalog.signing_in import schemas
from services.catalog.signing_in.domain import WEB
from services.catalog.signing_in.routes.forms import (
    is_foreign_form,
    with_redirect,
    with_token_refusal,
)
from services.catalog.signing_in.routes.own_provider import OwnProvider
from services.catalog.signing_in.routes.refresh_cookie import (
    clear_refresh_cookie,
    read_refresh_cookie,
    set_refresh_cookie,
)
from services.catalog.signing_in.routes.sign_in_page import (
    refusal_page,
    signed_out_page,
)
from services.catalog.signing_in.use_cases import signing_out, tokens
from services.catalog.signing_in.use_cases.provider import Provider
from shared.http.forms import Form, Pairs, with_form, with_pages
from shared.http.inputs import Uow
from shared.http.openapi import ignoring_unknown, public, secured
from shared.http.pages import is_browser
from shared.kernel.errors import Forbidden, InvalidInput
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["identity"])

LONGEST_HINT = 3000
Hint = Annotated[str, Query(max_length=LONGEST_HINT)]
Asked = Annotated[str, Query(max_length=400)]


@router.post(
    "/oidc/token",
    summary="Tokens for a code or a refresh token",
    response_model=schemas.TokensAnswer,
    **with_form(
        with_token_refusal(ignoring_unknown(public("exchange_token", 404, 422))),
        *("grant_type", "client_id", "code", "redirect_uri", "code_verifier", "refresh_token"),
    ),
)
async def exchange_token(
    request: Request, uow: Uow, provider: OwnProvider, pairs: Pairs
) -> Response:
    """The console (``diancai-web``) gets its refresh token as a cookie, other clients in the answer."""
    form = dict(pairs)
    client_id = form.get("client_id", "")
    outcome: tokens.Tokens | tokens.TokenRefusal
    if client_id == WEB and is_foreign_form(request, provider):
        outcome = tokens.TokenRefusal("invalid_request", "another site's page asks")
    elif len(form) < len(pairs):
        outcome = tokens.TokenRefusal("invalid_request", "a parameter was sent more than once")
    elif form.get("grant_type") == "authorization_code":
        outcome = await tokens.exchange_code(
            uow,
            provider,
            code=form.get("code", ""),
            client_id=client_id,
            redirect_uri=form.get("redirect_uri", ""),
            verifier=form.get("code_verifier", ""),
        )
    elif form.get("grant_type") == "refresh_token":
        held = form.get("refresh_token", "")
        outcome = await tokens.exchange_refresh_token(
            uow,
            provider,
            token=read_refresh_cookie(request, provider) if client_id == WEB else held,
            client_id=client_id,
        )
    else:
        outcome = tokens.TokenRefusal(
            "unsupported_grant_type", "authorization_code or refresh_token"
        )
    headers = {"Cache-Control": "no-store"}
    if isinstance(outcome, tokens.TokenRefusal):
        return JSONResponse(
            schemas.TokenRefusalAnswer.model_validate(outcome).model_dump(), 400, headers
        )
    said = schemas.TokensAnswer.model_validate(outcome)
    if client_id != WEB:
        return JSONResponse(said.model_dump(exclude_none=True), 200, headers)
    said.refresh_token = None
    answer = JSONResponse(said.model_dump(exclude_none=True), 200, headers)
    set_refresh_cookie(request, answer, provider, outcome.refresh_token)
    return answer


@router.post(
    "/oidc/revoke",
    summary="Sign out: ends a refresh token and its kin",
    **with_form(ignoring_unknown(public("revoke_own_token", 403, 404, 422)), "token", "client_id"),
)
async def revoke_token(
    request: Request, answer: Response, uow: Uow, provider: OwnProvider, form: Form
) -> dict[str, str]:
    """The console names itself by ``client_id`` and leaves the token in its cookie."""
    token = form.get("token", "")
    if form.get("client_id") == WEB and not token:
        if is_foreign_form(request, provider):
            raise Forbidden("revoke_own_token")
        token = read_refresh_cookie(request, provider)
        clear_refresh_cookie(request, answer, provider)
    await signing_out.revoke_refresh_token(uow, token=token)
    return {}


@router.get(
    "/oidc/userinfo",
    summary="Who the access token speaks of (OpenID Connect Core 1.0, 5.3)",
    response_model_exclude_none=True,
    **ignoring_unknown(secured("read_own_account", 404)),
)
async def read_user(uow: Uow, provider: OwnProvider) -> schemas.UserAnswer:
    return schemas.UserAnswer.of(tokens.read_own_account(uow))


@router.post(
    "/oidc/userinfo",
    summary="The same, for clients that post",
    response_model_exclude_none=True,
    **ignoring_unknown(secured("read_own_account", 404)),
)
async def post_user(uow: Uow, provider: OwnProvider) -> schemas.UserAnswer:
    return await read_user(uow, provider)


@router.get(
    "/oidc/end-session",
    summary="Sign out as a client asks (OpenID Connect RP-Initiated Logout 1.0)",
    response_class=HTMLResponse,
    **with_redirect(with_pages(ignoring_unknown(public("end_session", 404, 422)), 422)),
)
async def end_session(
    request: Request,
    uow: Uow,
    provider: OwnProvider,
    id_token_hint: Hint = "",
    client_id: Asked = "",
    post_logout_redirect_uri: Asked = "",
    state: Asked = "",
    ui_locales: Asked = "",
) -> Response:
    asked = {
        "id_token_hint": id_token_hint,
        "client_id": client_id,
        "post_logout_redirect_uri": post_logout_redirect_uri,
        "state": state,
    }
    return await _end_session(request, uow, provider, asked)


@router.post(
    "/oidc/end-session",
    summary="The same, for clients that post",
    response_class=HTMLResponse,
    **with_form(
        with_redirect(ignoring_unknown(public("end_session", 404, 422))),
        *("id_token_hint", "client_id", "post_logout_redirect_uri", "state"),
        pages=(422,),
    ),
)
async def post_end_session(
    request: Request, uow: Uow, provider: OwnProvider, form: Form
) -> Response:
    return await _end_session(request, uow, provider, form)


async def _end_session(
    request: Request, uow: UnitOfWork, provider: Provider, asked: dict[str, str]
) -> Response:
    try:
        leads_to = await signing_out.end_session(
            uow,
            provider,
            id_token_hint=asked.get("id_token_hint", ""),
            client_id=asked.get("client_id", ""),
            return_to=asked.get("post_logout_redirect_uri", ""),
        )
    except InvalidInput as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    if leads_to is None:
        return signed_out_page(request)
    state = asked.get("state", "")
    joint = "&" if "?" in leads_to else "?"
    return RedirectResponse(
        f"{leads_to}{joint}{urlencode({'state': state})}" if state else leads_to, 303
    )
