"""``python -m tests.service_day --seed 1``: the circuit of 2014 with residents and volunteers of dice; a line of JSON,
and 1 when anything does not add up."""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from tests.service_day.circuit import live_through


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.service_day", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--residents", type=int, default=6000, help="of all stops")
    parser.add_argument("--volunteers", type=int, default=400, help="of all teams")
    parser.add_argument("--kills", type=int, default=3, help="of the system, twice each")
    parser.add_argument("--stops", type=int, default=15, help="the first ones of the circuit")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        day = asyncio.run(
            live_through(
                Path(folder),
                given.seed,
                residents=given.residents,
                volunteers=given.volunteers,
                kills=given.kills,
                stops=given.stops,
            )
        )
    print(json.dumps(day.figures()))  # noqa: T201
    for each in day.wrong:
        print(each, file=sys.stderr)  # noqa: T201
    return 1 if day.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
