"""Parts of a large problem: what is freed and tried belongs together, whatever is drawn."""

import random
from functools import lru_cache

import pytest

from services.dispatch.planning.optimizer.instance import Instance, instance_of
from services.dispatch.planning.optimizer.ledger import Ledger
from services.dispatch.planning.optimizer.list_planner import scheduled
from services.dispatch.planning.optimizer.parts import MOST_OPTIONS, Part, Parts
from services.dispatch.planning.optimizer.relaxation import Relaxation, Stage
from services.dispatch.planning.optimizer.shapes import SHAPES, Shape, Shapes
from tests.dispatch.planning.problems import district

DRAWN = 5


@lru_cache
def relaxed() -> tuple[Instance, Stage]:
    instance = instance_of(district(zones=7, seed=7))
    return instance, Relaxation(instance).advance(400)


def parts_of(shape: Shape) -> tuple[Ledger, Parts, list[Part]]:
    instance, stage = relaxed()
    ledger, parts, dice = scheduled(instance), Parts(instance, stage), random.Random(3)
    return ledger, parts, [parts.draw(shape, dice, ledger) for _ in range(DRAWN)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_what_a_part_frees_it_may_put_elsewhere_in_the_part(shape: Shape) -> None:
    ledger, parts, drawn = parts_of(shape)
    instance, stage = relaxed()
    for part in drawn:
        freed = parts.placed_in(part, ledger)
        before = {line: ledger.placings[line] for line in freed}
        for line in freed:
            ledger.remove(line)
        options = parts.options(part, ledger, freed)
        lines = {instance.option_line[option] for option in options}
        assert lines.isdisjoint(ledger.placings)
        assert set(parts.sites(options)) == {instance.site_of_line[line] for line in lines}
        for option in options:
            assert ledger.day_of(option) in part.days
            assert stage.lack[option] <= part.lack + 1e-3
        for placed in before.values():
            assert all(ledger.day_of(option) in part.days for option, _ in placed)
        assert sorted(ledger.place_all(before)) == sorted(freed)


def test_a_part_of_teams_frees_all_that_they_serve_in_its_days_and_nothing_else() -> None:
    for shape in (shape for shape in SHAPES if shape.of == "teams"):
        ledger, parts, drawn = parts_of(shape)
        instance = ledger.instance
        for part in drawn:
            assert part.teams
            assert len(set(part.teams)) == len(part.teams) <= shape.size
            served = {
                line
                for line, placed in ledger.placings.items()
                for option, _ in placed
                if instance.visits[instance.option_visit[option]].team in part.teams
                and ledger.day_of(option) in part.days
            }
            assert set(parts.placed_in(part, ledger)) == served


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_a_part_of_more_than_one_place_or_team_is_small_enough_to_be_solved(shape: Shape) -> None:
    _, parts, drawn = parts_of(shape)
    empty = Ledger(relaxed()[0])
    for part in drawn:
        if len(part.cells) > 1 or len(part.teams or ()) > 1:
            assert len(parts.options(part, empty)) <= MOST_OPTIONS


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
