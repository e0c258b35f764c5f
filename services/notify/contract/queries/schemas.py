"""The JSON Schema (2020-12) of each event, with words for every field."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from services.notify.contract.queries.catalogue import Published, describe, said_in
from shared.http.texts import Texts

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Field:
    """A field as a reader needs it. ``schema`` says which values it has; ``always``: whether it is never missing, in
    events of any age."""

    name: str
    schema: Json
    words: str
    always: bool


@dataclass(frozen=True, slots=True)
class Model:
    """An event, or what one holds: a name, and fields."""

    name: str
    fields: tuple[Field, ...]


def urn_of(kind: str) -> str:
    """Returns the identifier of an event's schema, the same on every deployment."""
    return f"urn:diancai:event:{kind}"


def schema_of(event: Published, texts: Texts) -> Json:
    """Returns the schema of an event's body, with its example."""
    own = _described(event, texts)
    return {
        "$schema": DIALECT,
        "$id": urn_of(event.type),
        "title": event.contract.__name__,
        "description": describe(texts, ENGLISH, event),
        **{key: value for key, value in own.items() if key not in {"title", "description"}},
        "examples": [event.example["data"]],
    }


def models_of(event: Published, texts: Texts, language: str) -> list[Model]:
    """Returns the event and what it holds, with the words of ``language``."""
    schema = _raw(event)
    models = {event.contract.__name__: schema, **schema.get("$defs", {})}
    return [
        Model(name, tuple(_fields(event, name, model, texts, language)))
        for name, model in models.items()
        if "properties" in model
    ]


def words_for(texts: Texts, language: str, fact: str, model: str, field: str) -> str | None:
    """Returns what a field means: in this event, in this model, or wherever it is."""
    words = texts.words_of(language, "contract.fields")
    return words.get(f"{fact}.{field}") or words.get(f"{model}.{field}") or words.get(field)


def _fields(
    event: Published, model: str, schema: Json, texts: Texts, language: str
) -> Iterator[Field]:
    always = schema.get("required", ())
    for name, field in schema["properties"].items():
        words = words_for(texts, language, _scope(event, model), model, name) or name
        yield Field(name, field, words, name in always)


def _scope(event: Published, model: str) -> str:
    """The fact whose words come first; what an event holds has words of its own."""
    return event.fact if model == event.contract.__name__ else ""


def _raw(event: Published) -> Json:
    return event.contract.model_json_schema(mode="serialization")


def _described(event: Published, texts: Texts) -> Json:
    schema = _raw(event)
    held: Mapping[str, Json] = schema.get("$defs", {})
    for name, model in (*held.items(), (event.contract.__name__, schema)):
        if "description" in model:
            model["description"] = said_in(model["description"])
        for field, said in model.get("properties", {}).items():
            said.pop("title", None)
            words = words_for(texts, ENGLISH, _scope(event, name), name, field)
            if words:
                said["description"] = words
    return schema
