"""What two entries say and hold that are to become one, and that nothing of it changes unseen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.kernel.errors import Conflict

Kind = Literal["agency", "team", "volunteer", "township"]


@dataclass(frozen=True, slots=True)
class Held:
    """How much names an entry that may go, and the one that may stay."""

    what: str
    gone: int
    kept: int


def digest_of(contents: Sequence[Mapping[str, object]]) -> str:
    """Stands for what was compared: whoever merges says what was seen."""
    said = json.dumps(contents, default=str, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def require_seen(contents: Sequence[Mapping[str, object]], seen: str) -> None:
    """:raises Conflict: one of the entries has changed since they were compared."""
    if digest_of(contents) != seen:
        raise Conflict("merged_entries_changed", field="seen")
