"""How long does a page of a list of orders take, and which index gives it?

python -m bench.lists [--quick] [--json]

A store of PostgreSQL with 100,000 orders of 300,000 lines (--quick: 20,000) is asked for pages of 50, for each sort
and filter, for the first page and for one in the middle of the list, and for the counts of the same filters. What is
timed is the whole answer of the route, in this process. Every statement on the orders is then explained: none may
read the whole table.
"""

import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.report import options, print_table
from services.requests.bootstrap import build
from services.requests.orders.domain.order import number_of, search_words
from services.requests.settings import RequestsSettings
from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged
from shared.kernel.ids import new_id
from tests.requests.township import EDITION
from tests.support.house import House, running_house
from tests.support.private import Playground, Postgres
from tests.support.tokens import EVERYTHING, bearer, trust

ORDERS, QUICK_ORDERS = 100_000, 20_000
PAGE, TURNS = 50, 11
WITHIN_MILLISECONDS = 100
STATES = {
    "closed": 55,
    "rated": 12,
    "cancelled": 6,
    "served": 5,
    "scheduled": 8,
    "accepted": 10,
    "submitted": 2,
    "draft": 1.5,
    "returned": 0.5,
}
"""In percent, after some years."""
PLACES = ("文化广场", "文化礼堂", "小学操场", "镇政府门口", "桥头路口", "老年活动中心", "菜市场")
FIRST, LAST = datetime(2012, 1, 1, tzinfo=UTC), datetime(2014, 12, 31, tzinfo=UTC)

SORTS = [
    f"{sign}{sort}" for sort in ("created", "submitted", "township", "state") for sign in ("", "-")
]
FILTERS: Mapping[str, dict[str, Any]] = {
    "none": {},
    "state": {"state": "submitted"},
    "rare state": {"state": "returned"},
    "states": {"state": ["submitted", "returned", "accepted"]},
    "most states": {"state": ["closed", "rated", "served"]},
    "campaign": {"campaign_id": "campaign-7"},
    "township": {"township_code": "330381000011"},
    "days": {"from_on": "2013-03-01", "to_on": "2013-03-07"},
    "a year": {"from_on": "2013-01-01", "to_on": "2013-12-31"},
    "number": {"number": "2013-0100"},
    "q number": {"q": "2013-01"},
    "q place": {"q": "桥头"},
    "q rare place": {"q": "3407号"},
    "q township": {"q": "第11镇"},
    "q item": {"q": "义诊"},
    "q nothing": {"q": "没有这个"},
    "campaign, state": {"campaign_id": "campaign-3", "state": "accepted"},
    "township, states, year": {
        "township_code": "330381000020",
        "state": ["closed", "rated"],
        "from_on": "2013-01-01",
        "to_on": "2013-12-31",
    },
    "q, state, campaign": {"q": "广场", "state": "closed", "campaign_id": "campaign-1"},
}


def fill(url: str, orders: int) -> None:
    """Stores orders of three years, as the service would."""
    chance = random.Random(7)
    items = [item.item_code for item in EDITION.items]
    states, weights = list(STATES), list(STATES.values())
    step = (LAST - FIRST) / orders
    running: dict[int, int] = {}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        columns = (
            "id, number, township_code, edition_id, campaign_id, place, wished_on, ruled_out_on, priority, state,"
            " created_at, submitted_at, history, search_words, event_seq, version"
        )
        lines = []
        with cursor.copy(f"COPY service_order ({columns}) FROM STDIN") as copy:
            for number in range(orders):
                made_at = FIRST + number * step
                running[made_at.year] = running.get(made_at.year, 0) + 1
                state = chance.choices(states, weights)[0]
                place = f"第{chance.randrange(40)}村{chance.choice(PLACES)}{number // 7}号"
                order_id, wanted = new_id(), chance.sample(items, 3)
                handed_in = made_at + timedelta(hours=chance.randrange(200))
                copy.write_row(
                    (
                        order_id,
                        number_of(made_at.year, running[made_at.year]),
                        f"3303810000{chance.randrange(40):02}",
                        EDITION.edition_id,
                        f"campaign-{chance.randrange(10)}",
                        place,
                        "[]",
                        "[]",
                        3,
                        state,
                        made_at,
                        None if state == "draft" else handed_in,
                        "[]",
                        Jsonb(search_words(place, wanted)),
                        0,
                        1,
                    )
                )
                lines += [(new_id(), order_id, nth, code) for nth, code in enumerate(wanted)]
        columns = (
            "id, order_id, position, item_code, name, name_en, volunteers_needed,"
            " expected_attendance, state, revision"
        )
        with cursor.copy(f"COPY order_line ({columns}) FROM STDIN") as copy:
            for line in lines:
                copy.write_row((*line, "义诊", "", 2, 80, "waiting", 0))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@asynccontextmanager
