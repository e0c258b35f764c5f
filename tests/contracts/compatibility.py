"""What another system would notice: within a version, fields of events are only ever added, with a default.

Both directions count. Readers have code, or a schema validator, made for the version as it was; and logs hold events
that were written by it, which today's classes read. So nothing that was said of a field is said differently: it is
neither narrowed, which old events would break, nor widened, which old readers would.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = dict[str, Any]
Schemas = Mapping[str, Schema]

GUIDE = "docs/decisions/0014-versions-of-events.md"
WORDING = {"title", "description", "default", "examples", "$defs"}
"""What a schema says for people; a default is compared where the field is."""
SHAPE = {"type", "$ref", "anyOf", "enum", "const", "properties", "required", "items"}
"""What is compared by rules of its own."""

GONE, TYPE, LIST, REQUIRED, DEFAULT, LIMIT = (
    "nothing is removed",
    "a type stays",
    "a closed list stays closed",
    "a new field has a default, and what is always there stays so",
    "a default stays",
    "pattern, length and bounds stay",
)


@dataclass(frozen=True, slots=True)
class Break:
    """A change that the version does not allow. ``field`` is empty where the whole event is meant."""

    event: str
    field: str
    rule: str
    change: str

    @property
    def remedy(self) -> str:
        fact, _, version = self.event.rpartition(".v")
        successor = "".join(word.capitalize() for word in fact.partition(".")[2].split("_"))
        default = (
            "give it a default, or " if self.rule == REQUIRED and "is new" in self.change else ""
        )
        return (
            f"{default}put it back and make a class {successor}V{int(version) + 1} beside this one"
            f" ({GUIDE})"
        )

    def __str__(self) -> str:
        where = f"{self.event}, field {self.field}" if self.field else self.event
        return f"{where}: {self.change}. Rule: {self.rule}. Remedy: {self.remedy}."


def breaks(old: Schemas, new: Schemas) -> list[Break]:
    """What of ``new`` is not as ``old`` promised, event by event."""
    found = [Break(kind, "", GONE, "the event is gone") for kind in old if kind not in new]
    for kind in sorted(old.keys() & new.keys()):
        comparison = _Comparison(kind, old[kind], new[kind])
        found += comparison.of_fields(old[kind], new[kind], "")
    return found


class _Comparison:
    def __init__(self, event: str, old: Schema, new: Schema) -> None:
        self._event, self._old, self._new = event, old, new
        self._open: set[tuple[str, str]] = set()

    def of_fields(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        was, now = old.get("properties", {}), new.get("properties", {})
        always, still = set(old.get("required", ())), set(new.get("required", ()))
        for name, field in was.items():
            at = f"{path}{name}"
            if name not in now:
                yield self._break(at, GONE, "it is gone")
                continue
            if (name in always) != (name in still):
                change = (
                    "was always there, may be missing" if name in always else "lost its default"
                )
                yield self._break(at, REQUIRED, f"it {change}")
            elif field.get("default") != now[name].get("default"):
                change = (
                    f"its default was {field.get('default')!r}, is {now[name].get('default')!r}"
                )
                yield self._break(at, DEFAULT, change)
            yield from self._of_values(field, now[name], at)
        for name in sorted(still - was.keys()):
            yield self._break(f"{path}{name}", REQUIRED, "it is new and has no default")

    def _of_values(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        refs = (old.get("$ref", ""), new.get("$ref", ""))
        if all(refs):
            if refs in self._open:  # a type that holds itself
                return
            self._open.add(refs)
        was, now = _alternatives(old, self._old), _alternatives(new, self._new)
        if [_type_of(each) for each in was] != [_type_of(each) for each in now]:
            change = f"it was {_said(was)}, is {_said(now)}"
            yield self._break(path, TYPE, change)
        else:
            for before, after in zip(was, now, strict=True):
                yield from self._of_alternative(before, after, path)
        self._open.discard(refs)

    def _of_alternative(self, old: Schema, new: Schema, path: str) -> Iterator[Break]:
        was, now = _values_of(old), _values_of(new)
        if was != now:
            lost, got = _but(was, now), _but(now, was)
            parts = [f"{verb} {each}" for verb, each in (("lost", lost), ("got", got)) if each]
            yield self._break(path, LIST, f"its closed list {' and '.join(parts)}")
        for key in sorted((old.keys() | new.keys()) - WORDING - SHAPE):
            if old.get(key) != new.get(key):
                change = f"its {key} was {old.get(key)!r}, is {new.get(key)!r}"
                yield self._break(path, LIMIT, change)
        if "properties" in old or "properties" in new:
            yield from self.of_fields(old, new, f"{path}.")
        if "items" in old and "items" in new:
            yield from self._of_values(old["items"], new["items"], f"{path}[]")
        elif ("items" in old) != ("items" in new):
            yield self._break(path, TYPE, "what its list holds was said, or is, in one of the two")

    def _break(self, path: str, rule: str, change: str) -> Break:
        return Break(self._event, path, rule, change)


def _alternatives(schema: Schema, root: Schema) -> list[Schema]:
    """The types that a value may have, in an order that does not matter to who reads it."""
    if "$ref" in schema:
        return _alternatives(root["$defs"][schema["$ref"].rsplit("/", 1)[-1]], root)
    if "anyOf" in schema:
        parts = [part for each in schema["anyOf"] for part in _alternatives(each, root)]
        return sorted(parts, key=lambda part: (_type_of(part), sorted(part)))
    return [schema]


def _type_of(schema: Schema) -> str:
    said = schema.get("type", "anything")
    return said if isinstance(said, str) else " or ".join(sorted(said))


def _said(schemas: list[Schema]) -> str:
    return " or ".join(map(_type_of, schemas))


def _values_of(schema: Schema) -> list[Any] | None:
    """The values of a closed list, sorted; None where the list is open."""
    if "const" in schema:
        return [schema["const"]]
    return sorted(schema["enum"], key=str) if "enum" in schema else None


def _but(one: list[Any] | None, other: list[Any] | None) -> str:
    """What ``one`` has beyond ``other``, in words."""
    if one is None:
        return "any value"
    return ", ".join(repr(value) for value in one if other is None or value not in other)
