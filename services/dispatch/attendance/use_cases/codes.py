"""The code that a leader's phone shows, and the sealed roster that phones keep for when they are not connected."""

import json
from datetime import date, datetime, timedelta

from services.dispatch.attendance.domain.scan import STEPS_BESIDE, Sealed
from shared.db.vault import Vault, VaultError
from shared.identity import rotating_code

PURPOSE = "check-in code"
PLACE = "attendance roster"


def secret_of(vault: Vault, stop_id: str) -> str:
    """The secret of a stop's code; the same for all leaders there."""
    return rotating_code.secret_of(vault, stop_id, PURPOSE)


def fits(vault: Vault, stop_id: str, code: str | None, at: datetime) -> bool:
    """Whether a stop's code was this one at that real moment, or a step before or after."""
    return code is not None and rotating_code.fits(
        secret_of(vault, stop_id), code, at, steps_beside=STEPS_BESIDE
    )


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
