"""An edition: one dated issue of the menu, frozen when it is published."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar, Literal

from services.catalog.items.domain import ServiceItem, refuse_repeated
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import InvalidInput

EditionState = Literal[
    "draft", "survey", "consultation", "published", "withdrawing", "withdrawn", "retired"
]

MOST_YEARS = 10
"""For which an edition sees to a standing campaign; each later year has its own from its start."""

Dish = dict[str, object]
"""A service item as an edition shows it: ``item_code``, and its fields but for the teams."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one item differs between two editions. ``changed`` are the fields that differ, with what each said and
    says; empty where the item was added or is gone."""

    item_code: str
    what: Literal["added", "gone", "changed"]
    name: str
    name_en: str
    changed: Mapping[str, tuple[object, object]] = field(default_factory=dict)


@dataclass(eq=False, kw_only=True)
class Edition(Aggregate):
    """A menu for the days from ``effective_on`` to ``retires_on`` inclusive.

    A draft names items by code; publishing copies what they are on that day into ``menu``, which no
    later change of an item touches. Before that, the teams may be asked what they can do
    (``survey``, 摸底, answers until ``survey_until``), and then townships and teams what they think
    of it (``consultation``, 征求意见, until ``consultation_until``); residents too, where
    ``residents_may_speak``. Its draft may be changed all the while. ``…_opened_on`` is the day on
    which that began first.
    """

    kind: ClassVar[str] = "edition"
    CONTENT: ClassVar[tuple[str, ...]] = (
        "title",
        "effective_on",
        "retires_on",
        "item_codes",
        "based_on",
    )
    STEPS: ClassVar[Steps] = {
        "draft": ("redraft", "open_survey", "open_consultation", "publish"),
        "survey": ("redraft", "prolong_survey", "return_to_draft", "open_consultation", "publish"),
        "consultation": ("redraft", "prolong_consultation", "return_to_draft", "publish"),
        "published": ("withdraw", "retire"),
        "withdrawing": (),
        "withdrawn": (),
        "retired": (),
    }
    UNPUBLISHED: ClassVar[tuple[EditionState, ...]] = ("draft", "survey", "consultation")

    code: str
    title: str
    effective_on: date
    retires_on: date
    item_codes: list[str]
    based_on: str | None = None
    """The edition that it was copied from, and is compared with."""
    state: EditionState = "draft"
    survey_opened_on: date | None = None
    survey_until: date | None = None
    consultation_opened_on: date | None = None
    consultation_until: date | None = None
    residents_may_speak: bool = False
    published_on: date | None = None
    menu: list[Dish] = field(default_factory=list)
    orders_against_withdrawal: int | None = None
    """How many orders were handed in from it when it was last to be withdrawn, and therefore was not."""

    def __post_init__(self) -> None:
        self._check()

    @property
    def key(self) -> str:
        return self.code

    def redraft(self, **content: Any) -> None:
        """Changes the draft; ``content`` has the fields of :data:`CONTENT`.

        :raises InvalidInput: its days are reversed, or an item stands twice, or it is based on itself.
        """
        self.require("redraft", self.state)
        for name in self.CONTENT:
            setattr(self, name, content[name])
        self._check()

    def add_item(self, item_code: str) -> None:
        """Puts a further item at the end of the draft."""
        self.require("redraft", self.state)
        self.item_codes = [*self.item_codes, item_code]
        self._check()

    def open_survey(self, until: date, *, today: date) -> None:
        """Asks the teams, which answer until a day, itself included. :raises InvalidInput: that day is past."""
        self.require("open_survey", self.state)
        _require_ahead("until", until, today)
        self.state, self.survey_until = "survey", until
        self.survey_opened_on = self.survey_opened_on or today

    def prolong_survey(self, until: date, *, today: date) -> None:
        """:raises InvalidInput: the day is past."""
        self.require("prolong_survey", self.state)
        _require_ahead("until", until, today)
        self.survey_until = until

    def open_consultation(self, until: date, *, today: date, residents: bool) -> None:
        """Asks for opinions until a day, itself included. :raises InvalidInput: that day is past."""
        self.require("open_consultation", self.state)
        _require_ahead("until", until, today)
        self.state, self.consultation_until = "consultation", until
        self.consultation_opened_on = self.consultation_opened_on or today
        self.residents_may_speak = residents

    def prolong_consultation(self, until: date, *, today: date, residents: bool) -> None:
        """:raises InvalidInput: the day is past."""
        self.require("prolong_consultation", self.state)
        _require_ahead("until", until, today)
        self.consultation_until, self.residents_may_speak = until, residents

    def consultation_ahead(self, today: date) -> date | None:
        """Returns the last day on which opinions are taken, if that is not over."""
        until = self.consultation_until
        if self.state != "consultation" or until is None or until < today:
            return None
        return until

    def return_to_draft(self) -> None:
        """Ends a survey or a consultation before its day; what was said stays."""
        self.require("return_to_draft", self.state)
        self.state = "draft"

    def publish(
        self, items: list[ServiceItem], *, active_teams: Collection[str], today: date
    ) -> None:
        """Freezes the menu with the items as they are now, in the order of the draft.

        :raises InvalidInput: an item has no team that is still in the corps; names all such items.
        """
        self.require("publish", self.state)
        if without := self.items_without_team(items, active_teams=active_teams):
            raise InvalidInput("item_without_team", field="item_codes", codes=", ".join(without))
        self.menu = self.dishes(items)
        self.state, self.published_on = "published", today

    def dishes(self, items: Iterable[ServiceItem]) -> list[Dish]:
        """Returns its menu, in the order of the draft: as it was frozen, else with the items as they are now."""
        if self.menu:
            return self.menu
        by_code = {item.code: item for item in items}
        return [dish_of(by_code[code]) for code in self.item_codes]

    def items_without_team(
        self, items: Iterable[ServiceItem], *, active_teams: Collection[str]
    ) -> list[str]:
        """Returns the codes of its items that no team in the corps offers, in the order of the draft."""
        offered = {item.code for item in items if set(item.teams) & set(active_teams)}
        return [code for code in self.item_codes if code not in offered]

    def years(self) -> range:
        """The years that it is in force in; of an edition without an end in sight, the first few."""
        return range(
            self.effective_on.year,
            min(self.retires_on.year, self.effective_on.year + MOST_YEARS - 1) + 1,
        )

    def ask_for_withdrawal(self) -> None:
        """Nothing is decided yet: an order may have been handed in already."""
        self.require("withdraw", self.state)
        self.state, self.orders_against_withdrawal = "withdrawing", None

    def withdraw(self) -> None:
        """No order was handed in from it, and none will be."""
        self.state = "withdrawn"

    def keep_for(self, orders: int) -> None:
        """So many orders were handed in from it before: it stays in force."""
        self.state, self.orders_against_withdrawal = "published", orders

    def retire(self) -> None:
        """Its last day is over. :raises IllegalTransition: it is not published."""
        self.require("retire", self.state)
        self.state = "retired"

    def _check(self) -> None:
        if self.retires_on < self.effective_on:
            raise InvalidInput(
                "days_reversed", field="retires_on", first=self.effective_on, last=self.retires_on
            )
        if self.based_on == self.code:
            raise InvalidInput("based_on_itself", field="based_on")
        refuse_repeated("item_codes", self.item_codes)


def dish_of(item: ServiceItem) -> Dish:
    """Returns an item as an edition shows it."""
    content = item.content()
    for of_the_teams in ("teams", "adults_only", "agreement_needed"):
        del content[of_the_teams]
    return {"item_code": item.code, **content, "picture": item.picture}


def differences(before: Iterable[Dish], after: Iterable[Dish]) -> list[Difference]:
    """Returns how a menu differs from one before it: in its order, then what is gone. The order of dishes is none."""
    old = {str(dish["item_code"]): dish for dish in before}
    new = {str(dish["item_code"]): dish for dish in after}
    found = []
    for code, dish in new.items():
        was = old.get(code)
        changed = _changed_fields(was, dish) if was is not None else {}
        if was is None or changed:
            what: Literal["added", "changed"] = "added" if was is None else "changed"
            found.append(Difference(code, what, str(dish["name"]), str(dish["name_en"]), changed))
    gone = [dish for code, dish in old.items() if code not in new]
    return found + [
        Difference(str(dish["item_code"]), "gone", str(dish["name"]), str(dish["name_en"]))
        for dish in gone
    ]


def _changed_fields(before: Dish, after: Dish) -> dict[str, tuple[object, object]]:
    """Of a menu frozen before a field existed, that field is no change."""
    return {
        name: (before[name], value)
        for name, value in after.items()
        if name in before and before[name] != value
    }


def _require_ahead(field_name: str, day: date, today: date) -> None:
    if day < today:
        raise InvalidInput("day_is_past", field=field_name, day=day, today=today)
