"""Signing in. The protocol is OpenID Connect: authorization code with PKCE (OAuth 2.1), refresh rotation."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from services.catalog.application.policy import POLICY
from services.catalog.application.provider import ACCESS_TOKEN, ID_TOKEN, Provider
from services.catalog.application.second_factor import second_factor_of
from services.catalog.application.signing_out import end_family
from services.catalog.application.wrong_tries import counters_of_sign_in, forgive_try, try_password, withdraw_try
from services.catalog.domain.account import Account, login_of
from services.catalog.domain.authorization import AuthorizationRequest
from services.catalog.domain.sign_in import CODE_LIFE, TOKEN_LIFE, Grant
from services.catalog.store.tables import account as account_table
from shared.identity.links import Link, LinkExpired, LinkInvalid
from shared.kernel.access import Actor
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

DEVICE_LIFE = timedelta(days=180)
DEVICE = "known-device"
"""The purpose of the signed cookie that a device is known by."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``code`` goes to the client; ``device`` stays in the browser."""

    code: str
    device: Link


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


async def sign_in(
    uow: UnitOfWork,
    provider: Provider,
    asked: AuthorizationRequest,
    *,
    login: str,
    password: str,
    code: str,
    device: str = "",
) -> SignedIn | None:
    """An authorization code; None when name, password or one-time code is wrong: which one is not said.

    ``device`` is the cookie of an earlier sign-in, if the browser has one.

    :raises TooMany: too many tries were wrong, on this name or from this address.
    :raises SignInBusy: too many passwords are being checked; the try does not count.
    """
    uow.permit(POLICY, "sign_in")
    login = login_of(login)
    async with uow.reading() as session:
        found = await session.scalar(select(Account).where(account_table.c.login == login))
    known = _device_of(provider, device, found)
    tried = counters_of_sign_in(uow.vault, login=login, address=uow.actor.address, device=known)
    stored = found.password_hash if found else None
    is_right = await try_password(uow, provider.passwords, tried, password=password, stored=stored)
    if not is_right or found is None:
        return None
    async with uow.transaction() as tx:
        account = await tx.get(Account, found.id)
        if account.state != "active" or account.password_hash != found.password_hash:
            return None
        proof = second_factor_of(uow.vault, account, code, tx.now)
        if proof == "used":
            await withdraw_try(tx, tried)
        if proof != "proved":
            return None
        await forgive_try(tx, tried)
        given = secrets.token_urlsafe(32)
        family = new_id()
        _add_grant(tx, given, "code", family, account.id, asked, began_at=tx.now, expires_at=tx.now + CODE_LIFE)
        cookie = provider.devices.make(DEVICE, f"{account.id}/{known or new_id()}", tx.now + DEVICE_LIFE)
        return SignedIn(given, cookie)


async def exchange_code(
    uow: UnitOfWork, provider: Provider, *, code: str, client_id: str, redirect_uri: str, verifier: str
) -> Tokens | TokenRefusal:
    """A code is taken once. Whoever brings it again ends all that came of that sign-in: one of the two stole it."""
    uow.permit(POLICY, "exchange_token")
    async with uow.transaction() as tx:
        grant = await _grant(tx, code, "code")
        if grant is not None and grant.used_at is not None:
            await end_family(uow, tx, grant.family, grant.account_id)
            return TokenRefusal("invalid_grant", "the code was used before; sign in again")
        if grant is None or grant.expires_at <= tx.now:
            return TokenRefusal("invalid_grant", "the code is unknown or too old; sign in again")
        grant.used_at = tx.now
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
        same = hmac.compare_digest(challenge, grant.challenge)
        if not same or (client_id, redirect_uri) != (grant.client_id, grant.redirect_uri):
            return TokenRefusal("invalid_grant", "code_verifier, client_id or redirect_uri is not that of the request")
        return await _tokens(tx, provider, grant)


async def refresh(uow: UnitOfWork, provider: Provider, *, token: str, client_id: str) -> Tokens | TokenRefusal:
    """New tokens for a refresh token, which is then used up. Its coming again means that it was copied: all that
    came of that sign-in ends."""
    uow.permit(POLICY, "exchange_token")
    async with uow.transaction() as tx:
        grant = await _grant(tx, token, "refresh")
        if grant is not None and grant.used_at is not None:
            await end_family(uow, tx, grant.family, grant.account_id)
            return TokenRefusal("invalid_grant", "the refresh token was used before; sign in again")
        if grant is None or grant.expires_at <= tx.now or grant.client_id != client_id:
            return TokenRefusal("invalid_grant", "the refresh token is unknown or too old; sign in again")
        grant.used_at = tx.now
        return await _tokens(tx, provider, grant)


def read_own_account(uow: UnitOfWork) -> Actor:
    """Whoever asks, as the access token says it."""
    uow.permit(POLICY, "read_own_account")
    return uow.actor


def _device_of(provider: Provider, cookie: str, account: Account | None) -> str | None:
    """The id of a device that signed in to this account before; None for any other."""
    if not cookie or account is None:
        return None
    try:
        account_id, _, device = provider.devices.open(DEVICE, cookie).partition("/")
    except (LinkInvalid, LinkExpired):
        return None
    return device if account_id == account.id and device else None


async def _tokens(tx: Transaction, provider: Provider, grant: Grant) -> Tokens | TokenRefusal:
    account = await tx.find(Account, grant.account_id)
    if account is None or account.state != "active":
        return TokenRefusal("invalid_grant", "the account is closed; ask a coordinator")
    end = grant.began_at + provider.longest
    if end <= tx.now:
        return TokenRefusal("invalid_grant", "the sign-in has lasted its time; sign in again")
    asked = AuthorizationRequest(grant.client_id, grant.redirect_uri, grant.challenge, scope=grant.scope)
    given = secrets.token_urlsafe(32)
    until = min(end, tx.now + provider.idle)
    _add_grant(tx, given, "refresh", grant.family, account.id, asked, began_at=grant.began_at, expires_at=until)
    expires_at = min(end, tx.now + TOKEN_LIFE)
    access = provider.signer.sign(_access_claims(provider, account, grant, tx.now, expires_at), kind=ACCESS_TOKEN)
    id_token = None
    if grant.scope == "openid":
        id_token = provider.signer.sign(_id_claims(provider, grant, access, tx.now, expires_at), kind=ID_TOKEN)
    return Tokens(access, given, int((expires_at - tx.now).total_seconds()), grant.scope, id_token)


def _access_claims(
    provider: Provider, account: Account, grant: Grant, now: datetime, expires_at: datetime
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


def _id_claims(provider: Provider, grant: Grant, access: str, now: datetime, expires_at: datetime) -> dict[str, Any]:
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


def _add_grant(
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
    tx.session.add(
        Grant(
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


async def _grant(tx: Transaction, given: str, kind: str) -> Grant | None:
    found = await tx.session.get(Grant, _hash(given), with_for_update=True)
    return found if found is not None and found.kind == kind else None


def _hash(text: str) -> str:
    """Of what is random and long; what people type needs a keyed hash."""
    return hashlib.sha256(text.encode()).hexdigest()
