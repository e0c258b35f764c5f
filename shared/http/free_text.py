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
    private = _private_fields(type(body))
    for name in type(body).model_fields:
        value, where = getattr(body, name), f"{path}{name}"
        if isinstance(value, str):
            if name in private:
                yield where, value
        elif isinstance(value, BaseModel):
            yield from _private_texts(value, f"{where}.")
        elif isinstance(value, (list, tuple)):
            for place, item in enumerate(value):
                if isinstance(item, BaseModel):
                    yield from _private_texts(item, f"{where}[{place}].")


@lru_cache(maxsize=1000)
def _private_fields(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(name for name, field in model.model_fields.items() if _is_private(field))


def _is_private(annotation: Any) -> bool:
    if isinstance(annotation, FieldInfo):
        return annotation.json_schema_extra == PRIVATE_TEXT or _is_private(annotation.annotation)
    return any(_is_private(part) for part in get_args(annotation))
