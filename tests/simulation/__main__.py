"""``python -m tests.simulation --seed 1 --schedules 100000``: that many schedules; 1 when one goes wrong."""

import argparse
import sys
import time
from collections import Counter

from tests.simulation.mutants import MACHINES
from tests.simulation.world import World


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--schedules", type=int, default=10_000, help="how many, a seed each")
    parser.add_argument(
        "--without", choices=sorted(set(MACHINES) - {""}), default="", help="take a safeguard out"
    )
    given = parser.parse_args()
    began, faults, events = time.monotonic(), Counter[str](), 0
    for seed in range(given.seed, given.seed + given.schedules):
        world = World(seed, MACHINES[given.without])
        if wrong := world.run():
            print(f"seed {seed}: {'; '.join(wrong)}")  # noqa: T201
            return 1
        faults += world.faults
        events += len(world.log.committed())
    seconds = time.monotonic() - began
    print(  # noqa: T201
        f"{given.schedules} schedules from seed {given.seed}, {faults.total()} faults, {events} events: clean; "
        f"{60 * given.schedules / seconds:.0f} a minute"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
