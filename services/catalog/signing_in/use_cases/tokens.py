"""Tokens for a code or a refresh token.

The protocol is OpenID Connect: authorization code with PKCE (OAuth 2.1), refresh rotation.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.domain.sign_in_grant import SignInGrant
from services.catalog.accounts.use_cases.sign_outs import end_family
from services.catalog.policy import POLICY
from services.catalog.signing_in.domain import WEB, AuthorizationRequest
from services.catalog.signing_in.use_cases.provider import ACCESS_TOKEN, ID_TOKEN, Provider
from shared.kernel.access import Actor
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

TOKEN_LIFE = timedelta(minutes=5)
CONSOLE_LEEWAY = timedelta(seconds=30)
"""A page that is loaded again while its refresh is under way never sees the answer, and comes once
more with the token that it has; so does a phone whose connection broke. RFC 9700, 4.14.2 leaves
how a provider copes with that open.
"""


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_in: int
    scope: str
    id_token: str | None = None


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """RFC 6749, 5.2."""

    error: str
    error_description: str


async def exchange_code(
    uow: UnitOfWork,
    provider: Provider,
    *,
    code: str,
    client_id: str,
    redirect_uri: str,
    verifier: str,
) -> Tokens | TokenRefusal:
    """Exchanges an authorization code for tokens.

    A code is taken once. Whoever brings it again ends the sign-in: one of the two stole the code.
    """
    uow.permit(POLICY, "exchange_token")
    async with uow.transaction() as tx:
        grant = await _find_grant(tx, code, "code")
        if grant is not None and grant.used_at is not None:
            await end_family(uow, tx, grant.family, grant.account_id)
            return TokenRefusal("invalid_grant", "the code was used before; sign in again")
        if grant is None or grant.expires_at <= tx.now:
            return TokenRefusal("invalid_grant", "the code is unknown or too old; sign in again")
        grant.used_at = tx.now
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .decode()
            .rstrip("=")
        )
        same = hmac.compare_digest(challenge, grant.challenge)
        if not same or (client_id, redirect_uri) != (grant.client_id, grant.redirect_uri):
            return TokenRefusal(
                "invalid_grant",
                "code_verifier, client_id or redirect_uri is not that of the request",
            )
        return await _issue_tokens(tx, provider, grant)


async def exchange_refresh_token(
    uow: UnitOfWork, provider: Provider, *, token: str, client_id: str
) -> Tokens | TokenRefusal:
    """Exchanges a refresh token, which is then used up, for new tokens.

    A second use means that it was copied, and ends the sign-in. The console may use one twice
    within :data:`CONSOLE_LEEWAY`.
    """
    uow.permit(POLICY, "exchange_token")
    async with uow.transaction() as tx:
        grant = await _find_grant(tx, token, "refresh")
        if grant is not None and grant.used_at is not None and not _is_within_leeway(grant, tx.now):
            await end_family(uow, tx, grant.family, grant.account_id)
            return TokenRefusal("invalid_grant", "the refresh token was used before; sign in again")
        if grant is None or grant.expires_at <= tx.now or grant.client_id != client_id:
            return TokenRefusal(
                "invalid_grant", "the refresh token is unknown or too old; sign in again"
            )
        grant.used_at = grant.used_at or tx.now
        return await _issue_tokens(tx, provider, grant)


def _is_within_leeway(grant: SignInGrant, now: datetime) -> bool:
    return (
        grant.client_id == WEB
        and grant.used_at is not None
        and now - grant.used_at <= CONSOLE_LEEWAY
    )


def read_own_account(uow: UnitOfWork) -> Actor:
    """Returns who is asking, as the access token says it."""
    uow.permit(POLICY, "read_own_account")
    return uow.actor


def add_grant(
    tx: Transaction,
    given: str,
    kind: str,
    family: str,
    account_id: str,
    asked: AuthorizationRequest,
    *,
    began_at: datetime,
    expires_at: datetime,
) -> None:
    """Stores what was given to a client (``given``: a code or a refresh token) by its hash."""
    tx.session.add(
        SignInGrant(
            hash=_hash(given),
            kind=kind,
            family=family,
            account_id=account_id,
            client_id=asked.client_id,
            redirect_uri=asked.redirect_uri,
            challenge=asked.code_challenge,
            scope=asked.scope,
            nonce=asked.nonce,
            began_at=began_at,
            issued_at=tx.now,
            expires_at=expires_at,
        )
    )


async def _find_grant(tx: Transaction, given: str, kind: str) -> SignInGrant | None:
    found = await tx.session.get(SignInGrant, _hash(given), with_for_update=True)
    return found if found is not None and found.kind == kind else None


async def _issue_tokens(
    tx: Transaction, provider: Provider, grant: SignInGrant
) -> Tokens | TokenRefusal:
    account = await tx.find(Account, grant.account_id)
    if account is None or account.state != "active":
        return TokenRefusal("invalid_grant", "the account is closed; ask a coordinator")
    end = grant.began_at + provider.longest
    if end <= tx.now:
        return TokenRefusal("invalid_grant", "the sign-in has lasted its time; sign in again")
    asked = AuthorizationRequest(
        grant.client_id, grant.redirect_uri, grant.challenge, scope=grant.scope
    )
    given = secrets.token_urlsafe(32)
    until = min(end, tx.now + provider.idle)
    add_grant(
        tx,
        given,
        "refresh",
        grant.family,
        account.id,
        asked,
        began_at=grant.began_at,
        expires_at=until,
    )
    expires_at = min(end, tx.now + TOKEN_LIFE)
    access = provider.signer.sign(
        _access_claims(provider, account, grant, tx.now, expires_at), kind=ACCESS_TOKEN
    )
    id_token = None
    if grant.scope == "openid":
        id_token = provider.signer.sign(
            _id_claims(provider, grant, access, tx.now, expires_at), kind=ID_TOKEN
        )
    return Tokens(access, given, int((expires_at - tx.now).total_seconds()), grant.scope, id_token)


def _access_claims(
    provider: Provider, account: Account, grant: SignInGrant, now: datetime, expires_at: datetime
) -> dict[str, Any]:
    own = {
        "scope": grant.scope,
        "township_code": account.township_code,
        "team_code": account.team_code,
        "volunteer_no": account.volunteer_no,
    }
    return {
        "iss": provider.issuer,
        "aud": provider.audience,
        "sub": account.id,
        "sid": grant.family,
        "iat": now.timestamp(),  # with its fraction: a sign-in right after a sign-out is not void
        "exp": int(expires_at.timestamp()),
        "jti": new_id(),
        "client_id": grant.client_id,
        "roles": account.roles,
    } | {name: value for name, value in own.items() if value}


def _id_claims(
    provider: Provider, grant: SignInGrant, access: str, now: datetime, expires_at: datetime
) -> dict[str, Any]:
    """OpenID Connect Core 1.0, 2; a renewed one has no nonce (12.2)."""
    half = hashlib.sha256(access.encode()).digest()[:16]
    return {
        "iss": provider.issuer,
        "aud": grant.client_id,
        "sub": grant.account_id,
        "sid": grant.family,
        "iat": int(now.timestamp()),
        "exp": int(expires_at.timestamp()),
        "auth_time": int(grant.began_at.timestamp()),
        "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
    } | ({"nonce": grant.nonce} if grant.nonce else {})


def _hash(text: str) -> str:
    """Hashes what is random and long; what people type needs a keyed hash."""
    return hashlib.sha256(text.encode()).hexdigest()
