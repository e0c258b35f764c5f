"""The second factor: one-time codes by time (RFC 6238), and recovery codes in their place."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import pyotp

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.tables import account as account_table
from shared.db.vault import Vault, VaultError, place_of

APP_NAME = "点菜 Diancai"
"""What authenticator apps call this system."""

TIME_STEP_SECONDS = 30
RECOVERY_CODES = 10
RECOVERY_DIGITS = 12
"""Digits, as one-time codes are, so that one field takes both. Guessing 10¹² of them is hopeless
where attempts must wait; without the vault's key the hashes can't be tried either.
"""

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A second factor on offer. ``sealed`` is the secret as the form carries it, ``uri`` what its QR code holds."""

    secret: str = field(repr=False)
    sealed: str
    uri: str = field(repr=False)


def offer_enrolment(vault: Vault, login: str, place: str, sealed: str = "") -> Enrolment:
    """Returns a second factor on offer; nothing is stored.

    ``place`` is what it is offered for. ``sealed`` is the secret that was offered for the same before: whoever has
    scanned it keeps it.
    """
    secret = open_offer(vault, place, sealed) or pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=APP_NAME)
    return Enrolment(secret, vault.seal(secret, place), uri)


def open_offer(vault: Vault, place: str, sealed: str) -> str | None:
    """Returns the secret that was offered before; None when it was not offered for this ``place``."""
    try:
        return vault.open(sealed, place) if sealed else None
    except (VaultError, ValueError):
        return None


def place_of_offer(account_id: str) -> str:
    """Returns the place of a second factor that is offered to an account which is open."""
    return f"account.offered_secret:{account_id}"


def counter_of_code(secret: str, typed: str, now: datetime) -> int | None:
    """Returns the time step of a typed code: this one, or the one before or after; None when it is wrong."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // TIME_STEP_SECONDS
    code = _digits_of(typed)
    right = [
        at for at in (step - 1, step, step + 1) if hmac.compare_digest(totp.generate_otp(at), code)
    ]
    return max(right, default=None)


def seal_secret(vault: Vault, account_id: str, secret: str) -> str:
    """Returns the secret as the account's row keeps it. :raises VaultError: there is no key."""
    return vault.seal(secret, place_of(account_table.c.totp_sealed, account_id))


def renew_recovery_codes(vault: Vault, account: Account) -> list[str]:
    """Gives the account ten recovery codes, which void the ones before; returns them, in groups of four digits.

    Only their hashes are stored, so they can be shown this once.
    """
    codes = [
        f"{secrets.randbelow(10**RECOVERY_DIGITS):0{RECOVERY_DIGITS}}"
        for _ in range(RECOVERY_CODES)
    ]
    account.recovery_codes_hash = [_hash_of_recovery(vault, account, code) for code in codes]
    return ["-".join(code[at : at + 4] for at in range(0, RECOVERY_DIGITS, 4)) for code in codes]


Proof = Literal["proved", "used", "wrong"]
"""``proved``: the code is right, or the account needs none and has none. ``used``: it was right, and was used up
before."""


def prove_second_factor(vault: Vault, account: Account, typed: str, now: datetime) -> Proof:
    """Checks a one-time code, or a recovery code in its place, and uses up a right one."""
    if account.totp_sealed is None:
        return "wrong" if account.needs_second_factor else "proved"
    if len(code := _digits_of(typed)) == RECOVERY_DIGITS:
        used = account.use_recovery_code(_hash_of_recovery(vault, account, code))
        return "proved" if used else "wrong"
    secret = vault.open(account.totp_sealed, place_of(account_table.c.totp_sealed, account.id))
    counter = counter_of_code(secret, typed, now)
    if counter is None:
        return "wrong"
    return "proved" if account.use_code(counter) else "used"


def _digits_of(typed: str) -> str:
    return "".join(sign for sign in typed.translate(_DIGITS) if sign in "0123456789")


def _hash_of_recovery(vault: Vault, account: Account, code: str) -> str:
    return vault.blind_index(f"{account.id}\0{code}", "recovery code")
