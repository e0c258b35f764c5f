"""Keys for personal data in tests: one file, made when the first value is sealed."""

import os
import tempfile
from pathlib import Path

from shared.contracts import PUBLISHERS

_folder = tempfile.TemporaryDirectory(prefix="diancai-test-vault-")
FILE = Path(_folder.name) / "vault_keys"

ENVIRONMENT = {
    f"{service.upper()}_VAULT_KEYS_{name}": value
    for service in PUBLISHERS
    for name, value in (("FILE", str(FILE)), ("CREATE", "true"))
}


def use() -> None:
    """Makes every service that this process or a child of it builds seal with these keys."""
    os.environ.update(ENVIRONMENT)
