"""Who there is: agencies, their teams and the townships; and the headings of the menu."""

import dataclasses
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar, Literal

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

TeamState = Literal["active", "retired", "merged"]


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
class MergeableEntry(Entry):
    """An entry that may turn out to be another one's double. ``merged_into`` is the code of the one that it was merged
    into: it is corrected, chosen and merged no more, and keeps its code, so that no other entry gets it."""

    merged_into: str | None = None

    def require_unmerged(self, field: str) -> None:
        """:raises Conflict: it was merged into another entry; names that one."""
        if self.merged_into is not None:
            raise Conflict("entry_merged", field=field, name=self.name, into=self.merged_into)

    def require_choosable(self, field: str) -> None:
        """:raises InvalidInput: something would name it, but it was merged into another entry; names that one."""
        if self.merged_into is not None:
            raise InvalidInput("entry_merged", field=field, name=self.name, into=self.merged_into)

    def merge_into(self, kept: "MergeableEntry") -> None:
        """It is the same as ``kept``, whose entry stays.

        :raises Conflict: one of them was merged before. :raises InvalidInput: it is ``kept`` itself.
        """
        if kept.code == self.code:
            raise InvalidInput("merged_with_itself", field="into")
        self.require_unmerged("code")
        kept.require_unmerged("into")
        self.merged_into = kept.code


@dataclass(eq=False, kw_only=True)
class Agency(MergeableEntry):
    """A city department that fields teams (市直单位), with its unified social credit code (GB 32100-2015)."""

    kind: ClassVar[str] = "agency"
    CONTENT: ClassVar[tuple[str, ...]] = (*Entry.CONTENT, "credit_code")

    credit_code: str | None = None


@dataclass(eq=False, kw_only=True)
class Category(Entry):
    """A heading of the menu."""

    kind: ClassVar[str] = "category"


@dataclass(eq=False, kw_only=True)
class Township(Entry):
    """A town or subdistrict (镇街), with its centre as a WGS-84 point in degrees.

    Its division code is valid from ``valid_from`` to ``valid_to``, both included; without one of them it has no
    beginning or no end that is known. ``former_code`` is the one that it had before, ``new_code`` the one that it has
    after ``valid_to``; ``is_former`` says that this day is over, and that the entry of the new code has everything.
    """

    kind: ClassVar[str] = "township"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *Entry.CONTENT,
        "lat",
        "lon",
        "population",
        "area_km2",
        "valid_from",
        "valid_to",
    )

    lat: float
    lon: float
    population: int | None = None
    area_km2: float | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    former_code: str | None = None
    new_code: str | None = None
    is_former: bool = False

    def join(self, other: "Township", valid_from: date) -> None:
        """It becomes part of another township (撤并): its code ends on the day before.

        :raises Conflict: it has another code already. :raises InvalidInput: it is the other one itself, or on that day
            its own code is not valid yet, or is over, or the other one's is not valid.
        """
        if other.code == self.code:
            raise InvalidInput("merged_with_itself", field="into")
        last = self._last_day_before(valid_from)
        if not other.is_valid_on(valid_from):
            raise InvalidInput(
                "joins_invalid_code", field="into", name=other.name, township_code=other.code
            )
        self.valid_to, self.new_code = last, other.code

    def take_in(self, joined: "Township") -> bool:
        """Adds the population and the area of a township that has become part of it, where both are known. Returns
        whether anything is different now."""
        population, area_km2 = self.population, self.area_km2
        if population is not None and joined.population is not None:
            population += joined.population
        if area_km2 is not None and joined.area_km2 is not None:
            area_km2 = round(area_km2 + joined.area_km2, 3)
        return self.correct(population=population, area_km2=area_km2)

    def is_valid_on(self, day: date) -> bool:
        """Whether its division code is valid on a day."""
        begins, ends = self.valid_from, self.valid_to
        return (begins is None or begins <= day) and (ends is None or day <= ends)

    def recode(self, new_code: str, valid_from: date) -> "Township":
        """Returns the entry that takes the place of this one, whose code ends on the day before.

        :raises Conflict: it has another code already. :raises InvalidInput: its code is not valid before that day.
        """
        last = self._last_day_before(valid_from)
        successor = dataclasses.replace(
            self, code=new_code, former_code=self.code, valid_from=valid_from, valid_to=None
        )
        self.valid_to, self.new_code = last, new_code
        return successor

    def _last_day_before(self, valid_from: date) -> date:
        """The last day of its code, if another one begins on ``valid_from``."""
        if self.new_code is not None:
            raise Conflict("township_recoded_before", field="new_code", township_code=self.new_code)
        if self.valid_from is not None and valid_from <= self.valid_from:
            raise InvalidInput("recoded_too_early", field="valid_from", first=self.valid_from)
        last = valid_from - timedelta(days=1)
        if self.valid_to is not None and self.valid_to < last:
            raise InvalidInput("recoded_too_late", field="valid_from", last=self.valid_to)
        return last

    @staticmethod
    def is_backwards(valid_from: date | None, valid_to: date | None) -> bool:
        """Whether a code with these days would end before it begins."""
        return valid_from is not None and valid_to is not None and valid_to < valid_from


@dataclass(eq=False, kw_only=True)
class Team(MergeableEntry):
    """An agency's volunteers (服务队); ``members`` is how many it can send at once, and ``area`` the codes of the
    townships that it serves: all of the city where there is none.

    A retired team has left the corps: it is sent nowhere any more, and what it did stays. A merged one was another
    team's double.
    """

    kind: ClassVar[str] = "team"
    CONTENT: ClassVar[tuple[str, ...]] = (*Entry.CONTENT, "agency_code", "members", "area")
    STEPS: ClassVar[Steps] = {
        "active": ("retire",),
        "retired": ("reinstate",),
        "merged": (),
    }

    agency_code: str
    members: int
    area: list[str] = dataclasses.field(default_factory=list)
    state: TeamState = "active"

    def retire(self) -> None:
        """Leaves the corps. :raises IllegalTransition: it has left before."""
        self.require("retire", self.state)
        self.state = "retired"

    def reinstate(self) -> None:
        """Comes back to the corps. :raises IllegalTransition: it has not left."""
        self.require("reinstate", self.state)
        self.state = "active"

    def merge_into(self, kept: "MergeableEntry") -> None:
        """:raises Conflict: the other team has left the corps, or as for every entry."""
        super().merge_into(kept)
        if getattr(kept, "state", None) == "retired":
            raise Conflict("merged_into_retired", field="into", name=kept.name)
        self.state = "merged"
