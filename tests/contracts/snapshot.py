"""The published events as JSON Schemas, in a file that reviewers see change; ``make generate`` writes it."""

import json
from pathlib import Path
from typing import Any

from shared.contracts import EVENTS

FILE = Path(__file__).with_name("events.schema.json")
HINT = "run: make generate"

Schema = dict[str, Any]
Schemas = dict[str, Schema]


def present() -> Schemas:
    """The schemas of all events as the code has them, as consumers read them."""
    return {kind: EVENTS[kind].model_json_schema(mode="serialization") for kind in sorted(EVENTS)}


def recorded() -> Schemas:
    schemas: Schemas = json.loads(FILE.read_text("utf-8")) if FILE.exists() else {}
    return schemas


def record() -> None:
    """Writes the schemas of the code into the file."""
    FILE.write_text(
        json.dumps(present(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
    )
