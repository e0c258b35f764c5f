"""A closer bound and better plans, township by township: column generation (Dantzig and Wolfe 1960).

What ties townships together is that a team goes to so many stops in its turn (a day, or a part of a divided one), and
where visits beyond a team's fair share cost more, that the share is one of them all. At a price for each of these every
township plans for itself, and any plan is worth no more than the prices and the best of each township together
(Lagrangian relaxation, Geoffrion 1974): closer than the linear relaxation, since no township has fractions of a plan.
The townships' plans that are met on the way say at which prices they are worth least together, within a box about the
best prices so far (Marsten, Hogan and Blankenship 1975); and of each township one, as far as they go together, they are
a plan for all.

Rules that tie townships together in other ways (the zone of a team's day, a series in two townships) hold within each
township only, which makes the bound no less true.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from ortools.linear_solver.python.model_builder_helper import ModelBuilderHelper, ModelSolverHelper
from ortools.sat.python import cp_model
from scipy import sparse

from services.dispatch.planning.optimizer.cp_sat import Limits, solver_with
from services.dispatch.planning.optimizer.instance import Instance
from services.dispatch.planning.optimizer.lp_matrix import Indices, Numbers
from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placings

NOISE = 1e-6
"""Prices this close to half a unit are rounded up, so that all processors round alike."""


@dataclass(slots=True)
class Column:
    """One plan of a township, and what it is worth by itself."""

    township: int
    rows: tuple[int, ...]
    worth: int
    placings: Placings


class Columns:
    """Prices are of rows: first of each team's turns, then, where it counts, of each team's fair share. ``townships``
    are the sites of each in which anything could be served; ``empty`` has what is fixed."""

    def __init__(self, empty: PartialPlan) -> None:
        self.empty = empty
        self._instance = empty.instance
        self.townships = list(_townships(self._instance))
        self._township_of = {
            site: number for number, sites in enumerate(self.townships) for site in sites
        }
        self._columns: list[Column] = []
        self._number: dict[tuple[int, frozenset[int]], int] = {}
        self._add_rows()

    def _add_rows(self) -> None:
        """The limits of the rows (visits left in each turn, and of each fair share), and the rows of each visit."""
        instance, empty = self._instance, self.empty
        divided = instance.problem.parts > 1
        turns: dict[tuple[int, int], int] = {}
        room: list[int] = []
        self._turn: list[int] = []
        for visit in instance.visits:
            turn = turns.setdefault(
                (visit.team, visit.slot if divided else visit.team_day), len(turns)
            )
            if turn == len(room):
                room.append(1 if divided else instance.team_days[visit.team_day].most_stops)
            self._turn.append(turn)
        for number in empty.visit_load:
            room[self._turn[number]] -= 1
        self._turns = len(turns)
        self._share = (
            [len(turns) + visit.team for visit in instance.visits] if instance.fair_share else []
        )
        left = [max(0, share - empty.load[team]) for team, share in enumerate(instance.fair_share)]
        self._room = np.array(room + left, dtype=np.float64)
        self._highest = np.full(len(self._room), np.inf)
        self._highest[self._turns :] = instance.problem.weights.overload

    @property
    def size(self) -> int:
        """How many plans of townships are known."""
        return len(self._columns)

    def first_prices(self, day_prices: Numbers) -> Numbers:
        """The rows' first prices: the relaxation's prices of team-days."""
        prices = np.zeros(len(self._room))
        for number, visit in enumerate(self._instance.visits):
            prices[self._turn[number]] = (
                day_prices[visit.team_day] / self._instance.team_days[visit.team_day].most_stops
            )
        return self.rounded(prices)

    def rounded(self, prices: Numbers) -> Numbers:
        """Whole prices >= 0, which prove a bound."""
        rounded: Numbers = np.floor(np.clip(prices, 0.0, self._highest) + 0.5 + NOISE)
        return rounded

    def visit_prices(self, prices: Numbers) -> list[int]:
        """What each visit costs at these prices, beside its own cost."""
        of_visits = prices[self._turn]
        if self._share:
            of_visits = of_visits + prices[self._share]
        whole: list[int] = of_visits.astype(np.int64).tolist()
        return whole

    def constant(self, prices: Numbers) -> int:
        """The value of the prices and of what is fixed. With the best of each township, that is a bound."""
        return self.empty.objective + round(float(self._room @ prices))

    def add(self, placings: Placings) -> None:
        """Stores the part of each township as one of its plans."""
        of_township: defaultdict[int, Placings] = defaultdict(dict)
        for line, placed in placings.items():
            if line not in self.empty.placings:
                of_township[self._township_of[self._instance.site_of_line[line]]][line] = placed
        for township, its in of_township.items():
            self._add_column(township, its)

    def _add_column(self, township: int, placings: Placings) -> None:
        plan, visit_of = self.empty, self._instance.option_visit
        before = plan.objective + self._overload()
        placed = plan.place_all(placings)
        worth = plan.objective + self._overload() - before
        visits = {visit_of[option] for line in placed for option, _ in placings[line]}
        for line in placed:
            plan.remove(line)
        visits.difference_update(plan.visit_load)  # what is fixed has its turn already
        number = self._number.setdefault((township, frozenset(visits)), len(self._columns))
        if number == len(self._columns):
            self._columns.append(Column(township, tuple(self._rows_of(visits)), worth, placings))
        elif worth > self._columns[number].worth:
            self._columns[number].worth, self._columns[number].placings = worth, placings

    def _overload(self) -> int:
        """What visits beyond fair shares cost in ``empty`` as it is: the rows' prices pay for that."""
        beyond = (
            max(0, self.empty.load[team] - share)
            for team, share in enumerate(self._instance.fair_share)
        )
        return self._instance.problem.weights.overload * sum(beyond)

    def _rows_of(self, visits: Iterable[int]) -> Iterator[int]:
        for visit in sorted(visits):
            yield self._turn[visit]
            if self._share:
                yield self._share[visit]

    def next_prices(self, centre: Numbers, width: float) -> tuple[Numbers, float]:
        """Of prices no farther than ``width`` from ``centre`` those at which the townships' plans met so far are worth
        least together; and that worth, which no bound by prices in this box is below."""
        count, rows = len(self._columns), np.arange(len(self._room))
        of_column = [(*column.rows, len(rows) + column.township) for column in self._columns]
        row = np.array([row for its in of_column for row in its], dtype=np.int64)
        column = np.repeat(np.arange(count), [len(its) for its in of_column])
        lowest, highest = np.maximum(0.0, centre - width), np.minimum(self._highest, centre + width)
        # Beside the plans: more turns than there are, at the highest price, and turns left over, at the lowest.
        matrix = _sparse(
            np.concatenate([row, rows, rows]),
            np.concatenate([column, count + rows, count + len(rows) + rows]),
            np.concatenate([np.ones(len(row)), np.full(len(rows), -1.0), np.ones(len(rows))]),
            (len(rows) + len(self.townships), count + 2 * len(rows)),
        )
        worth: Numbers = np.array([column.worth for column in self._columns], dtype=np.float64)
        # Any: the solver's type hints want an array where its elements' type belongs.
        costs: Any = -np.concatenate([worth, -highest, lowest])
        most: Any = np.concatenate([self._room, np.ones(len(self.townships))])
        height, length = matrix.shape
        model, solver = ModelBuilderHelper(), ModelSolverHelper("GLOP")
        model.fill_model_from_sparse_data(
            np.zeros(length),
            np.full(length, np.inf),
            costs,
            np.full(height, -np.inf),
            most,
            matrix,
        )
        solver.solve(model)
        prices = -np.asarray(solver.dual_values())[: len(rows)]
        return self.rounded(prices), self.empty.objective - solver.objective_value()

    def together(self, limits: Limits, known: Placings) -> tuple[Placings, float]:
        """The best plan that combines known plans, one of each township, and the work of finding it. ``known`` is a
        plan to begin with."""
        model = cp_model.CpModel()
        chosen = [model.new_bool_var("") for _ in self._columns]
        of_township: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        of_row: defaultdict[int, list[cp_model.IntVar]] = defaultdict(list)
        for choice, column in zip(chosen, self._columns, strict=True):
            model.add_hint(
                choice, all(known.get(line) == placed for line, placed in column.placings.items())
            )
            of_township[column.township].append(choice)
            for row in column.rows:
                of_row[row].append(choice)
        for choices in of_township.values():
            model.add_at_most_one(choices)
        gain, worth = list(chosen), [column.worth for column in self._columns]
        for row, choices in of_row.items():
            total, room = cp_model.LinearExpr.sum(choices), int(self._room[row])
            if row < self._turns:
                model.add(total <= room)
            elif len(choices) > room:
                beyond = model.new_int_var(0, len(choices) - room, "")
                model.add(total <= room + beyond)
                gain.append(beyond)
                worth.append(-self._instance.problem.weights.overload)
        model.maximize(cp_model.LinearExpr.weighted_sum(gain, worth))
        solver = solver_with(limits)
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return {}, limits.work
        placings: Placings = {}
        for choice, column in zip(chosen, self._columns, strict=True):
            if solver.boolean_value(choice):
                placings |= column.placings
        return placings, solver.response_proto.deterministic_time


def _sparse(
    row: Indices, column: Indices, value: Numbers, shape: tuple[int, int]
) -> sparse.csr_matrix:
    return sparse.csr_matrix((value, (row, column)), shape=shape)


def _townships(instance: Instance) -> Iterator[list[int]]:
    sites: defaultdict[str, list[int]] = defaultdict(list)
    for number, lines in enumerate(instance.of_site):
        if any(instance.of_line[line] for line in lines):
            sites[instance.problem.sites[number].township].append(number)
    yield from sites.values()
