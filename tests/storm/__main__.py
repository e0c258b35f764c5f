"""``python -m tests.storm --seed 1 --minutes 1``: one storm a seed, one JSON line each; 1 when one is not clean."""

import argparse
import asyncio
import json
import sys

from tests.storm.mutants import MUTANTS
from tests.storm.storm import storm


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long each")
    parser.add_argument(
        "--without", choices=sorted(MUTANTS), default="", help="take a safeguard out, to see whether that shows"
    )
    given = parser.parse_args()
    clean = True
    for seed in range(given.seed, given.seed + given.seeds):
        outcome = asyncio.run(storm(seed, given.minutes, given.without))
        sys.stdout.write(json.dumps(outcome.line(), ensure_ascii=False) + "\n")
        sys.stdout.flush()
        for problem in [*outcome.lost, *outcome.doubled, *outcome.out_of_order, *map(str, outcome.disagreements)][:50]:
            sys.stdout.write(f"  {problem}\n")
        clean &= outcome.is_clean
    return 0 if clean else 1


if __name__ == "__main__":
    sys.exit(main())
