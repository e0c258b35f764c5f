"""Ending a sign-in: by its own refresh token, or by the client's request to sign out."""

import hashlib
from collections.abc import Mapping
from typing import Any

from services.catalog.accounts.domain.sign_in_grant import SignInGrant
from services.catalog.accounts.use_cases.sign_outs import end_family
from services.catalog.policy import POLICY
from services.catalog.signing_in.domain import may_return_to
from services.catalog.signing_in.use_cases.provider import ID_TOKEN, Provider
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import UnitOfWork


async def revoke_refresh_token(uow: UnitOfWork, *, token: str) -> None:
    """Ends the sign-in that a refresh token belongs to (RFC 7009); an unknown token changes nothing."""
    uow.permit(POLICY, "revoke_own_token")
    async with uow.transaction() as tx:
        grant = await tx.session.get(
            SignInGrant, hashlib.sha256(token.encode()).hexdigest(), with_for_update=True
        )
        if grant is not None and grant.kind == "refresh":
            await end_family(uow, tx, grant.family, grant.account_id)


async def end_session(
    uow: UnitOfWork, provider: Provider, *, id_token_hint: str, client_id: str, return_to: str
) -> str | None:
    """Signs out as OpenID Connect RP-Initiated Logout 1.0 says, and returns where to send the browser.

    None means that the browser gets a page. The hint may have expired; it says which sign-in to end. Without one
    nothing is ended, because this provider keeps no session of its own in the browser.

    :raises InvalidInput: the hint was not made here or is another client's, or the browser may not be sent there.
    """
    uow.permit(POLICY, "end_session")
    said = _hint(provider, id_token_hint) if id_token_hint else {}
    if client_id and said and said["aud"] != client_id:
        raise InvalidInput("hint_unknown", field="id_token_hint")
    client = client_id or said.get("aud", "")
    if return_to and not may_return_to(
        client, return_to, web_redirect_uris=provider.web_redirect_uris
    ):
        raise InvalidInput("client_unknown", field="post_logout_redirect_uri")
    if said:
        async with uow.transaction() as tx:
            await end_family(uow, tx, said["sid"], said["sub"])
    return return_to or None


def _hint(provider: Provider, token: str) -> Mapping[str, Any]:
    """:raises InvalidInput: it is no id token of this provider."""
    said = provider.signer.read(token, kind=ID_TOKEN)
    ours = said is not None and said.get("iss") == provider.issuer
    if (
        said is None
        or not ours
        or not all(isinstance(said.get(name), str) for name in ("aud", "sub", "sid"))
    ):
        raise InvalidInput("hint_unknown", field="id_token_hint")
    return said
