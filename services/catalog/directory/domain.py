"""Who there is: agencies, their teams and the townships; and the headings of the menu."""

import dataclasses
from dataclasses import dataclass
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps

TeamState = Literal["active", "retired"]


@dataclass(eq=False, kw_only=True)
class Entry(Aggregate):
    """Something that is entered under a code of its own, and may be corrected later."""

    CONTENT: ClassVar[tuple[str, ...]] = ("name", "name_en")

    code: str
    name: str
    name_en: str
    spelling: str = dataclasses.field(default="", init=False)
    """How its name is typed without Chinese characters: in pinyin, and by initials; it is found by that."""

    @property
    def key(self) -> str:
        return self.code

    def correct(self, **changes: object) -> bool:
        """Takes over the given fields, and returns whether anything is different now."""
        different = {
            field: value for field, value in changes.items() if getattr(self, field) != value
        }
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
        """Leaves the corps. :raises IllegalTransition: it has left before."""
        self.require("retire", self.state)
        self.state = "retired"

    def reinstate(self) -> None:
        """Comes back to the corps. :raises IllegalTransition: it has not left."""
        self.require("reinstate", self.state)
        self.state = "active"
