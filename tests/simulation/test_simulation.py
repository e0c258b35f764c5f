"""Schedules by the thousand: clean as the machine is, and not when any one safeguard is taken out."""

import pytest

from tests.simulation.mutants import MACHINES
from tests.simulation.world import World

SCHEDULES = 3_000


def test_whatever_the_order_everything_has_its_effects_once_and_in_order() -> None:
    faults = events = calm = 0
    for seed in range(1, SCHEDULES + 1):
        world = World(seed, MACHINES[""])
        assert world.run() == [], f"seed {seed}"
        faults += world.faults.total()
        events += len(world.log.committed())
        calm += not world.faults
    assert faults > SCHEDULES, "most schedules must be troubled ones"
    assert events > SCHEDULES
    assert calm > SCHEDULES / 10, "some must be without a fault, for then nothing may be sent again"


@pytest.mark.parametrize("safeguard", sorted(set(MACHINES) - {""}))
def test_a_safeguard_that_is_missing_shows(safeguard: str) -> None:
    assert any(World(seed, MACHINES[safeguard]).run() for seed in range(1, SCHEDULES + 1))


def test_a_seed_brings_about_the_same_schedule_again() -> None:
    for seed in (11, 27, 53):
        first, second = World(seed, MACHINES[""]), World(seed, MACHINES[""])
        assert first.run() == second.run()
        assert first.taken == second.taken
        assert first.effects.done == second.effects.done
        assert first.faults == second.faults
