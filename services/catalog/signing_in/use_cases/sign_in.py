"""Signing in on the page: who the person is, and an authorization code for the client."""

import secrets
from dataclasses import dataclass
from datetime import timedelta

from services.catalog.accounts.domain.account import Account, login_of
from services.catalog.accounts.queries import find_by_login
from services.catalog.accounts.use_cases.failed_attempts import (
    count_and_check_password,
    forgive_attempt,
    sign_in_counter_keys,
    withdraw_attempt,
)
from services.catalog.accounts.use_cases.second_factor import (
    Enrolment,
    Proof,
    counter_of_code,
    offer_enrolment,
    open_offer,
    place_of_offer,
    prove_second_factor,
    seal_secret,
)
from services.catalog.policy import POLICY
from services.catalog.signing_in.domain import AuthorizationRequest
from services.catalog.signing_in.use_cases.provider import Provider
from services.catalog.signing_in.use_cases.tokens import add_grant
from shared.identity.links import Link, LinkExpired, LinkInvalid
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

CODE_LIFE = timedelta(seconds=60)
DEVICE_LIFE = timedelta(days=180)
DEVICE = "known-device"
"""The purpose of the signed cookie that a device is known by."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """``code`` goes to the client; ``device`` stays in the browser."""

    code: str
    device: Link


async def sign_in(
    uow: UnitOfWork,
    provider: Provider,
    asked: AuthorizationRequest,
    *,
    login: str,
    password: str,
    code: str,
    device: str = "",
    offered: str = "",
) -> SignedIn | Enrolment | None:
    """Checks who a person is, and returns an authorization code for the client.

    None means that name, password or one-time code is wrong; the answer does not tell which.

    An enrolment means that the account has no second factor and needs one: it is on offer, and the person comes again
    with the code that the authenticator app shows, and with ``offered``, the secret of the offer as the form carries
    it. Whoever knows the password gets to see it, so it is made before any sign-in and for no account that has one.

    ``device`` is the cookie of an earlier sign-in, if the browser has one.

    :raises TooMany: too many attempts failed, on this name or from this address.
    :raises SignInBusy: too many passwords are being checked; the attempt does not count.
    """
    uow.permit(POLICY, "sign_in")
    login = login_of(login)
    async with uow.reading() as session:
        found = await find_by_login(session, login)
    known = _device_of(provider, device, found)
    counted = sign_in_counter_keys(uow.vault, login=login, address=uow.actor.address, device=known)
    stored = found.password_hash if found else None
    is_right = await count_and_check_password(
        uow, provider.passwords, counted, password=password, stored=stored
    )
    if not is_right or found is None:
        return None
    async with uow.transaction() as tx:
        account = await tx.get(Account, found.id)
        if account.state != "active" or account.password_hash != found.password_hash:
            return None
        if account.needs_second_factor and account.totp_sealed is None:
            place = place_of_offer(account.id)
            secret = open_offer(uow.vault, place, offered)
            counter = counter_of_code(secret, code, tx.now) if secret is not None else None
            if secret is None or counter is None:
                await withdraw_attempt(tx, counted)
                return offer_enrolment(uow.vault, account.login, place, offered)
            account.enrol(seal_secret(uow.vault, account.id, secret), counter)
            proof: Proof = "proved"
        else:
            proof = prove_second_factor(uow.vault, account, code, tx.now)
        if proof == "used":
            await withdraw_attempt(tx, counted)
        if proof != "proved":
            return None
        await forgive_attempt(tx, counted)
        given = _add_code(tx, account, asked)
        cookie = provider.devices.make(
            DEVICE, f"{account.id}/{known or new_id()}", tx.now + DEVICE_LIFE
        )
        return SignedIn(given, cookie)


async def sign_in_to_demonstration(
    uow: UnitOfWork, provider: Provider, asked: AuthorizationRequest, *, role: str
) -> str:
    """Returns an authorization code for the demonstration's account of a role, without a password.

    :raises NotFound: this is no demonstration, or it has no open account of that role.
    """
    uow.permit(POLICY, "sign_in")
    login = provider.demonstration.get(role)
    if login is None:
        raise NotFound("account", role)
    async with uow.reading() as session:
        found = await find_by_login(session, login)
    if found is None:
        raise NotFound("account", role)
    async with uow.transaction() as tx:
        account = await tx.get(Account, found.id)
        if account.state != "active":
            raise NotFound("account", role)
        return _add_code(tx, account, asked)


def _add_code(tx: Transaction, account: Account, asked: AuthorizationRequest) -> str:
    """Begins a sign-in, and returns its authorization code."""
    given = secrets.token_urlsafe(32)
    add_grant(
        tx,
        given,
        "code",
        new_id(),
        account.id,
        asked,
        began_at=tx.now,
        expires_at=tx.now + CODE_LIFE,
    )
    return given


def _device_of(provider: Provider, cookie: str, account: Account | None) -> str | None:
    """The id of a device that signed in to this account before; None for any other."""
    if not cookie or account is None:
        return None
    try:
        account_id, _, device = provider.devices.open(DEVICE, cookie).partition("/")
    except (LinkInvalid, LinkExpired):
        return None
    return device if account_id == account.id and device else None
