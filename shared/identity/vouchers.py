"""Vouchers: what one service signs and another one believes, without a secret that both know.

The issuer keeps a random seed for each thing that vouchers are about, and publishes the public key that follows from
it (Ed25519, RFC 8032) in an event. A voucher is ``subject~number~signature``: three parts that stand in a URL as they
are. It is no :class:`~shared.identity.links.Link`: those only their own service opens.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
LONGEST = 200
BETWEEN = "~"


@dataclass(frozen=True, slots=True)
class Voucher:
    """What a voucher says, whether or not it is true: see :meth:`is_signed_by`."""

    subject: str
    number: int
    signature: bytes

    def is_signed_by(self, public_key: str) -> bool:
        """Whether the holder of a public key's seed made it."""
        key = Ed25519PublicKey.from_public_bytes(_bytes(public_key))
        try:
            key.verify(self.signature, _said(self.subject, self.number))
        except InvalidSignature:
            return False
        return True


def new_seed() -> str:
    return _text(secrets.token_bytes(SEED_BYTES))


def public_key_of(seed: str) -> str:
    """Returns the public key that follows from a seed, in base64url without padding."""
    return _text(_key(seed).public_key().public_bytes_raw())


def make_voucher(seed: str, subject: str, number: int) -> str:
    signature = _key(seed).sign(_said(subject, number))
    return BETWEEN.join((subject, str(number), _text(signature)))


def read_voucher(text: str) -> Voucher | None:
    """Returns what a text says as a voucher; None where it is none."""
    parts = text.split(BETWEEN) if len(text) <= LONGEST and text.isascii() else []
    if len(parts) != 3 or not parts[1].isdecimal():
        return None
    try:
        return Voucher(parts[0], int(parts[1]), _bytes(parts[2]))
    except ValueError:
        return None


def _said(subject: str, number: int) -> bytes:
    return f"{subject}{BETWEEN}{number}".encode()


def _key(seed: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_bytes(seed))


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    """:raises ValueError: it is no base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
