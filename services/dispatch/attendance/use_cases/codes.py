"""The code that a leader's phone shows, and the sealed roster that phones keep for when they are not connected."""

import json
from base64 import b32encode
from datetime import date, datetime, timedelta

import pyotp

from services.dispatch.attendance.domain.scan import STEP_SECONDS, STEPS_BESIDE, Sealed
from shared.db.vault import Vault, VaultError

SECRET_BYTES = 20
PLACE = "attendance roster"


def secret_of(vault: Vault, stop_id: str) -> str:
    """The secret of a stop's code, as authenticators write it (RFC 6238, base32); the same for all leaders there."""
    made = vault.blind_index(stop_id, "check-in code")
    return b32encode(bytes.fromhex(made)[:SECRET_BYTES]).decode()


def fits(vault: Vault, stop_id: str, code: str | None, at: datetime) -> bool:
    """Whether a stop's code was this one at that real moment, or a step before or after."""
    if code is None:
        return False
    totp = pyotp.TOTP(secret_of(vault, stop_id), interval=STEP_SECONDS)
    return totp.verify(code, for_time=at, valid_window=STEPS_BESIDE)


def seal_roster(vault: Vault, sealed: Sealed) -> str:
    """What a phone keeps and can neither read nor change."""
    said = {
        "stop": sealed.stop_id,
        "on": sealed.on.isoformat(),
        "part": sealed.part,
        "booths": sealed.booths,
        "ahead": round(sealed.business_ahead.total_seconds()),
    }
    return vault.seal(json.dumps(said), PLACE)


def open_roster(vault: Vault, text: str | None, stop_id: str) -> Sealed | None:
    """The roster that was sealed; None where it is another stop's, was changed, or there is none."""
    if text is None:
        return None
    try:
        said = json.loads(vault.open(text, PLACE))
    except VaultError:
        return None
    if said["stop"] != stop_id:
        return None
    return Sealed(
        said["stop"],
        date.fromisoformat(said["on"]),
        said["part"],
        said["booths"],
        timedelta(seconds=said["ahead"]),
    )
