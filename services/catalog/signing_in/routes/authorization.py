"""The page to sign in on, where a client sends the browser (OpenID Connect Core 1.0, 3.1.2)."""

from collections.abc import Collection
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from services.catalog.accounts.domain.failed_attempts import SignInBusy
from services.catalog.accounts.use_cases.second_factor import Enrolment
from services.catalog.signing_in.domain import (
    AuthorizationError,
    AuthorizationRequest,
    read_authorization,
)
from services.catalog.signing_in.routes.client_redirect import (
    redirect_to_client,
    redirect_with_error,
)
from services.catalog.signing_in.routes.forms import (
    BUSY_RETRY_SECONDS,
    is_foreign_form,
    is_secure,
    with_redirect,
)
from services.catalog.signing_in.routes.own_provider import OwnProvider
from services.catalog.signing_in.routes.sign_in_page import refusal_page, sign_in_page
from services.catalog.signing_in.use_cases import sign_in as use_cases
from services.catalog.signing_in.use_cases.provider import Provider
from shared.http.forms import Pairs, with_form, with_pages
from shared.http.forwarding import is_from_this_machine
from shared.http.inputs import Uow
from shared.http.openapi import ignoring_unknown, public
from shared.http.pages import is_browser
from shared.identity.links import Link
from shared.kernel.errors import Forbidden, InvalidInput, TooMany

router = APIRouter(tags=["identity"])

DEVICE_COOKIE = "diancai_device"
Asked = Annotated[str | None, Query()]


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
        asked = read_authorization(
            request.query_params.multi_items(), web_redirect_uris=provider.web_redirect_uris
        )
    except InvalidInput as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    except AuthorizationError as error:
        return redirect_with_error(provider, error)
    return sign_in_page(request, asked, demonstration=_demonstration_roles(request, provider))


@router.post(
    "/oidc/authorize",
    summary="Sign in; sends the browser back with a code",
    response_class=Response,
    status_code=303,
    **with_form(
        ignoring_unknown(public("sign_in", 403, 404, 422)),
        *("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method"),
        *("state", "nonce", "scope", "login", "password", "code", "offered", "cancel"),
        pages=(422, 429, 503),
    ),
)
async def sign_in(request: Request, uow: Uow, provider: OwnProvider, pairs: Pairs) -> Response:
    if is_foreign_form(request, provider):
        raise Forbidden("sign_in")
    try:
        asked = read_authorization(pairs, web_redirect_uris=provider.web_redirect_uris)
    except InvalidInput as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    except AuthorizationError as error:
        return redirect_with_error(provider, error)
    form = dict(pairs)
    if form.get("cancel"):
        return redirect_with_error(
            provider, AuthorizationError("access_denied", "the person did not sign in", asked)
        )
    try:
        done = await use_cases.sign_in(
            uow,
            provider,
            asked,
            login=form.get("login", "")[:80],
            password=form.get("password", ""),
            code=form.get("code", ""),
            device=request.cookies.get(DEVICE_COOKIE, ""),
            offered=form.get("offered", ""),
        )
    except (TooMany, SignInBusy) as error:
        if not is_browser(request):
            raise
        page = sign_in_page(
            request,
            asked,
            problem=error.code,
            facts=error.facts,
            status=error.status,
            demonstration=_demonstration_roles(request, provider),
        )
        page.headers["Retry-After"] = (
            str(error.retry_after) if isinstance(error, TooMany) else BUSY_RETRY_SECONDS
        )
        return page
    if not isinstance(done, use_cases.SignedIn):
        return _ask_again(request, provider, asked, offer=done, offered=form.get("offered", ""))
    answer = redirect_to_client(provider, asked, code=done.code)
    _remember_device(request, answer, provider, done.device)
    return answer


def _ask_again(
    request: Request,
    provider: Provider,
    asked: AuthorizationRequest,
    *,
    offer: Enrolment | None,
    offered: str,
) -> Response:
    """The page once more: what was typed is wrong, or a second factor is on offer and must be confirmed."""
    problem: str | None = "sign_in.wrong"
    if offer is not None:
        problem = "code_wrong" if offered else None
    return sign_in_page(
        request,
        asked,
        problem=problem,
        status=422,
        demonstration=() if offer else _demonstration_roles(request, provider),
        enrolment=offer,
    )


def _demonstration_roles(request: Request, provider: Provider) -> Collection[str]:
    """The roles that the page offers for a click: those of a demonstration on this machine."""
    return provider.demonstration if is_from_this_machine(request) else ()


def _remember_device(request: Request, answer: Response, provider: Provider, device: Link) -> None:
    answer.set_cookie(
        DEVICE_COOKIE,
        device.text,
        max_age=int(use_cases.DEVICE_LIFE.total_seconds()),
        path=urlsplit(f"{provider.issuer}/oidc/authorize").path,
        secure=is_secure(request, provider),
        httponly=True,
        samesite="strict",
    )