async def filled_house(url: str, orders: int) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await house.hear(f"edition:{EDITION.edition_id}", EDITION)
        for number in range(40):
            code = f"3303810000{number:02}"
            named = TownshipChanged(
                code=code, name=f"第{number}镇", name_en="", centre=Point(lat=27.8, lon=120.6)
            )
            await house.hear(f"township:{code}", named)
        await asyncio.to_thread(fill, url, orders)
        yield house


class Statements:
    """The statements on orders that an engine runs while it is listened to."""

    def __init__(self, engine: Engine) -> None:
        self.found: dict[tuple[str, str], Any] = {}
        event.listen(engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if "FROM service_order" in statement:
            self.found[statement, repr(given)] = given


def whole_reads(url: str, statements: Mapping[tuple[str, str], Any]) -> list[str]:
    """Of these statements the plans that read all orders one by one."""
    found = []
    with psycopg.connect(url) as connection:
        for (statement, _), given in statements.items():
            plan = connection.execute(f"EXPLAIN {statement}".encode(), given).fetchall()
            if any("Seq Scan on service_order" in line for (line,) in plan):
                found.append("\n".join(line for (line,) in plan))
    return found


async def timed(house: House, path: str, params: Mapping[str, Any]) -> tuple[list[float], Any]:
    times, answer = [], None
    signed_in = bearer(*EVERYTHING)
    for _ in range(TURNS):
        began = time.perf_counter()
        answer = await house.client.get(path, params=dict(params), headers=signed_in)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
    return times, answer.json() if answer else None


def row_of(name: str, times: list[float]) -> list[object]:
    times = sorted(times)
    p95 = times[int(0.95 * (len(times) - 1))]
    return [name, f"{statistics.median(times):.1f}", f"{p95:.1f}"]


async def measure(url: str, orders: int) -> tuple[list[list[object]], list[str]]:
    rows, whole = [], []
    async with filled_house(url, orders) as house:
        heard = Statements(house.services["requests"].database.engine.sync_engine)
        for (name, filters), sort in itertools.product(FILTERS.items(), SORTS):
            heard.found.clear()
            query = {**filters, "sort": sort, "limit": PAGE}
            times, page = await timed(house, "/api/requests/orders", query)
            rows.append(row_of(f"{name}, by {sort}", times))
            if page["next_after"]:
                again = query | {"after": page["next_after"]}
                times, _ = await timed(house, "/api/requests/orders", again)
                rows.append(row_of(f"{name}, by {sort}, next page", times))
            plans = whole_reads(url, heard.found)
            whole += [f"{name}, by {sort}:\n{plan}" for plan in plans]
        for name, filters in FILTERS.items():
            times, _ = await timed(house, "/api/requests/orders/counts", filters)
            rows.append(row_of(f"{name}, counts", times))
    return rows, whole


def main() -> None:
    given = options(__doc__, "lists").parse_args()
    orders = QUICK_ORDERS if given.quick else ORDERS
    trust()
    playground = Playground()
    try:
        postgres = Postgres(playground)
        postgres.start()
        rows, whole = asyncio.run(measure(f"{postgres.url}?sslmode=disable", orders))
    finally:
        playground.close()
    heads = [f"{orders:,} orders", "p50 ms", "p95 ms"]
    slow = [row for row in rows if float(str(row[2])) > WITHIN_MILLISECONDS]
    if given.json:
        result = {"orders": orders, "rows": rows, "slow": slow, "whole_reads": whole}
        print(json.dumps(result, ensure_ascii=False))
    else:
        print_table("lists of orders", heads, rows)
        print_table(f"above {WITHIN_MILLISECONDS} ms", heads, slow)
    for each in whole:
        print(f"reads the whole table: {each}", file=sys.stderr)
    sys.exit(1 if whole else 0)


if __name__ == "__main__":
    main()
