"""The second factor: one-time codes by time (RFC 6238)."""

import hmac
from datetime import datetime
from typing import Literal

import pyotp

from services.catalog.accounts.domain.account import Account
from services.catalog.accounts.tables import account as account_table
from shared.db.vault import Vault, place_of

TIME_STEP_SECONDS = 30

_DIGITS = str.maketrans("０１２３４５６７８９", "0123456789")


def counter_of_code(secret: str, typed: str, now: datetime) -> int | None:
    """Returns the time step of a typed code: this one, or the one before or after; None when it is wrong."""
    totp = pyotp.TOTP(secret)
    step = int(now.timestamp()) // TIME_STEP_SECONDS
    code = "".join(sign for sign in typed.translate(_DIGITS) if sign in "0123456789")
    right = [
        at for at in (step - 1, step, step + 1) if hmac.compare_digest(totp.generate_otp(at), code)
    ]
    return max(right, default=None)


def seal_secret(vault: Vault, account_id: str, secret: str) -> str:
    """Returns the secret as the account's row keeps it. :raises VaultError: there is no key."""
    return vault.seal(secret, place_of(account_table.c.totp_sealed, account_id))


Proof = Literal["proved", "used", "wrong"]
"""``proved``: the code is right, or the account needs none and has none. ``used``: it was right, and was used up
before."""


def prove_second_factor(vault: Vault, account: Account, typed: str, now: datetime) -> Proof:
    """Checks a one-time code, and uses up a right one."""
    if account.totp_sealed is None:
        return "wrong" if account.needs_second_factor else "proved"
    secret = vault.open(account.totp_sealed, place_of(account_table.c.totp_sealed, account.id))
    counter = counter_of_code(secret, typed, now)
    if counter is None:
        return "wrong"
    return "proved" if account.use_code(counter) else "used"
