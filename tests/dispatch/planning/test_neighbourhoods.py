"""Parts of a large problem: what is freed and tried belongs together, whatever is drawn."""

import random
from functools import lru_cache

import pytest

from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.list_planner import scheduled
from services.dispatch.planning.optimizer.lp_relaxation import LpRelaxation, Stage
from services.dispatch.planning.optimizer.neighbourhoods import (
    MOST_OPTIONS,
    Neighbourhood,
    Neighbourhoods,
)
from services.dispatch.planning.optimizer.partial_plan import PartialPlan
from services.dispatch.planning.optimizer.shapes import SHAPES, Shape, Shapes
from tests.dispatch.planning.problems import district

DRAWN = 5


@lru_cache
def relaxed() -> tuple[Instance, Stage]:
    instance = instance_of(district(zones=7, seed=7))
    return instance, LpRelaxation(instance).advance(400)


def neighbourhoods_of(shape: Shape) -> tuple[PartialPlan, Neighbourhoods, list[Neighbourhood]]:
    instance, stage = relaxed()
    plan, neighbourhoods, dice = (
        scheduled(instance),
        Neighbourhoods(instance, stage),
        random.Random(3),
    )
    return plan, neighbourhoods, [neighbourhoods.draw(shape, dice, plan) for _ in range(DRAWN)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_a_part_frees_it_may_put_elsewhere_in_the_part(shape: Shape) -> None:
    plan, neighbourhoods, drawn = neighbourhoods_of(shape)
    instance, stage = relaxed()
    for neighbourhood in drawn:
        freed = neighbourhoods.placed_in(neighbourhood, plan)
        before = {line: plan.placings[line] for line in freed}
        for line in freed:
            plan.remove(line)
        options = neighbourhoods.options(neighbourhood, plan, freed)
        lines = {instance.option_line[option] for option in options}
        assert lines.isdisjoint(plan.placings)
        assert set(neighbourhoods.sites(options)) == {instance.site_of_line[line] for line in lines}
        for option in options:
            assert plan.day_of(option) in neighbourhood.days
            assert stage.lack[option] <= neighbourhood.lack + 1e-3
        for placed in before.values():
            assert all(plan.day_of(option) in neighbourhood.days for option, _ in placed)
        assert sorted(plan.place_all(before)) == sorted(freed)


def test_a_part_of_teams_frees_all_that_they_serve_in_its_days_and_nothing_else() -> None:
    for shape in (shape for shape in SHAPES if shape.of == "teams"):
        plan, neighbourhoods, drawn = neighbourhoods_of(shape)
        instance = plan.instance
        for neighbourhood in drawn:
            assert neighbourhood.teams
            assert len(set(neighbourhood.teams)) == len(neighbourhood.teams) <= shape.size
            served = {
                line
                for line, placed in plan.placings.items()
                for option, _ in placed
                if instance.visits[instance.option_visit[option]].team in neighbourhood.teams
                and plan.day_of(option) in neighbourhood.days
            }
            assert set(neighbourhoods.placed_in(neighbourhood, plan)) == served


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_part_of_more_than_one_place_or_team_is_small_enough_to_be_solved(shape: Shape) -> None:
    _, neighbourhoods, drawn = neighbourhoods_of(shape)
    empty = PartialPlan(relaxed()[0])
    for neighbourhood in drawn:
        if len(neighbourhood.cells) > 1 or len(neighbourhood.teams or ()) > 1:
            assert len(neighbourhoods.options(neighbourhood, empty)) <= MOST_OPTIONS


def test_shapes_that_gain_more_for_their_work_are_drawn_for_more_of_it() -> None:
    shapes = Shapes(random.Random(1))
    spent = dict.fromkeys(SHAPES, 0.0)
    for _ in range(2_000):
        shape = shapes.draw()
        work = 0.1 if shape.of == "teams" else 0.2
        shapes.learn(shape, 100 if shape.of == "teams" else 20, work)
        spent[shape] += work
    of_teams = sum(work for shape, work in spent.items() if shape.of == "teams")
    assert of_teams > 0.8 * sum(spent.values())
    assert all(spent.values())
