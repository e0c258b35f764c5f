"""A closer bound than the relaxation's, zone by zone.

What ties zones together is that a team is in one of them a day. At a price for each team's day, any plan is worth no
more than those prices and the best of each zone together (Lagrangian relaxation, Geoffrion 1974). By the relaxation's
prices that is as close as the relaxation itself; what cuts and branching then take off a zone's bound comes off the
whole. Rules that tie zones together in other ways (a series, a team's fair share, a township in two zones) hold within
each zone only, which makes the bound no less true.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from services.dispatch.planning.optimizer.instance import Instance
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.subproblem_model import SubproblemModel


class Zone(NamedTuple):
    """The sites of a zone, and how many options their lines have."""

    sites: list[int]
    options: int


def zones_of(instance: Instance) -> list[Zone]:
    """Those in which anything could be served."""
    sites: defaultdict[str, list[int]] = defaultdict(list)
    for number, lines in enumerate(instance.of_site):
        if any(instance.of_line[line] for line in lines):
            sites[instance.problem.sites[number].zone].append(number)
    return [Zone(its, sum(_options_at(instance, site) for site in its)) for its in sites.values()]


def _options_at(instance: Instance, site: int) -> int:
    return sum(len(instance.of_line[line]) for line in instance.of_site[site])


def bound_by_zones(
    empty: PartialPlan,
    zones: Iterable[Zone],
    day_prices: Sequence[float],
    most: Callable[[Zone, SubproblemModel], int | None],
) -> int | None:
    """What no plan exceeds that keeps what is in ``empty``, by any prices >= 0 of team-days and by what ``most`` says
    of each zone's model; None where it can't say. A day that is begun is in its zone already, and costs nothing."""
    prices = [
        0 if empty.day_visits.get(day) else round(price) for day, price in enumerate(day_prices)
    ]
    bound = empty.objective + sum(prices)
    for zone in zones:
        more = most(zone, SubproblemModel(empty, zone.sites, day_prices=prices))
        if more is None:
            return None
        bound += more
    return bound
