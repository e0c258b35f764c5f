"""Signing in. The protocol is OAuth 2.1: authorization code with PKCE, refresh rotation."""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import pyotp
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.application.policy import POLICY
from services.catalog.domain.account import Account, Failures, Grant, login_of
from services.catalog.store.tables import account as account_table
from services.catalog.store.tables import sign_in_failure, sign_in_grant
from shared.db.engine import dialect_of
from shared.db.unit_of_work import Transaction, UnitOfWork
from shared.db.vault import Vault, place_of
from shared.kernel.errors import InvalidInput, NotFound, TooMany
from shared.kernel.ids import new_id

CODE_LIFE = timedelta(seconds=60)
TOKEN_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(hours=12)
"""A working day: then one signs in again."""

TIME_STEP_SECONDS = 30  # RFC 6238

_LOOPBACK = re.compile(r"http://127\.0\.0\.1(?::[0-9]{1,5})?/[A-Za-z0-9/_-]*")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 as base64url


class Signer(Protocol):
    def sign(self, claims: Mapping[str, Any]) -> str: ...


class PasswordHashes(Protocol):
    async def hash(self, password: str) -> str: ...

    async def matches(self, password: str, stored: str | None) -> bool: ...


@dataclass(frozen=True, slots=True)
class Provider:
    """What the use cases of signing in need: who signs, for whom, and where answers may be sent."""

    issuer: str
    audience: str
    signer: Signer
    passwords: PasswordHashes
    web_redirect_uri: str


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What a client asks when it sends a person to sign in (RFC 6749, 4.1.1; RFC 7636)."""

    client_id: str
    redirect_uri: str
    code_challenge: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_in: int


@dataclass(frozen=True, slots=True)
class TokenRefusal:
    """RFC 6749, 5.2."""

    error: str
    error_description: str


def check_client(provider: Provider, asked: AuthorizationRequest) -> None:
    """:raises InvalidInput: the answer would go where none may go; the browser must not be sent there."""
    is_console = asked.client_id == "diancai-web" and asked.redirect_uri == provider.web_redirect_uri
    # A command line listens on a port of its own (RFC 8252, 7.3).
    is_command_line = asked.client_id == "diancai-cli" and _LOOPBACK.fullmatch(asked.redirect_uri) is not None
    if not (is_console or is_command_line):
        raise InvalidInput("client_unknown", field="redirect_uri")
    if not _CHALLENGE.fullmatch(asked.code_challenge):
        raise InvalidInput("challenge_missing", field="code_challenge")


async def sign_in(
    uow: UnitOfWork, provider: Provider, asked: AuthorizationRequest, *, login: str, password: str, code: str
) -> str | None:
    """An authorization code; None when name, password or one-time code is wrong: which one is not said.

    :raises TooMany: too many tries were wrong, on this name or from this address.
    """
    uow.permit(POLICY, "sign_in")
    check_client(provider, asked)
    tried = [f"login:{_hash(login_of(login))}", f"address:{uow.actor.address}"]
    await note_try(uow, tried)
    async with uow.reading() as session:
        found = await session.scalar(select(Account).where(account_table.c.login == login_of(login)))
    # Outside any transaction, for it takes its time.
    if not await provider.passwords.matches(password, found.password_hash if found else None) or found is None:
        return None
    async with uow.transaction() as tx:
        account = await tx.get(Account, found.id)
        if account.state != "active" or account.password_hash != found.password_hash:
            return None
        if not _has_second_factor(uow.vault, tx, account, code):
            return None
        for key in tried:
            (await failures_of(tx, key)).forgive()
        given = secrets.token_urlsafe(32)
        _add_grant(tx, given, "code", new_id(), account.id, asked, CODE_LIFE)
        return given


async def exchange_code(
    uow: UnitOfWork, provider: Provider, *, code: str, client_id: str, redirect_uri: str, verifier: str
) -> Tokens | TokenRefusal:
    """A code is taken once. Whoever brings it again ends all that came of that sign-in: one of the two stole it."""
    uow.permit(POLICY, "exchange_token")
    async with uow.transaction() as tx:
        grant = await _grant(tx, code, "code")
        if grant is not None and grant.used_at is not None:
            await _end_family(tx, grant.family)
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
            await _end_family(tx, grant.family)
            return TokenRefusal("invalid_grant", "the refresh token was used before; sign in again")
        if grant is None or grant.expires_at <= tx.now or grant.client_id != client_id:
            return TokenRefusal("invalid_grant", "the refresh token is unknown or too old; sign in again")
        grant.used_at = tx.now
        return await _tokens(tx, provider, grant)


async def end_sign_in(uow: UnitOfWork, *, token: str) -> None:
    """Ends what came of the sign-in that a refresh token belongs to (RFC 7009); an unknown one changes nothing."""
    uow.permit(POLICY, "revoke_own_token")
    async with uow.transaction() as tx:
        grant = await _grant(tx, token, "refresh")
        if grant is not None:
            await _end_family(tx, grant.family)


async def note_try(uow: UnitOfWork, keys: Collection[str]) -> None:
    """Counts a try before it is made, so that many at the same moment are many; a right one is forgiven later.

    :raises TooMany: it must wait.
    """
    async with uow.transaction() as tx:
        kept = [await failures_of(tx, key) for key in sorted(keys)]
        wait = max(failures.wait_seconds(tx.now) for failures in kept)
        if wait:
            raise TooMany("sign_in_blocked", retry_after=wait)
        for failures in kept:
            failures.add(tx.now)


async def failures_of(tx: Transaction, key: str) -> Failures:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    # A row that is not there can't be locked: two first tries at the same moment would both make it.
    await tx.session.execute(make(sign_in_failure).values(key=key, count=0).on_conflict_do_nothing())
    return await tx.session.get_one(Failures, key, with_for_update=True)


def _has_second_factor(vault: Vault, tx: Transaction, account: Account, code: str) -> bool:
    if account.totp_sealed is None:
        return not account.needs_second_factor
    secret = vault.open(account.totp_sealed, place_of(account_table.c.totp_sealed, account.id))
    totp = pyotp.TOTP(secret)
    step = int(tx.now.timestamp()) // TIME_STEP_SECONDS
    typed = "".join(sign for sign in code.translate(_DIGITS) if sign in "0123456789")
    right = [at for at in (step - 1, step, step + 1) if hmac.compare_digest(totp.generate_otp(at), typed)]
    return account.use_code(max(right, default=None))


_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


async def _tokens(tx: Transaction, provider: Provider, grant: Grant) -> Tokens | TokenRefusal:
    account = await tx.find(Account, grant.account_id)
    if account is None or account.state != "active":
        return TokenRefusal("invalid_grant", "the account is closed; ask a coordinator")
    asked = AuthorizationRequest(grant.client_id, grant.redirect_uri, grant.challenge)
    given = secrets.token_urlsafe(32)
    _add_grant(tx, given, "refresh", grant.family, account.id, asked, REFRESH_LIFE)
    # Nothing of what is dead by now is asked for again; a little with each sign-in keeps the table small.
    await tx.session.execute(delete(sign_in_grant).where(sign_in_grant.c.expires_at < tx.now - REFRESH_LIFE))
    await tx.session.execute(delete(sign_in_failure).where(sign_in_failure.c.last_at < tx.now - REFRESH_LIFE))
    return Tokens(
        provider.signer.sign(_claims(provider, account, grant, tx.now)), given, int(TOKEN_LIFE.total_seconds())
    )


def _claims(provider: Provider, account: Account, grant: Grant, now: datetime) -> dict[str, Any]:
    scope = {
        "township_code": account.township_code,
        "team_code": account.team_code,
        "volunteer_no": account.volunteer_no,
    }
    return {
        "iss": provider.issuer,
        "aud": provider.audience,
        "sub": account.id,
        "iat": now.timestamp(),  # with its fraction: a sign-in right after a sign-out is not void
        "exp": int((now + TOKEN_LIFE).timestamp()),
        "jti": new_id(),
        "client_id": grant.client_id,
        "roles": account.roles,
    } | {name: value for name, value in scope.items() if value}


def _add_grant(
    tx: Transaction, given: str, kind: str, family: str, account_id: str, asked: AuthorizationRequest, life: timedelta
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
            issued_at=tx.now,
            expires_at=tx.now + life,
        )
    )


async def _grant(tx: Transaction, given: str, kind: str) -> Grant | None:
    found = await tx.session.get(Grant, _hash(given), with_for_update=True)
    return found if found is not None and found.kind == kind else None


async def _end_family(tx: Transaction, family: str) -> None:
    await tx.session.execute(
        update(sign_in_grant).where(sign_in_grant.c.family == family).values(expires_at=tx.now, used_at=tx.now)
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def require_own_provider(provider: Provider | None) -> Provider:
    """:raises NotFound: accounts are kept by the city's own provider, not here."""
    if provider is None:
        raise NotFound("provider", "-")
    return provider
