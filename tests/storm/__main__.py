"""One storm a seed, one JSON line each; exit status 1 when one is not clean.

python -m tests.storm --seed 1 --seeds 3 --minutes 1
"""

import argparse
import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from tests.storm.mutants import MUTANTS
from tests.storm.options import Options
from tests.storm.storm import storm
from tests.support.private import NotInstalled

SHOWN = 50
"""The most problems of a storm that are told of."""


def run(options: Options, seeds: int) -> int:
    """``seeds`` storms, one after the other; the first is that of ``options``. Gives the exit status: 1 when one was
    not clean, 2 when a server's programs are missing."""
    try:
        return 0 if _all_clean(options, seeds) else 1
    except NotInstalled as error:
        sys.stderr.write(
            f"there is no {error}; as root on Debian: python -m tests.support.servers install\n"
        )
        return 2


def _all_clean(options: Options, seeds: int) -> bool:
    clean = True
    for seed in range(options.seed, options.seed + seeds):
        outcome = asyncio.run(storm(replace(options, seed=seed), _tell))
        sys.stdout.write(json.dumps(outcome.line(), ensure_ascii=False) + "\n")
        for problem in outcome.problems[:SHOWN]:
            sys.stderr.write(f"  {problem}\n")
        sys.stdout.flush()
        clean &= outcome.is_clean
    return clean


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after the other")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long each")
    parser.add_argument("--cluster", action="store_true", help="RabbitMQ on three nodes")
    parser.add_argument("--pair", action="store_true", help="PostgreSQL with a synchronous standby")
    parser.add_argument(
        "--wipe",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="the broker also loses its disk",
    )
    parser.add_argument(
        "--without",
        choices=sorted(MUTANTS),
        default="",
        help="take a safeguard out: does that show?",
    )
    parser.add_argument("--logs", type=Path, help="a folder to keep what the services log")
    given = vars(parser.parse_args())
    seeds = given.pop("seeds")
    return run(Options(**given), seeds)


if __name__ == "__main__":
    sys.exit(main())
