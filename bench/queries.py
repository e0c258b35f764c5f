"""How long do the ledger, the board and a campaign's figures take with a million lines?

python -m bench.queries [--quick] [--json]

A store of PostgreSQL with 333,334 orders of a million lines from three years (--quick: a tenth of it), of which two in
a hundred are not over yet, is asked for the coverage ledger, for the board of orders, and for the figures of a
campaign. What is timed is the whole answer of the route, in this process. Beside it stands the aggregate over all
lines that one would write instead of counting by month, timed in the store alone.
"""

import asyncio
import json
import statistics
import sys
import time
from datetime import date
from typing import Any

import psycopg

from bench.lists import CAMPAIGNS, filled_house, timed
from bench.report import options, print_table
from shared.db.engine import STARTUP_OPTIONS
from tests.support.private import Playground, Postgres
from tests.support.tokens import trust

LINES, QUICK_LINES = 1_000_000, 100_000
LINES_OF_AN_ORDER = 3
TURNS = 101
"""Enough that a twentieth of them are more than the first, for which everything is still cold."""
WITHIN_MILLISECONDS = 50
STATES = {
    "closed": 90,
    "cancelled": 6,
    "rated": 1,
    "served": 1,
    "scheduled": 0.8,
    "accepted": 0.8,
    "submitted": 0.2,
    "draft": 0.1,
    "returned": 0.1,
}
"""In percent: what is open after three years is what the last weeks brought."""

FATES = """
UPDATE order_line SET
  state = CASE WHEN service_order.state IN ('closed', 'rated', 'served') THEN 'served'
    WHEN service_order.state = 'cancelled' THEN 'cancelled'
    WHEN service_order.state = 'scheduled' THEN 'scheduled'
    WHEN service_order.state = 'accepted' AND position = 2 THEN 'unserved' ELSE 'waiting' END,
  "on" = CASE WHEN service_order.state IN ('closed', 'rated', 'served', 'scheduled')
    THEN CAST(created_at AS DATE) + 7 END,
  served = CASE WHEN service_order.state IN ('closed', 'rated', 'served') THEN 20 + 40 * position END,
  score = CASE WHEN service_order.state IN ('closed', 'rated') THEN 2 + position END,
  unserved_reason = CASE WHEN service_order.state = 'accepted' AND position = 2
    THEN 'unserved.no_free_team' END
FROM service_order WHERE service_order.id = order_line.order_id
"""
OPEN_LINES = """
UPDATE order_line SET
  township_code = service_order.township_code, campaign_id = service_order.campaign_id,
  ordered_on = service_order.ordered_on
FROM service_order WHERE service_order.id = order_line.order_id
  AND order_line.state IN ('waiting', 'scheduled', 'unserved')
  AND service_order.state IN ('submitted', 'accepted', 'scheduled', 'served', 'rated')
"""
COUNTS = """
INSERT INTO service_month
SELECT service_order.campaign_id, service_order.township_code, item_code,
  CAST(date_trunc('month', "on") AS DATE), COUNT(*), SUM(served), MAX("on"),
  COUNT(*) FILTER (WHERE score = 1), COUNT(*) FILTER (WHERE score = 2), COUNT(*) FILTER (WHERE score = 3),
  COUNT(*) FILTER (WHERE score = 4), COUNT(*) FILTER (WHERE score = 5)
FROM order_line JOIN service_order ON service_order.id = order_id WHERE order_line.state = 'served' GROUP BY 1, 2, 3, 4
"""
LAST = """
INSERT INTO last_served SELECT township_code, item_code, MAX(last_on) FROM service_month GROUP BY 1, 2
"""
INSTEAD = {
    "ledger": """
SELECT service_order.township_code, item_code, MAX("on"), COUNT(*) FILTER (WHERE "on" >= %(since)s), SUM(served)
FROM order_line JOIN service_order ON service_order.id = order_id WHERE order_line.state = 'served' GROUP BY 1, 2
""",
    "campaign's figures": """
SELECT service_order.township_code, item_code, COUNT(*), SUM(served), AVG(score)
FROM order_line JOIN service_order ON service_order.id = order_id
WHERE order_line.state = 'served' AND service_order.campaign_id = %(campaign)s GROUP BY 1, 2
""",
}
CAMPAIGN = f"campaign-{CAMPAIGNS - 1}"
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "ledger": ("/api/requests/coverage", {}),
    "board": ("/api/requests/orders", {"state": "submitted", "limit": 50}),
    "board, counts": ("/api/requests/orders/counts", {"campaign_id": CAMPAIGN}),
    "campaign's figures": (f"/api/requests/campaigns/{CAMPAIGN}/figures", {}),
    "campaign's figures, open data": (f"/api/requests/open/campaigns/{CAMPAIGN}/figures", {}),
}


def give_fates(url: str) -> None:
    """What became of every line, as its order's state says, and the counts of what was served."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(FATES)
        connection.execute(OPEN_LINES)
        connection.execute(COUNTS.encode())
        connection.execute(LAST)
        connection.execute("VACUUM FULL")
        connection.execute(
            "VACUUM ANALYZE"
        )  # which marks the pages that an index alone can answer for


def instead(url: str, name: str) -> float | None:
    """The median of the aggregate that one would write, in milliseconds; None where there is none."""
    if name not in INSTEAD:
        return None
    given = {"since": date(2013, 7, 1), "campaign": CAMPAIGN}
    times = []
    with psycopg.connect(url, options=STARTUP_OPTIONS) as connection:
        for _ in range(5):
            began = time.perf_counter()
            connection.execute(INSTEAD[name].encode(), given).fetchall()
            times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


async def measure(url: str, lines: int) -> list[list[object]]:
    rows: list[list[object]] = []
    orders = -(-lines // LINES_OF_AN_ORDER)
    async with filled_house(url, orders, STATES) as house:
        await asyncio.to_thread(give_fates, url)
        for name, (path, params) in ASKED.items():
            times, _ = await timed(house, path, params, turns=TURNS)
            median, p95 = statistics.median(times), sorted(times)[int(0.95 * (TURNS - 1))]
            other = await asyncio.to_thread(instead, url, name)
            ratio = "" if other is None else f"{other / median:.1f}"
            rows.append(
                [name, f"{median:.1f}", f"{p95:.1f}", f"{other:.0f}" if other else "", ratio]
            )
    return rows


def main() -> None:
    given = options(__doc__, "queries").parse_args()
    lines = QUICK_LINES if given.quick else LINES
    trust()
    playground = Playground()
    try:
        postgres = Postgres(playground)
        postgres.start()
        rows = asyncio.run(measure(f"{postgres.url}?sslmode=disable", lines))
    finally:
        playground.close()
    slow = [row[0] for row in rows if float(str(row[2])) > WITHIN_MILLISECONDS]
    heads = [f"{lines:,} lines", "p50 ms", "p95 ms", "aggregate over all lines, ms", "ratio"]
    if given.json:
        print(json.dumps({"lines": lines, "rows": rows, "slow": slow}))
    else:
        print_table("figures", heads, rows)
    if slow and not given.quick:
        sys.exit(f"above {WITHIN_MILLISECONDS} ms: {', '.join(map(str, slow))}")


if __name__ == "__main__":
    main()
