"""Signatures and secrets after Standard Webhooks (https://www.standardwebhooks.com, 1.0).

What is signed is ``<webhook-id>.<webhook-timestamp>.<body>``: by ``v1``, HMAC-SHA256 with a secret that both sides
have, and by ``v1a``, Ed25519, for whom only the public key is given. Both stand in one header.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class WebhookSecret:
    """The two keys of a subscription; ``shared`` is the subscriber's too, ``private`` is nobody else's."""

    shared: bytes
    private: bytes

    @classmethod
    def of(cls, text: str) -> "WebhookSecret":
        """Reads what :attr:`text` gave."""
        both = base64.b64decode(text)
        return cls(both[:SECRET_BYTES], both[SECRET_BYTES:])

    @property
    def text(self) -> str:
        """Both as text, to be sealed."""
        return base64.b64encode(self.shared + self.private).decode()

    @property
    def shown(self) -> str:
        """The secret as subscribers enter it."""
        return "whsec_" + base64.b64encode(self.shared).decode()


def signed_content(webhook_id: str, timestamp: int, body: bytes) -> bytes:
    return f"{webhook_id}.{timestamp}.".encode() + body


def hmac_signature(secret: WebhookSecret, content: bytes) -> str:
    made = hmac.new(secret.shared, content, hashlib.sha256).digest()
    return "v1," + base64.b64encode(made).decode()
