"""Ending a sign-in: by its own refresh token, by the client's request to sign out, or because a token was copied."""

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, delete, update

from services.catalog.application.policy import POLICY
from services.catalog.application.provider import ID_TOKEN, Provider
from services.catalog.domain.account import Account
from services.catalog.domain.authorization import may_return_to
from services.catalog.domain.sign_in import Grant
from services.catalog.store.tables import sign_in_grant
from shared.contracts.catalog import AccessRevoked
from shared.identity.revocation import note_revocation
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


async def end_family(uow: UnitOfWork, tx: Transaction, family: str, account_id: str) -> None:
    """Ends all that came of one sign-in: its codes and refresh tokens here, its access tokens in every service as
    soon as that has heard of it. Nothing happens when it has ended before."""
    ended = await tx.session.execute(
        update(sign_in_grant)
        .where(sign_in_grant.c.family == family, sign_in_grant.c.expires_at > tx.now)
        .values(expires_at=tx.now, used_at=tx.now)
    )
    account = await tx.find(Account, account_id)
    if not isinstance(ended, CursorResult) or not ended.rowcount or account is None:
        return
    event = AccessRevoked(subject=account_id, sid=family, before=tx.now)
    tx.record(account, event)
    await note_revocation(uow.nested(tx), event)  # catalog does not hear its own events


async def sign_out_everywhere(uow: UnitOfWork, tx: Transaction, account: Account) -> None:
    """Ends all sign-ins of an account: its refresh tokens here, its access tokens in every service as soon as that
    has heard of it."""
    await tx.session.execute(delete(sign_in_grant).where(sign_in_grant.c.account_id == account.id))
    event = AccessRevoked(subject=account.id, before=tx.now)
    tx.record(account, event)
    await note_revocation(uow.nested(tx), event)  # catalog does not hear its own events


async def end_sign_in(uow: UnitOfWork, *, token: str) -> None:
    """Ends what came of the sign-in that a refresh token belongs to (RFC 7009); an unknown one changes nothing."""
    uow.permit(POLICY, "revoke_own_token")
    async with uow.transaction() as tx:
        grant = await tx.session.get(Grant, hashlib.sha256(token.encode()).hexdigest(), with_for_update=True)
        if grant is not None and grant.kind == "refresh":
            await end_family(uow, tx, grant.family, grant.account_id)


async def end_session(
    uow: UnitOfWork, provider: Provider, *, id_token_hint: str, client_id: str, return_to: str
) -> str | None:
    """Signs out as OpenID Connect RP-Initiated Logout 1.0 says; gives where to send the browser, None for a page.

    The hint may have expired; it says which sign-in to end. Without one nothing is ended, for this provider keeps no
    session of its own in the browser.

    :raises InvalidInput: the hint was not made here or is another client's, or the browser may not be sent there.
    """
    uow.permit(POLICY, "end_session")
    said = _hint(provider, id_token_hint) if id_token_hint else {}
    if client_id and said and said["aud"] != client_id:
        raise InvalidInput("hint_unknown", field="id_token_hint")
    client = client_id or said.get("aud", "")
    if return_to and not may_return_to(client, return_to, web_redirect_uri=provider.web_redirect_uri):
        raise InvalidInput("client_unknown", field="post_logout_redirect_uri")
    if said:
        async with uow.transaction() as tx:
            await end_family(uow, tx, said["sid"], said["sub"])
    return return_to or None


def _hint(provider: Provider, token: str) -> Mapping[str, Any]:
    """:raises InvalidInput: it is no id token of this provider."""
    said = provider.signer.read(token, kind=ID_TOKEN)
    ours = said is not None and said.get("iss") == provider.issuer
    if said is None or not ours or not all(isinstance(said.get(name), str) for name in ("aud", "sub", "sid")):
        raise InvalidInput("hint_unknown", field="id_token_hint")
    return said
