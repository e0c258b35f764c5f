"""What fills the text of a message, and which names that text needs."""

from collections.abc import Mapping
from typing import Any

Params = dict[str, Any]
"""What fills the text of a message: JSON values. ``lines`` holds a list of such, each with its code."""

Named = tuple[str, str]
"""A param that has a name of its own to be shown by, and its value, e.g. ``("team_code", "health")``."""

Names = Mapping[Named, tuple[str, str]]
"""Names in Chinese and in English; an empty one is not known."""

NAMED_PARAMS = ("township_code", "was_township_code", "team_code", "was_team_code", "campaign_id")
"""The params whose texts show a name in place of the code."""


def named_in(params: Params) -> set[Named]:
    """Whose names a message needs, those of its lines included."""
    found = {(param, params[param]) for param in NAMED_PARAMS if param in params}
    return found.union(*(named_in(line) for line in params.get("lines", ())))
