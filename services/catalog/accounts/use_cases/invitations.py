"""Invitations: the one link by which the owner of an account chooses a password and enrols a second factor."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from services.catalog.accounts.domain.account import (
    INVITATION_LIFE,
    Account,
    Invitation,
    require_strong,
)
from services.catalog.accounts.tables import invitation as invitation_table
from services.catalog.accounts.use_cases.failed_attempts import PasswordHashes
from services.catalog.accounts.use_cases.persons import void_invitation
from services.catalog.accounts.use_cases.second_factor import (
    Enrolment,
    counter_of_code,
    offer_enrolment,
    renew_recovery_codes,
    seal_secret,
)
from services.catalog.policy import POLICY
from shared.kernel.errors import DomainError, InvalidInput
from shared.unit_of_work import Transaction, UnitOfWork


class InvitationVoid(DomainError):
    """There is no such invitation (any more): unknown, used, voided by another or too old.

    The answer does not tell which.
    """

    status = 410

    def __init__(self) -> None:
        super().__init__("invitation_void")


@dataclass(frozen=True, slots=True)
class Invited:
    """What whoever invites is told, once. ``invitation`` is the link for the account's owner, and for nobody else."""

    id: str
    invitation: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class OpenedInvitation:
    """What the page of an invitation shows. ``enrolment`` is None where the account needs no second factor."""

    login: str
    enrolment: Enrolment | None


async def invite(tx: Transaction, issuer: str, account: Account) -> Invited:
    """Makes an invitation for an account, and voids an earlier one.

    ``issuer`` is the address of the identity provider, which serves the page that the link leads to.
    """
    await void_invitation(tx, account.id)
    token = secrets.token_urlsafe(32)
    expires_at = tx.now + INVITATION_LIFE
    tx.session.add(
        Invitation(account_id=account.id, token_hash=_hash(token), expires_at=expires_at)
    )
    return Invited(account.id, f"{issuer}/invitations/{token}", expires_at)


async def open_invitation(uow: UnitOfWork, *, token: str, sealed: str = "") -> OpenedInvitation:
    """Returns what the page of an invitation shows.

    It uses nothing up, because mail programs and scanners open links as well. ``sealed`` is the secret that the page
    offered before: whoever has scanned it keeps it.

    :raises InvitationVoid: see there.
    """
    uow.permit(POLICY, "accept_invitation")
    async with uow.reading() as session:
        found = await session.scalar(
            select(Invitation).where(invitation_table.c.token_hash == _hash(token))
        )
        account = await session.get(Account, found.account_id) if found is not None else None
    if (
        found is None
        or account is None
        or found.expires_at <= uow.now()
        or account.state != "invited"
    ):
        raise InvitationVoid
    if not account.needs_second_factor:
        return OpenedInvitation(account.login, None)
    enrolment = offer_enrolment(uow.vault, account.login, _place(found), sealed)
    return OpenedInvitation(account.login, enrolment)


async def accept_invitation(
    uow: UnitOfWork,
    passwords: PasswordHashes,
    *,
    token: str,
    password: str,
    again: str,
    sealed: str,
    code: str,
) -> list[str]:
    """Activates an account with the password that its owner chose, and uses the invitation up.

    Returns the recovery codes of the second factor, to be shown this once; none where there is no second factor.

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
    hashed = await passwords.hash(password)
    async with uow.transaction() as tx:
        found = select(invitation_table.c.account_id).where(
            invitation_table.c.token_hash == _hash(token)
        )
        account_id = await tx.session.scalar(found)
        account = await tx.find(Account, account_id) if account_id is not None else None
        # Only now is the account locked: the invitation may have been used or voided since it was looked at.
        if account is None or account.state != "invited" or await tx.session.scalar(found) is None:
            raise InvitationVoid
        account.activate(hashed)
        codes = []
        if opened.enrolment is not None:
            account.enrol(seal_secret(uow.vault, account.id, opened.enrolment.secret), counter)
            codes = renew_recovery_codes(uow.vault, account)
        await void_invitation(tx, account.id)
        return codes


def _place(invitation: Invitation) -> str:
    return f"invitation.offered_secret:{invitation.token_hash}"


def _hash(token: str) -> str:
    """Hashes what is random and long, which needs no key."""
    return hashlib.sha256(token.encode()).hexdigest()
