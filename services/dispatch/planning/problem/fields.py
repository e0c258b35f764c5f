"""Objects read from JSON, field by field.

What is wrong is refused as :class:`InvalidInput` with the path of the value (``lines[17].volunteers_needed``), the
rule, and by the code's text the remedy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from shared.kernel.errors import InvalidInput

MOST_DAYS = 366
MOST_VOLUNTEERS = 10_000

T = TypeVar("T")


class Fields:
    """One JSON object, read field by field; remembers where in the document it stands."""

    def __init__(self, value: object, path: str = "") -> None:
        if not isinstance(value, Mapping):
            raise InvalidInput("file.not_an_object", field=path or "$", value=shown(value))
        self._values: Mapping[str, object] = value
        self._path = path

    def at(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def names(self) -> Iterable[str]:
        return self._values.keys()

    def has(self, name: str) -> bool:
        return self._values.get(name) is not None

    def raw(self, name: str) -> object:
        if name not in self._values:
            raise InvalidInput("file.missing", field=self.at(name), name=name)
        return self._values[name]

    def text(self, name: str) -> str:
        value = self.raw(name)
        if not isinstance(value, str) or not value:
            raise InvalidInput("file.not_a_text", field=self.at(name), value=shown(value))
        return value

    def whole(self, name: str, least: int, most: int, default: int | None = None) -> int:
        if default is not None and not self.has(name):
            return default
        value = self.raw(name)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise InvalidInput(
                "file.not_a_whole_number",
                field=self.at(name),
                value=shown(value),
                least=least,
                most=most,
            )
        return value

    def number(self, name: str, least: float, most: float, default: float | None = None) -> float:
        if default is not None and not self.has(name):
            return default
        value = self.raw(name)
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not least <= value <= most
        ):
            raise InvalidInput(
                "file.not_a_number", field=self.at(name), value=shown(value), least=least, most=most
            )
        return float(value)

    def many(self, name: str) -> Sequence[object]:
        value = self.raw(name)
        if not isinstance(value, list):
            raise InvalidInput("file.not_a_list", field=self.at(name), value=shown(value))
        return value

    def texts(self, name: str) -> list[str]:
        values = self.many(name)
        for number, value in enumerate(values):
            if not isinstance(value, str) or not value:
                raise InvalidInput(
                    "file.not_a_text", field=f"{self.at(name)}[{number}]", value=shown(value)
                )
        return [str(value) for value in values]

    def days(self, name: str, days: int) -> tuple[int, ...]:
        values = self.many(name) if self.has(name) else []
        for number, value in enumerate(values):
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < days:
                raise InvalidInput(
                    "file.not_a_whole_number",
                    field=f"{self.at(name)}[{number}]",
                    value=shown(value),
                    least=0,
                    most=days - 1,
                )
        return tuple(value for value in values if isinstance(value, int))

    def each(
        self, name: str, read: "Callable[[Fields], T]", *, needed: bool = True
    ) -> tuple[T, ...]:
        values = self.many(name) if needed or self.has(name) else []
        return tuple(
            read(Fields(value, f"{self.at(name)}[{number}]")) for number, value in enumerate(values)
        )

    def counts(self, name: str) -> dict[str, int]:
        if not self.has(name):
            return {}
        inner = self.part(name)
        return {key: inner.whole(key, 0, MOST_VOLUNTEERS) for key in inner.names()}

    def part(self, name: str) -> "Fields":
        return Fields(self.raw(name), self.at(name))


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def require_format(top: Fields, expected: str) -> None:
    found = top.raw("format")
    if found != expected:
        raise InvalidInput(
            "file.other_format", field=top.at("format"), value=shown(found), expected=expected
        )
