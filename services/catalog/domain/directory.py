"""Who there is: agencies, their teams, and the townships; and what teams offer."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

TeamState = Literal["active", "retired"]


@dataclass(eq=False, kw_only=True)
class Entry(Aggregate):
    """Something that is entered under a code of its own, and may be corrected later."""

    CONTENT: ClassVar[tuple[str, ...]] = ("name", "name_en")

    code: str
    name: str
    name_en: str

    @property
    def key(self) -> str:
        return self.code

    def correct(self, **changes: object) -> bool:
        """Takes over the given fields; says whether anything is different now."""
        different = {field: value for field, value in changes.items() if getattr(self, field) != value}
        for field, value in different.items():
            setattr(self, field, value)
        return bool(different)


@dataclass(eq=False, kw_only=True)
class Agency(Entry):
    """A city department that fields teams (市直单位)."""

    kind: ClassVar[str] = "agency"


@dataclass(eq=False, kw_only=True)
class Category(Entry):
    """A heading of the menu."""

    kind: ClassVar[str] = "category"


@dataclass(eq=False, kw_only=True)
class Township(Entry):
    """A town or subdistrict (镇街), with its centre as a WGS-84 point in degrees."""

    kind: ClassVar[str] = "township"
    CONTENT: ClassVar[tuple[str, ...]] = (*Entry.CONTENT, "lat", "lon")

    lat: float
    lon: float


@dataclass(eq=False, kw_only=True)
class Team(Entry):
    """An agency's volunteers (服务队); ``members`` is how many it can send at once.

    A retired team has left the corps: it is sent nowhere any more, and what it did stays.
    """

    kind: ClassVar[str] = "team"
    CONTENT: ClassVar[tuple[str, ...]] = (*Entry.CONTENT, "agency_code", "members")
    STEPS: ClassVar[Steps] = {"active": ("retire",), "retired": ("reinstate",)}

    agency_code: str
    members: int
    state: TeamState = "active"

    def retire(self) -> None:
        self.require("retire", self.state)
        self.state = "retired"

    def reinstate(self) -> None:
        self.require("reinstate", self.state)
        self.state = "active"


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
