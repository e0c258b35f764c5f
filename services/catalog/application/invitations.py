"""Invitations: the one link by which the owner of an account chooses a password and enrols a second factor."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

import pyotp
from sqlalchemy import select

from services.catalog.application.accounts_of_persons import void_invitation
from services.catalog.application.policy import POLICY
from services.catalog.application.provider import Provider
from services.catalog.application.second_factor import counter_of_code, seal_secret
from services.catalog.domain.account import INVITATION_LIFE, Account, Invitation, require_strong
from services.catalog.store.tables import invitation as invitation_table
from shared.db.vault import Vault, VaultError
from shared.kernel.errors import DomainError, InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork

APP_NAME = "点菜 Diancai"


class InvitationVoid(DomainError):
    """There is no such invitation (any more): unknown, used, voided by another or too old. Which, is not said."""

    status = 410

    def __init__(self) -> None:
        super().__init__("invitation_void")


@dataclass(frozen=True, slots=True)
class Invited:
    """Said once, to whoever invites; ``invitation`` is the link to hand to the account's owner, and to nobody else."""

    id: str
    invitation: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor on offer. ``sealed`` is the secret as the form carries it; ``uri`` is what its QR code says."""

    secret: str = field(repr=False)
    sealed: str
    uri: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Opened:
    """``enrolment`` is None where the account needs no second factor."""

    login: str
    enrolment: Enrolment | None


async def invite(tx: Transaction, provider: Provider, account: Account) -> Invited:
    """A new invitation for an account; an earlier one is void."""
    await void_invitation(tx, account.id)
    token = secrets.token_urlsafe(32)
    expires_at = tx.now + INVITATION_LIFE
    tx.session.add(Invitation(account_id=account.id, token_hash=_hash(token), expires_at=expires_at))
    return Invited(account.id, f"{provider.issuer}/invitations/{token}", expires_at)


async def open_invitation(uow: UnitOfWork, *, token: str, sealed: str = "") -> Opened:
    """What the page shows; it uses nothing up, since mail programs and scanners open links as well. ``sealed`` is the
    secret that an earlier look at the page offered, which whoever scanned it keeps.

    :raises InvitationVoid: see there.
    """
    uow.permit(POLICY, "accept_invitation")
    async with uow.reading() as session:
        found = await session.scalar(select(Invitation).where(invitation_table.c.token_hash == _hash(token)))
        account = await session.get(Account, found.account_id) if found is not None else None
    if found is None or account is None or found.expires_at <= uow.now() or account.state != "invited":
        raise InvitationVoid
    if not account.needs_second_factor:
        return Opened(account.login, None)
    place = _place(found)
    secret = _unsealed(uow.vault, sealed, place) or pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=account.login, issuer_name=APP_NAME)
    return Opened(account.login, Enrolment(secret, uow.vault.seal(secret, place), uri))


async def accept_invitation(
    uow: UnitOfWork, provider: Provider, *, token: str, password: str, again: str, sealed: str, code: str
) -> None:
    """The owner's choice; the account is active from then on, and the invitation used up.

    :raises InvitationVoid: see there; of two at the same moment, one gets it.
    :raises InvalidInput: the password is weak or was typed in two ways, or the code is wrong; nothing is used up.
    :raises SignInBusy: too many passwords are being hashed.
    """
    opened = await open_invitation(uow, token=token, sealed=sealed)
    require_strong(password, field="password")
    if password != again:
        raise InvalidInput("passwords_differ", field="password_again")
    counter = 0
    if opened.enrolment is not None:
        right = counter_of_code(opened.enrolment.secret, code, uow.now())
        if right is None:
            raise InvalidInput("code_wrong", field="code")
        counter = right
    hashed = await provider.passwords.hash(password)
    async with uow.transaction() as tx:
        found = select(invitation_table.c.account_id).where(invitation_table.c.token_hash == _hash(token))
        account_id = await tx.session.scalar(found)
        account = await tx.find(Account, account_id) if account_id is not None else None
        # Only now is the account locked: the invitation may have been used or voided since it was looked at.
        if account is None or account.state != "invited" or await tx.session.scalar(found) is None:
            raise InvitationVoid
        secret = opened.enrolment.secret if opened.enrolment is not None else None
        account.activate(
            hashed,
            totp_sealed=seal_secret(uow.vault, account.id, secret) if secret is not None else None,
            totp_counter=counter,
        )
        await void_invitation(tx, account.id)


def _unsealed(vault: Vault, sealed: str, place: str) -> str | None:
    """The secret that an earlier page offered for this invitation; None when it was not made for it."""
    try:
        return vault.open(sealed, place) if sealed else None
    except (VaultError, ValueError):
        return None


def _place(invitation: Invitation) -> str:
    return f"invitation.offered_secret:{invitation.token_hash}"


def _hash(token: str) -> str:
    """Of what is random and long."""
    return hashlib.sha256(token.encode()).hexdigest()
