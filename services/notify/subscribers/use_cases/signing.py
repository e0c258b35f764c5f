"""Making secrets, and the header that signs a webhook."""

import base64
import secrets as random
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.notify.subscribers.domain.signing import (
    SECRET_BYTES,
    WebhookSecret,
    hmac_signature,
    signed_content,
)


def new_secret() -> WebhookSecret:
    return WebhookSecret(random.token_bytes(SECRET_BYTES), random.token_bytes(SECRET_BYTES))


def public_key(secret: WebhookSecret) -> str:
    """Returns the key by which anybody verifies ``v1a``, as ``whpk_...``."""
    key = Ed25519PrivateKey.from_private_bytes(secret.private).public_key()
    return "whpk_" + base64.b64encode(key.public_bytes_raw()).decode()


def signature_header(
    secrets: Sequence[WebhookSecret], webhook_id: str, timestamp: int, body: bytes
) -> str:
    """Returns the header ``webhook-signature``: both signatures by each of the secrets."""
    content = signed_content(webhook_id, timestamp, body)
    signatures = []
    for secret in secrets:
        by_key = Ed25519PrivateKey.from_private_bytes(secret.private).sign(content)
        signatures += [
            hmac_signature(secret, content),
            "v1a," + base64.b64encode(by_key).decode(),
        ]
    return " ".join(signatures)
