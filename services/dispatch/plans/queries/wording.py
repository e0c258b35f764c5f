"""Texts for rules and reasons: names instead of ids, dates instead of counted days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.demand.queries import Lines, lines_by_id
from services.dispatch.directory.queries import (
    BothNames,
    names_of_items,
    names_of_teams,
    names_of_townships,
)
from services.dispatch.planning.problem.check import DAY_FACTS, Violation
from services.dispatch.planning.problem.problem import Slot
from services.dispatch.plans.domain.candidate import ProblemDates
from services.dispatch.plans.queries.planning_input import PlanningInput
from services.dispatch.stops.queries.lookups import served_last
from shared.http.texts import Texts
from shared.kernel.errors import DomainError, Reason

Facts = dict[str, Any]

LINES, TEAMS, ITEMS, TOWNSHIPS = "lines", "teams", "items", "townships"
_KIND_OF_FACT = {
    "line": LINES,
    "other": LINES,
    "team": TEAMS,
    "item": ITEMS,
    "township": TOWNSHIPS,
    "site": TOWNSHIPS,
}
WHY = {
    "published": ("已公布", "published"),
    "pinned": ("已固定", "pinned"),
    "confirmed": ("已接单", "accepted"),
}


@dataclass(frozen=True)
class Localizer:
    """Gives the texts of codes in the reader's language."""

    texts: Texts
    language: str

    def text_of(self, code: str, facts: Mapping[str, Any]) -> str:
        """The text of ``code``, and of its facts where they have one of their own."""
        said = self.texts.render(self.language, code, facts)["detail"]
        if facts and self.texts.has(f"{code}.facts"):
            said += " " + self.texts.render(self.language, f"{code}.facts", facts)["detail"]
        return said


@dataclass(frozen=True)
class Names:
    """What the ids of lines, teams, items and townships are called, by kind."""

    of: Mapping[str, Mapping[str, BothNames]]
    rows: Lines
    """The lines themselves."""
    last_served: Mapping[tuple[str, str], date]
    """When townships last had items, by both."""

    def township_of(self, line: str) -> str:
        return str(self.rows[line].township_code) if line in self.rows else ""

    def get(self, kind: str, key: str) -> BothNames:
        """The name in both languages; the id itself where there is none."""
        return self.of[kind].get(key, (key, key))


async def names_of(session: AsyncSession, lines: Lines, further: Iterable[str] = ()) -> Names:
    """The names of all teams, items and townships, of these ``lines``, and of ``further`` ones, which may be cancelled
    or served."""
    townships = await names_of_townships(session)
    rows = lines | await lines_by_id(session, set(further) - lines.keys())
    called = {key: _line_name(row, townships) for key, row in rows.items()}
    return Names(
        {
            LINES: called,
            TEAMS: await names_of_teams(session),
            ITEMS: await names_of_items(session),
            TOWNSHIPS: townships,
        },
        rows,
        await served_last(session, {row.township_code for row in rows.values()}),
    )


def _line_name(row: Any, townships: Mapping[str, BothNames]) -> BothNames:
    where = townships.get(row.township_code, (row.township_code, row.township_code))
    return f"{where[0]}“{row.item_name}”", f"{row.item_name_en} in {where[1]}"


def worded(facts: Mapping[str, object], names: Names, dates: ProblemDates) -> Facts:
    """The facts in each language, ready for a text; see :meth:`shared.http.texts.Texts.render`."""
    return {name: _worded(name, value, names, dates) for name, value in facts.items()}


def _worded(name: str, value: object, names: Names, dates: ProblemDates) -> object:
    if name in DAY_FACTS and isinstance(value, int):
        return dates.half_day(Slot(value))[0]
    if name == "lines":
        each = [names.get(LINES, line) for line in str(value).split(", ")]
        return _both("、".join(zh for zh, _ in each), ", ".join(en for _, en in each))
    if name == "site":
        code, _, place = str(value).partition("/")
        zh, en = names.get(TOWNSHIPS, code)
        return _both(f"{zh} {place}", f"{en} {place}")
    if name == "why":
        return _both(*WHY.get(str(value), (str(value), str(value))))
    kind = _KIND_OF_FACT.get(name)
    return value if kind is None else _both(*names.get(kind, str(value)))


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


def broken_rules(
    refusal: DomainError, inputs: PlanningInput, names: Names, violations: Iterable[Violation]
) -> DomainError:
    """The refusal, with every broken rule as its reason."""
    reasons = [
        Reason(
            f"rule.{violation.rule}", violation.where, worded(violation.facts, names, inputs.dates)
        )
        for violation in violations
    ]
    return refusal.because(reasons)
