"""How long does a page of a list of orders take, and which index gives it?

python -m bench.lists [--quick] [--json]

A store of PostgreSQL with 100,000 orders of 300,000 lines (--quick: 20,000) is asked for pages of 50, for each sort
and filter, for the first page and for one in the middle of the list, and for the counts of the same filters. What is
timed is the whole answer of the route, in this process. Every statement on the orders is then explained, and the
indexes that it reads stand beside its times. It fails where one reads the whole table, or no index.
"""

import asyncio
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
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
from shared.db.engine import STARTUP_OPTIONS
from shared.kernel.ids import new_id
from tests.requests.township import EDITION, JULY
from tests.support.house import House, running_house
from tests.support.private import Playground, Postgres
from tests.support.tokens import EVERYTHING, bearer, trust

ORDERS, QUICK_ORDERS = 100_000, 20_000
PAGE, TURNS = 50, 11
CAMPAIGNS = 10
"""One after the other, so that each one's orders lie together in a list by age."""
EDITIONS = 5
"""As the campaigns."""
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
ITEMS = (
    *(("clinic", "健康义诊"), ("law-advice", "法律咨询"), ("appliances", "家电维修")),
    *((f"item-{number}", f"第{number}项服务") for number in range(19)),
)
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
    "edition": {"edition_id": "edition-3"},
    "edition, item": {"edition_id": "edition-3", "item_code": "clinic"},
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


def fill(url: str, orders: int, shares: Mapping[str, float] = STATES) -> None:
    """Stores orders of three years, as the service would."""
    chance = random.Random(7)
    items = [code for code, _ in ITEMS]
    states, weights = list(shares), list(shares.values())
    step = (LAST - FIRST) / orders
    running: dict[int, int] = {}
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        columns = (
            "id, number, township_code, edition_id, campaign_id, place, wished_on, ruled_out_on, priority, state,"
            " created_at, submitted_at, ordered_on, history, search_words, event_seq, version"
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
                        f"edition-{number * EDITIONS // orders}",
                        f"campaign-{number * CAMPAIGNS // orders}",
                        place,
                        "[]",
                        "[]",
                        3,
                        state,
                        made_at,
                        None if state == "draft" else handed_in,
                        None if state == "draft" else handed_in.date(),
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
async def filled_house(
    url: str, orders: int, shares: Mapping[str, float] = STATES
) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=url)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        dish = EDITION.items[0]
        menu = tuple(
            dish.model_copy(update={"item_code": code, "name": name, "name_en": ""})
            for code, name in ITEMS
        )
        edition = EDITION.model_copy(update={"items": menu})
        await house.hear(f"edition:{EDITION.edition_id}", edition)
        for number in range(40):
            code = f"3303810000{number:02}"
            named = TownshipChanged(
                code=code, name=f"第{number}镇", name_en="", centre=Point(lat=27.8, lon=120.6)
            )
            await house.hear(f"township:{code}", named)
        for number in range(CAMPAIGNS):
            campaign = JULY.model_copy(update={"campaign_id": f"campaign-{number}"})
            await house.hear(f"campaign:{campaign.campaign_id}", campaign)
        await asyncio.to_thread(fill, url, orders, shares)
        yield house


Statements = dict[tuple[str, str], Any]
"""The parameters of statements, by their text and what the parameters look like."""


@contextmanager
def statements_on_orders() -> Iterator[Statements]:
    """What any engine asks the store about orders meanwhile: a store has one for reading and one for writing."""
    found: Statements = {}

    def note(_c: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        if "FROM service_order" in statement and not statement.startswith("EXPLAIN"):
            found[statement, repr(given)] = given

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@dataclass(frozen=True)
class Plans:
    """How statements are carried out: which indexes they read, and the plans that read none, or the whole table."""

    indexes: list[str]
    wrong: list[str]


def explained(url: str, statements: Statements, settings: str = STARTUP_OPTIONS) -> Plans:
    indexes: set[str] = set()
    wrong = []
    with psycopg.connect(url, options=settings) as connection:
        for (statement, _), given in statements.items():
            found = connection.execute(f"EXPLAIN (FORMAT JSON) {statement}".encode(), given)
            ((plan,),) = found.fetchall()
            nodes = list(nodes_of(plan[0]["Plan"]))
            names = {node["Index Name"] for node in nodes if "Index Name" in node}
            indexes |= names
            whole = any(
                node["Node Type"] == "Seq Scan" and node["Relation Name"] == "service_order"
                for node in nodes
            )
            if whole or not names:
                wrong.append(json.dumps(plan[0]["Plan"], ensure_ascii=False))
    return Plans(sorted(indexes), wrong)


def nodes_of(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes_of(part)


async def timed(
    house: House, path: str, params: Mapping[str, Any], *, turns: int = TURNS
) -> tuple[list[float], Any]:
    """Gives the milliseconds of each turn, and the last answer."""
    times, answer = [], None
    signed_in = bearer(*EVERYTHING)
    for _ in range(turns):
        began = time.perf_counter()
        answer = await house.client.get(path, params=dict(params), headers=signed_in)
        times.append((time.perf_counter() - began) * 1000)
        assert answer.status_code == 200, answer.text
    return times, answer.json() if answer else None


class Measured:
    """The rows of the table as they come, and what is wrong with them."""

    def __init__(self, house: House, url: str) -> None:
        self.rows: list[list[object]] = []
        self.wrong: list[str] = []
        self._house, self._url = house, url

    async def ask(self, name: str, path: str, params: Mapping[str, Any]) -> Any:
        with statements_on_orders() as heard:
            times, answer = await timed(self._house, path, params)
        plans = explained(self._url, heard)
        self.wrong += [f"{name}: {plan}" for plan in plans.wrong]
        times = sorted(times)
        p95 = times[int(0.95 * (len(times) - 1))]
        names = ", ".join(each.removeprefix("ix_service_order_") for each in plans.indexes)
        self.rows.append([name, f"{statistics.median(times):.1f}", f"{p95:.1f}", names or "none"])
        return answer


async def measure(url: str, orders: int) -> Measured:
    async with filled_house(url, orders) as house:
        measured = Measured(house, url)
        for (name, filters), sort in itertools.product(FILTERS.items(), SORTS):
            query = {**filters, "sort": sort, "limit": PAGE}
            page = await measured.ask(f"{name}, by {sort}", "/api/requests/orders", query)
            if page["next_after"]:
                again = query | {"after": page["next_after"]}
                await measured.ask(f"{name}, by {sort}, next page", "/api/requests/orders", again)
        for name, filters in FILTERS.items():
            await measured.ask(f"{name}, counts", "/api/requests/orders/counts", filters)
        return measured


def main() -> None:
    given = options(__doc__, "lists").parse_args()
    orders = QUICK_ORDERS if given.quick else ORDERS
    trust()
    playground = Playground()
    try:
        postgres = Postgres(playground)
        postgres.start()
        measured = asyncio.run(measure(f"{postgres.url}?sslmode=disable", orders))
    finally:
        playground.close()
    heads = [f"{orders:,} orders", "p50 ms", "p95 ms", "indexes"]
    rows, wrong = measured.rows, measured.wrong
    slow = [row for row in rows if float(str(row[2])) > WITHIN_MILLISECONDS]
    if given.json:
        result = {"orders": orders, "rows": rows, "slow": slow, "without_index": wrong}
        print(json.dumps(result, ensure_ascii=False))
    else:
        print_table("lists of orders", heads, rows)
        print_table(f"above {WITHIN_MILLISECONDS} ms", heads, slow)
    for each in wrong:
        print(f"reads no index, or the whole table: {each}", file=sys.stderr)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
