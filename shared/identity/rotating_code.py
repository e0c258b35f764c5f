"""Codes of six digits that a screen shows anew each half-minute (RFC 6238), so that whoever says one was there."""

from base64 import b32encode
from datetime import datetime

import pyotp

from shared.db.vault import Vault

SECRET_BYTES = 20
STEP_SECONDS = 30


def secret_of(vault: Vault, about: str, purpose: str) -> str:
    """The secret of the codes about something, as authenticators write it (base32); the same at every screen."""
    made = vault.blind_index(about, purpose)
    return b32encode(bytes.fromhex(made)[:SECRET_BYTES]).decode()


def fits(secret: str, code: str, at: datetime, *, steps_beside: int) -> bool:
    """Whether the code was this one at that real moment, or so many steps before or after."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).verify(
        code, for_time=at, valid_window=steps_beside
    )
