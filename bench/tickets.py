"""What does a queue of 10,000 tickets cost whoever draws, calls and looks at it?

python -m bench.tickets [--quick] [--json]

One booth's queue on PostgreSQL (--quick: 1,000 tickets), once with all of its tickets waiting, as no half-day can
bring, and once as it is at the end of a day on which all but fifty were served. What is timed is the whole answer of
each route, in this process: a steward draws and calls, residents look at the sign's page and at their ticket's, and
the display on the wall asks again.
"""

import asyncio
import json
import re
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import psycopg

from bench.report import options, print_table
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, house_with
from tests.dispatch.tickets.booth import LEADER, Booth
from tests.support import keys
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.private import Playground, Postgres
from tests.support.tokens import trust

TICKETS, QUICK_TICKETS = 10_000, 1_000
STILL_WAIT = 50
TURNS = 41
PLACES = 3

FILL = """
INSERT INTO ticket (id, assignment_id, number, token, came_by, priority, rank, drawn_at, state, calls, place,
  first_called_at, called_at, ended_at)
SELECT 'ticket-' || n, %(booth)s, n, 'token-' || lpad(n::text, 16, '0'), 'page', n %% 12 = 0, n, %(at)s,
  CASE WHEN n <= %(served)s THEN 'served' ELSE 'waiting' END, (n <= %(served)s)::int,
  CASE WHEN n <= %(served)s THEN 1 END, CASE WHEN n <= %(served)s THEN %(at)s END,
  CASE WHEN n <= %(served)s THEN %(at)s END, CASE WHEN n <= %(served)s THEN %(at)s + interval '5 minutes' END
FROM generate_series(1, %(tickets)s) AS n
"""


def fill(url: str, booth: str, tickets: int, served: int, at: datetime) -> None:
    given = {"booth": booth, "tickets": tickets, "served": served, "at": at}
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FILL.encode(), given)
        connection.execute(
            "UPDATE booth_queue SET last_number = %(tickets)s, last_rank = %(tickets)s", given
        )
        connection.execute("VACUUM ANALYZE ticket")


async def timed(ask: Callable[[], Awaitable[httpx.Response]]) -> tuple[float, float]:
    """Milliseconds: the median, and what one of twenty takes longer than."""
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = await ask()
        times.append((time.perf_counter() - began) * 1000)
        assert answer.is_success, answer.text
    return statistics.median(times), sorted(times)[int(0.95 * (TURNS - 1))]


async def opened(house: House) -> Booth:
    plan = await desk.published_plan(house, GAOLOU)
    stop = plan["stops"][0]
    for each in stop["assignments"]:
        await desk.accept(house, each)
    await desk.ask(house, "POST", f"/stops/{stop['id']}/start", {})
    mine = next(each for each in stop["assignments"] if each["team_code"] == "health")
    booth = Booth(house, stop["id"], mine["id"])
    await booth.open(PLACES)
    return booth


async def measure(url: str, tickets: int, served: int) -> dict[str, tuple[float, float]]:
    clock = PlayedClock(datetime(2014, 6, 27, 0, tzinfo=UTC))
    async with house_with(url, ListPlanner(), clock) as house:
        booth = await opened(house)
        await asyncio.to_thread(fill, url, booth.id, tickets, served, clock.now)
        queue = f"/queues/{booth.id}"
        signs = await house.client.get(f"/api/dispatch/stops/{booth.stop}/queues", headers=LEADER)
        wall = "/api/dispatch" + re.sub("^.*(?=/public/)", "", signs.json()["display_url"])
        page = f"/api/dispatch/public/tickets/token-{tickets:016}"
        finished: dict[str, Any] = {"calling": None}

        async def call() -> httpx.Response:
            body = {"place": 1, "finished": finished["calling"]}
            answer = await booth.steward(f"{queue}/next", body)
            finished["calling"] = answer.json()["at_places"][0]["calling"]
            return answer

        draw = partial(
            booth.steward, f"{queue}/tickets", {"priority": False}, confirm="queue_is_full"
        )
        asked: dict[str, Callable[[], Awaitable[httpx.Response]]] = {
            "a steward draws a ticket": draw,
            "a steward calls the next one": call,
            "the steward's page": partial(
                house.client.get, f"/api/dispatch{queue}", headers=LEADER
            ),
            "the sign's page": partial(booth.look, await booth.link()),
            "the last ticket's page": partial(booth.look, page),
            "the display on the wall": partial(booth.look, wall),
        }
        return {name: await timed(ask) for name, ask in asked.items()}


def main() -> None:
    given = options(__doc__, "tickets").parse_args()
    tickets = QUICK_TICKETS if given.quick else TICKETS
    trust()
    keys.use()
    found = []
    for served in (tickets - STILL_WAIT, 0):
        playground = Playground()
        try:
            postgres = Postgres(playground)
            postgres.start()
            url = f"{postgres.url}?sslmode=disable"
            found.append(asyncio.run(measure(url, tickets, served)))
        finally:
            playground.close()
    rows = [
        [name, *(f"{figure:.1f}" for figures in found for figure in figures[name])]
        for name in found[0]
    ]
    heads = ["ms", f"{STILL_WAIT} wait: p50", "p95", f"{tickets:,} wait: p50", "p95"]
    if given.json:
        print(json.dumps({"tickets": tickets, "rows": rows}))
    else:
        print_table(f"a queue of {tickets:,} tickets", heads, rows)


if __name__ == "__main__":
    main()
