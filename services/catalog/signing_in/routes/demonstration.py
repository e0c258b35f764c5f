"""Signing in to a demonstration as one of its roles, by one click and without a password.

The router is part of catalog only where ``build`` is given the accounts of a demonstration, and it
answers only whoever sits at this machine.
"""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.catalog.signing_in.domain import AuthorizationError, read_authorization
from services.catalog.signing_in.routes.client_redirect import (
    redirect_to_client,
    redirect_with_error,
)
from services.catalog.signing_in.routes.forms import is_foreign_form
from services.catalog.signing_in.routes.own_provider import OwnProvider
from services.catalog.signing_in.use_cases import sign_in as use_cases
from shared.http.forms import Pairs, with_form
from shared.http.forwarding import is_from_this_machine
from shared.http.inputs import Uow
from shared.http.openapi import ignoring_unknown, public
from shared.kernel.errors import Forbidden, NotFound

router = APIRouter(tags=["identity"])


@router.post(
    "/oidc/demonstration",
    summary="Sign in as a role of the demonstration",
    response_class=Response,
    status_code=303,
    **with_form(
        ignoring_unknown(public("sign_in", 403, 404, 422)),
        *("response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method"),
        *("state", "nonce", "scope", "role"),
    ),
)
async def sign_in_to_demonstration(
    request: Request, uow: Uow, provider: OwnProvider, pairs: Pairs
) -> Response:
    if not is_from_this_machine(request):
        raise NotFound("account", "-")
    if is_foreign_form(request, provider):
        raise Forbidden("sign_in")
    try:
        asked = read_authorization(pairs, web_redirect_uris=provider.web_redirect_uris)
    except AuthorizationError as error:
        return redirect_with_error(provider, error)
    role = dict(pairs).get("role", "")
    code = await use_cases.sign_in_to_demonstration(uow, provider, asked, role=role)
    return redirect_to_client(provider, asked, code=code)
