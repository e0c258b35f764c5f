"""The published events as JSON Schemas, in a file that reviewers see change; ``make generate`` writes it."""

import json
from collections.abc import Iterator
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


def breaks(old: Schemas, new: Schemas) -> list[str]:
    """What of ``new`` a consumer or an event log of ``old`` could not live with. Within a version fields
    are only added, with a default; all else is a new version beside the old."""
    wrong = [f"{kind} is gone" for kind in old if kind not in new]
    for kind in sorted(old.keys() & new.keys()):
        wrong += [
            f"{kind}: {problem}"
            for problem in _object_breaks(old[kind], new[kind], old[kind], new[kind], "")
        ]
    return wrong


def _object_breaks(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str
) -> Iterator[str]:
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, was in old_fields.items():
        if name not in new_fields:
            yield f"{path}{name} is gone"
            continue
        yield from _field_breaks(was, new_fields[name], old_root, new_root, f"{path}{name}")
    for name in set(new.get("required", [])) - set(old.get("required", [])):
        kind = "has no default any more" if name in old_fields else "is new and has no default"
        yield f"{path}{name} {kind}"


def _field_breaks(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str
) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    if "properties" in old and "properties" in new:
        yield from _object_breaks(old, new, old_root, new_root, f"{path}.")
    elif "items" in old and "items" in new:
        yield from _field_breaks(old["items"], new["items"], old_root, new_root, f"{path}[]")
    elif _meaning(old) != _meaning(new):
        yield f"{path} was {_meaning(old)}, is {_meaning(new)}"


def _resolved(schema: Schema, root: Schema) -> Schema:
    if "$ref" in schema:
        target: Schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        return target
    return schema


def _meaning(schema: Schema) -> Schema:
    """What of a field's schema matters to who reads it; not its titles and descriptions."""
    return {
        name: value
        for name, value in schema.items()
        if name not in {"title", "description", "default"}
    }


def record() -> None:
    """Writes the schemas of the code into the file."""
    FILE.write_text(
        json.dumps(present(), ensure_ascii=False, indent=1, sort_keys=True) + "\n", "utf-8"
    )
