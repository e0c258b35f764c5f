"""Asks for confirmation before a text is stored that seems to contain personal numbers."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.http.inputs import PRIVATE_TEXT
from shared.kernel.doubts import Confirmations, Doubts
from shared.privacy.personal_data import named, personal_data_in

CODE = "personal_data_in_text"


def ask_about(body: BaseModel, confirmed: Confirmations = ()) -> Doubts:
    """Returns the doubts about all private texts of ``body`` (fields of
    :data:`shared.http.inputs.Text`).

    Each has its field and the kinds of numbers, never the numbers. The caller settles them, or
    passes them to a use case that does.
    """
    doubts = Doubts(confirmed)
    for where, text in _private_texts(body):
        if kinds := personal_data_in(text):
            doubts.add(CODE, where, kinds=named(kinds))
    return doubts


def _private_texts(body: BaseModel, path: str = "") -> Iterator[tuple[str, str]]:
    for name, is_private in _fields_to_search(type(body)):
        value = getattr(body, name)
        if isinstance(value, str):
            if is_private:
                yield f"{path}{name}", value
        elif isinstance(value, BaseModel):
            yield from _private_texts(value, f"{path}{name}.")
        elif isinstance(value, (list, tuple)):
            for place, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _private_texts(item, f"{path}{name}[{place}].")


@lru_cache(maxsize=1000)
def _fields_to_search(model: type[BaseModel]) -> tuple[tuple[str, bool], ...]:
    """The fields that can hold a private text, each with whether it is one itself; the others have parts to search."""
    fields = [(name, field, _is_private(field)) for name, field in model.model_fields.items()]
    return tuple(
        (name, private)
        for name, field, private in fields
        if private or _has_parts(field.annotation)
    )


def _has_parts(annotation: Any) -> bool:
    """Whether a value of this type can hold a model."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return True
    return any(_has_parts(part) for part in get_args(annotation))


def _is_private(annotation: Any) -> bool:
    if isinstance(annotation, FieldInfo):
        return annotation.json_schema_extra == PRIVATE_TEXT or _is_private(annotation.annotation)
    return any(_is_private(part) for part in get_args(annotation))
