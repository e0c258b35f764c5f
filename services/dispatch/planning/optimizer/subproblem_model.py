"""A subproblem, solved exactly: some sites are free, everything else stays as the plan has it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from services.dispatch.planning.optimizer.covers import covers
from services.dispatch.planning.optimizer.cp_sat import Limits, solver_with
from services.dispatch.planning.optimizer.instance import Instance, most_at
from services.dispatch.planning.optimizer.partial_plan import PartialPlan, Placing, Placings
from services.dispatch.planning.optimizer.subproblem_rules import Gain, add_series, add_team_days

Var = cp_model.IntVar
OnImprovement = Callable[[Placings | None, int], bool]
"""Called with better placings (or None) and the bound, whenever one of them improves. False stops the search."""


CUTS_AT_ONCE = 200
"""Of a round of cuts, where the bound alone is looked for."""

YES_OR_NO = cp_model.Domain(0, 1)


@dataclass(frozen=True, slots=True)
class SubproblemSolution:
    """What each free line gets (nothing: it is not served), the subproblem's objective, and its bound."""

    placings: Placings
    objective: int
    bound: int
    proved: bool
    work: float


@dataclass(frozen=True, slots=True)
class Bound:
    """What no solution of the subproblem exceeds."""

    most: int
    work: float


class SubproblemModel:
    """Disaggregated: a booth needs its visit, a line in a slot its stop. With these rows the linear relaxation is
    tight.

    Free are the lines of ``sites`` that are not placed in ``plan``; ``options`` are the booths that may be used
    (None: all), ``prices`` what serving a line costs, by line, ``day_prices`` what a team's day costs, by team-day, and
    ``visit_prices`` what each visit costs, which pay for visits beyond the team's fair share too (None: nothing).
    """

    def __init__(
        self,
        plan: PartialPlan,
        sites: Iterable[int],
        options: set[int] | None = None,
        prices: Sequence[int] | None = None,
        day_prices: Sequence[int] | None = None,
        visit_prices: Sequence[int] | None = None,
    ) -> None:
        self._plan = plan
        self._prices = prices
        self._day_prices = day_prices
        self._visit_prices = visit_prices
        self._instance: Instance = plan.instance
        self._model = cp_model.CpModel()
        self._x: dict[int, Var] = {}
        self._shares: dict[int, Var] = {}
        self._v: dict[int, Var] = {}
        self._y: dict[int, Var] = {}
        self._any: list[tuple[Var, list[Var]]] = []
        self._beyond: list[tuple[Var, list[Var], int]] = []
        self._gain: Gain = []
        self.lines = [
            line
            for site in sites
            for line in self._instance.of_site[site]
            if line not in plan.placings
        ]
        self._make(options)

    def _make(self, options: set[int] | None) -> None:
        plan = self._plan
        of_visit: defaultdict[int, list[int]] = defaultdict(list)
        of_opening: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        visits, line_of = self._instance.visits, self._instance.option_line
        for option in self._usable(options):
            visit = self._instance.option_visit[option]
            if visit in of_visit or plan.has_day_for(visit):
                of_visit[visit].append(option)
                of_opening[line_of[option], visits[visit].stop].append(option)
                self._x[option] = self._bool()
        self._add_openings(of_opening)
        self._add_visits(of_visit)
        self._add_loads()
        self._add_townships()
        zones, gain = add_team_days(self._model, plan, self._v, self._day_prices)
        self._any += zones
        self._gain += gain
        self._add_stops(of_visit)
        add_series(self._model, plan, self.lines, self._x)
        self._maximize_gain()

    def _maximize_gain(self) -> None:
        """All at once; ``maximize`` goes through an expression, one term at a time."""
        gain: defaultdict[int, int] = defaultdict(int)
        for variable, each in self._gain:
            gain[variable.index] += each
        objective = self._model.proto.objective
        objective.scaling_factor = -1.0
        objective.vars.extend(list(gain))
        objective.coeffs.extend([-each for each in gain.values()])

    def _bool(self) -> Var:
        """In half the time of ``new_bool_var``, which makes a domain and a name for each."""
        return Var(self._model.proto).with_domain(YES_OR_NO)

    @property
    def size(self) -> int:
        """Options in the model: those whose team has room in its day."""
        return len(self._x)

    def _usable(self, options: set[int] | None) -> Iterable[int]:
        if options is None:
            return (option for line in self.lines for option in self._instance.of_line[line])
        free, line_of = set(self.lines), self._instance.option_line
        return (option for option in sorted(options) if line_of[option] in free)

    def _add_openings(self, of_opening: dict[tuple[int, int], list[int]]) -> None:
        """A line is served once, at an open stop."""
        instance, model = self._instance, self._model
        once: defaultdict[int, list[Var]] = defaultdict(list)
        for (line, stop), options in of_opening.items():
            if stop not in self._y:
                self._y[stop] = self._opened(stop)
            booths = [self._x[option] for option in options]
            if instance.shared[line]:
                booths = [self._shared_booth(line, options)]
            else:
                price = self._prices[line] if self._prices is not None else 0
                self._gain += [
                    (self._x[option], instance.option_value[option] - price) for option in options
                ]
            if len(booths) == 1:
                model.add_implication(booths[0], self._y[stop])
            else:
                model.add_at_most_one([*booths, ~self._y[stop]])
            once[line] += booths
        for booths in once.values():
            if len(booths) > 1:
                model.add_at_most_one(booths)

    def _opened(self, stop: int) -> Var:
        if stop in self._plan.stop_booths:
            return self._model.new_constant(1)
        opened = self._bool()
        self._gain.append((opened, -self._instance.stop_cost[stop]))
        return opened

    def _shared_booth(self, line: int, options: list[int]) -> Var:
        """Served in this slot by up to ``max_teams`` teams, whose volunteers make up the number."""
        instance, model = self._instance, self._model
        served = self._bool()
        self._gain.append((served, max(instance.option_value[option] for option in options)))
        self._any.append((served, [self._x[option] for option in options]))
        for option in options:
            most = min(instance.needed[line], most_at(instance, option))
            share = self._shares[option] = model.new_int_var(0, most, "")
            model.add(share <= most * self._x[option])
            model.add(share >= self._x[option])
        teams = instance.problem.lines[line].max_teams
        shares = [self._shares[option] for option in options]
        model.add(cp_model.LinearExpr.sum(shares) == instance.needed[line] * served)
        model.add(
            cp_model.LinearExpr.sum([self._x[option] for option in options]) <= teams * served
        )
        return served

    def _add_visits(self, of_visit: dict[int, list[int]]) -> None:
        """A booth needs the team there, and the team has so many volunteers."""
        instance, model = self._instance, self._model
        for number, options in of_visit.items():
            left = instance.visits[number].members - self._plan.visit_load.get(number, 0)
            crowded = (
                sum(instance.needed[instance.option_line[option]] for option in options) > left
            )
            v = self._visited(number, None if crowded or len(options) > 1 else self._x[options[0]])
            for option in options:
                if self._x[option] is not v:
                    model.add_implication(self._x[option], v)
            if crowded:
                model.add(self._volunteers(options) <= left * v)
                self._add_covers(options, left, v)
            self._add_qualified(number, options, v)

    def _add_covers(self, options: list[int], left: int, v: Var) -> None:
        instance = self._instance
        whole = (option for option in options if option not in self._shares)
        needed = {option: instance.needed[instance.option_line[option]] for option in whole}
        for cover, most in covers(needed, left):
            booths = [self._x[option] for option in cover]
            if most == 1:
                self._model.add_at_most_one([*booths, ~v])
            else:
                self._model.add(cp_model.LinearExpr.sum(booths) <= most * v)

    def _add_loads(self) -> None:
        """Visits beyond a team's fair share cost more."""
        instance, overload = self._instance, self._instance.problem.weights.overload
        of_team: defaultdict[int, list[Var]] = defaultdict(list)
        for number, v in (
            self._v.items() if instance.fair_share and self._visit_prices is None else ()
        ):
            of_team[instance.visits[number].team].append(v)
        for team, visits in of_team.items():
            left = max(0, instance.fair_share[team] - self._plan.load[team])
            if left < len(visits):
                beyond = self._model.new_int_var(0, len(visits) - left, "")
                self._model.add(cp_model.LinearExpr.sum(visits) - beyond <= left)
                self._gain.append((beyond, -overload))
                self._beyond.append((beyond, visits, left))

    def _add_townships(self) -> None:
        """A township's first line is worth more."""
        first = self._instance.problem.weights.first_served
        lines_of: defaultdict[str, list[Var]] = defaultdict(list)
        for option, x in self._x.items() if first else ():
            township = self._instance.township_of_line[self._instance.option_line[option]]
            if not self._plan.served_in[township]:
                lines_of[township].append(x)
        for lines in lines_of.values():
            served = self._bool()
            self._model.add(cp_model.LinearExpr.sum(lines) >= served)
            self._gain.append((served, first))
            self._any.append((served, lines))

    def _visited(self, number: int, only: Var | None) -> Var:
        """Whether the team is there; for its ``only`` booth the same as whether that is served."""
        if number in self._plan.visit_load:
            return self._model.new_constant(1)
        self._v[number] = visited = only if only is not None else self._bool()
        price = self._visit_prices[number] if self._visit_prices is not None else 0
        self._gain.append((visited, -self._instance.visits[number].cost - price))
        return visited

    def _volunteers(self, options: list[int]) -> cp_model.LinearExpr:
        instance = self._instance
        counted = [self._shares.get(option, self._x[option]) for option in options]
        each = [
            1 if option in self._shares else instance.needed[instance.option_line[option]]
            for option in options
        ]
        expression: cp_model.LinearExpr = cp_model.LinearExpr.weighted_sum(counted, each)
        return expression

    def _add_qualified(self, number: int, options: list[int], v: Var) -> None:
        problem = self._instance.problem
        held: defaultdict[str, list[int]] = defaultdict(list)
        for option in options:
            qualification = problem.lines[self._instance.option_line[option]].qualification
            if qualification is not None:
                held[qualification].append(option)
        for qualification, requiring in held.items():
            left = self._plan.qualified_left(number, qualification)
            self._model.add(self._volunteers(requiring) <= left * v)

    def _add_stops(self, of_visit: dict[int, list[int]]) -> None:
        most = self._instance.problem.max_booths_per_stop
        booths: defaultdict[int, list[Var]] = defaultdict(list)
        for number, options in of_visit.items():
            booths[self._instance.visits[number].stop] += [self._x[option] for option in options]
        lines: defaultdict[int, int] = defaultdict(int)
        for stop in booths:
            lines[stop] = len(self._instance.of_site[self._instance.stop_site[stop]])
        for stop, there in booths.items():
            if lines[stop] > most or self._shares:
                left = most - self._plan.stop_booths.get(stop, 0)
                self._model.add(cp_model.LinearExpr.sum(there) <= left * self._y[stop])

    def hint(self, placings: Placings) -> None:
        """Begins the search at a known solution."""
        chosen = {option: count for placed in placings.values() for option, count in placed}
        visits = {self._instance.option_visit[option] for option in chosen}
        stops = {self._instance.visits[number].stop for number in visits}
        hints: dict[Var, int] = {x: option in chosen for option, x in self._x.items()}
        hints |= {share: chosen.get(option, 0) for option, share in self._shares.items()}
        hints |= {v: number in visits for number, v in self._v.items()}
        hints |= {y: stop in stops for stop, y in self._y.items()}
        hints |= {whole: any(hints[part] for part in parts) for whole, parts in self._any}
        hints |= {
            most: max(0, sum(hints[v] for v in visits) - left)
            for most, visits, left in self._beyond
        }
        whole_hint = (
            self._model.proto.solution_hint
        )  # all at once: one by one takes a tenth of the model's making
        whole_hint.vars.extend([variable.index for variable in hints])
        whole_hint.values.extend([int(value) for value in hints.values()])

    def solve(
        self, limits: Limits, on_improvement: OnImprovement | None = None
    ) -> SubproblemSolution | None:
        """The best solution found; None if there was no time for any."""
        solver = solver_with(limits)
        listener = _Listener(self, solver, on_improvement) if on_improvement else None
        if listener is not None:
            solver.best_bound_callback = listener.on_bound
        status = solver.solve(self._model, listener)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        values = solver.response_proto.solution
        placings = self.placings(lambda x: bool(values[x.index]), lambda x: values[x.index])
        return SubproblemSolution(
            placings,
            round(solver.objective_value),
            round(solver.best_objective_bound),
            status == cp_model.OPTIMAL,
            solver.response_proto.deterministic_time,
        )

    def bound(self, limits: Limits) -> Bound | None:
        """The closest bound found, with or without a solution; None if there was no time for any."""
        solver = solver_with(limits)
        solver.parameters.optimize_with_lb_tree_search = True
        solver.parameters.new_constraints_batch_size = CUTS_AT_ONCE
        status = solver.solve(self._model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN):
            return None
        if status == cp_model.UNKNOWN and solver.objective_value == solver.best_objective_bound:
            return None  # both are 0: the model was not even loaded
        return Bound(round(solver.best_objective_bound), solver.response_proto.deterministic_time)

    def placings(self, chosen: Callable[[Var], bool], value: Callable[[Var], int]) -> Placings:
        found: defaultdict[int, list[Placing]] = defaultdict(list)
        for option, x in self._x.items():
            if chosen(x):
                line = self._instance.option_line[option]
                count = (
                    value(self._shares[option])
                    if option in self._shares
                    else self._instance.needed[line]
                )
                found[line].append((option, count))
        return {line: tuple(placed) for line, placed in sorted(found.items())}


class _Listener(cp_model.CpSolverSolutionCallback):
    """Passes on what the search finds, while it goes on."""

    def __init__(
        self, model: SubproblemModel, solver: cp_model.CpSolver, on_improvement: OnImprovement
    ) -> None:
        super().__init__()
        self._model, self._solver, self._on_improvement = model, solver, on_improvement

    def on_solution_callback(self) -> None:
        placings = self._model.placings(lambda x: bool(self.boolean_value(x)), self.value)
        if not self._on_improvement(placings, round(self.best_objective_bound)):
            self._solver.stop_search()

    def on_bound(self, bound: float) -> None:
        if not self._on_improvement(None, round(bound)):
            self._solver.stop_search()
