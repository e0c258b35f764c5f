"""An identity provider for tests: one key, its public half in a file, and tokens for whomever a test plays."""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from shared.contracts import PUBLISHERS
from shared.kernel.access import Role

ISSUER = "https://id.test.invalid"
AUDIENCE = "diancai"
KEY = ECKey.generate_key("P-256", parameters={"kid": "test"}, private=True)

_folder = tempfile.TemporaryDirectory(prefix="diancai-test-keys-")
JWKS = Path(_folder.name) / "jwks.json"
JWKS.write_text(json.dumps(KeySet([KEY]).as_dict(private=False)), "utf-8")

ENVIRONMENT = {
    f"{service.upper()}_OIDC_{name}": value
    for service in PUBLISHERS
    for name, value in (("ISSUER", ISSUER), ("JWKS_URL", JWKS.as_uri()))
} | {
    f"{service.upper()}_LIMIT_{name}": "1000000"  # tests knock often, and all from one address
    for service in PUBLISHERS
    for name in ("ACCOUNT", "ADDRESS", "TOWNSHIP_WRITES", "STRANGER")
}


def trust() -> None:
    """Makes every service that this process or a child of it builds trust the tokens of this module."""
    os.environ.update(ENVIRONMENT)


def token(
    *roles: Role | str, key: ECKey = KEY, header: dict[str, Any] | None = None, **claims: Any
) -> str:
    """An access token; by default valid at any time, so that tests may choose their clock."""
    said = {"iss": ISSUER, "aud": AUDIENCE, "sub": "test-account", "iat": 0, "exp": 4102444800}
    said |= {"roles": [str(role) for role in roles]} | claims
    return jwt.encode({"alg": "ES256", "kid": "test", "typ": "at+jwt"} | (header or {}), said, key)


def bearer(*roles: Role | str, **claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token(*roles, **claims)}"}


EVERYTHING: Iterable[Role] = (Role.COORDINATOR, Role.OPERATOR, Role.AUDITOR)
"""What tests act as that are not about who may do what."""


def issuer_of(headers: Mapping[str, str]) -> str:
    """Whose tokens a system takes, by the one that a client of it sends."""
    return str(jwt.decode(headers["Authorization"].removeprefix("Bearer "), KEY).claims["iss"])
