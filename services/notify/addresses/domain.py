"""An address that waits to be confirmed, and its code. No framework, no I/O."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import DomainError, InvalidInput

AddressChannel = Literal["email", "sms"]

GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
PAUSE = timedelta(minutes=1)
"""Between two codes for one recipient's channel."""
MOST_A_DAY = 5
"""Codes for one recipient, and codes to one address, whoever asks for them."""
DAY = timedelta(days=1)
DIGITS = 6


class CodeSpent(DomainError):
    """The code has expired, or was guessed at too often; another must be asked for."""

    status = 410

    def __init__(self) -> None:
        super().__init__("address_code_spent", field="code")


@dataclass(eq=False, kw_only=True)
class AddressClaim(Aggregate):
    """A recipient says that an address is its own. ``code_hash`` stands for the code that was sent there last."""

    kind: ClassVar[str] = "address_claim"

    id: str
    recipient_id: str
    channel: str
    address_sealed: str
    code_hash: str
    expires_at: datetime
    tries: int = 0

    @property
    def key(self) -> str:
        return self.id

    def renew(self, address_sealed: str, code_hash: str, now: datetime) -> None:
        """Another code was made; earlier ones are worth nothing."""
        self.address_sealed, self.code_hash = address_sealed, code_hash
        self.expires_at, self.tries = now + GOOD_FOR, 0

    def is_good(self, now: datetime) -> bool:
        return now < self.expires_at and self.tries < MOST_TRIES

    def check(self, code_hash: str, now: datetime) -> bool:
        """Whether this is the code; every wrong one counts.

        :raises CodeSpent: see there.
        """
        if not self.is_good(now):
            raise CodeSpent
        if secrets.compare_digest(self.code_hash, code_hash):
            return True
        self.tries += 1
        return False


class CodeWrong(InvalidInput):
    """Another code was sent."""

    def __init__(self) -> None:
        super().__init__("address_code_wrong", field="code")


def claim_id(recipient_id: str, channel: str) -> str:
    return f"{recipient_id}/{channel}"


def new_code() -> str:
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
