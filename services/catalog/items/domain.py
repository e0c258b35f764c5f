"""What the teams offer."""

from dataclasses import dataclass
from typing import ClassVar

from services.catalog.directory.domain import Entry
from shared.kernel.errors import InvalidInput


@dataclass(eq=False, kw_only=True)
class ServiceItem(Entry):
    """One dish of the menu (服务项目).

    ``volunteers_needed`` is the least for one booth, ``minutes_per_resident`` the time one takes.
    """

    kind: ClassVar[str] = "item"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *Entry.CONTENT,
        "category_code",
        "teams",
        "volunteers_needed",
        "minutes_per_resident",
    )

    category_code: str
    teams: list[str]
    volunteers_needed: int
    minutes_per_resident: int

    def __post_init__(self) -> None:
        refuse_repeated("teams", self.teams)


def refuse_repeated(field: str, codes: list[str]) -> None:
    """:raises InvalidInput: a code stands twice; names the field and the code."""
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise InvalidInput("repeated_code", field=field, codes=", ".join(repeated))
