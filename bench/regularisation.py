"""How well does regularisation tell what a township needs again and again from what it does not?

python -m bench.regularisation [--quick] [--json] [--lines N]

The service's own daily work runs once a week over a synthetic year that begins with the circuit of 2014 (--quick:
once in four weeks), on a store of SQLite, for three seeds; then over three years without any need that comes back. A
proposal counts as right if its pair was planted. What is planted and what is not is drawn by ``bench.synthetic_year``,
which knows nothing of the rule.

With --lines it is timed instead: the daily work on a store of PostgreSQL with so many order lines of three years, of
which every township has each item every few days, so that no pair is left unread; then once more with nothing new.
"""

import asyncio
import json
import statistics
import tempfile
import time as clocks
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from bench.lists import filled_house
from bench.queries import LINES_OF_AN_ORDER, STATES, give_fates
from bench.report import options, print_table
from bench.synthetic_year import DAYS, Visit, Wish, Year, synthetic_year
from services.requests.bootstrap import build
from services.requests.orders.tables import (
    last_served,
    order_line,
    service_month,
    service_order,
)
from services.requests.orders.use_cases.counting import note_open_lines
from services.requests.ratings.tables import resident_rating
from services.requests.regularisation.domain.rule import CADENCE_DAYS, Thresholds
from services.requests.regularisation.queries import find_regular
from services.requests.regularisation.tables import booth_queue, recurrence_proposal
from services.requests.regularisation.use_cases import look_for_regular
from services.requests.settings import RequestsSettings
from services.requests.wishes.tables import wish, wish_group
from shared.cache.memory import MemoryCache
from shared.messaging.memory import MemoryBroker
from shared.service import Service
from tests.support.clock import PlayedClock
from tests.support.private import Playground, Postgres
from tests.support.schema import bring_up
from tests.support.tokens import trust

SEEDS = (1, 2, 3)
WEEK, FOUR_WEEKS = 7, 28


@dataclass(frozen=True, slots=True)
class Outcome:
    """``right`` proposals of planted pairs among all ``proposed``; ``median_day`` is that of the right ones.
    ``cadence`` and ``size``: the share of the right ones with the planted cadence, and with the planted size within
    a quarter."""

    seed: int
    planted: int
    pairs: int
    proposed: int
    right: int
    cadence: float | None
    size: float | None
    median_day: int | None

    @property
    def precision(self) -> float | None:
        return self.right / self.proposed if self.proposed else None

    @property
    def recall(self) -> float | None:
        return self.right / self.planted if self.planted else None


async def evaluate(seed: int, *, empty: bool, every: int, folder: Path) -> Outcome:
    """Lives through the year, looking for regular needs every so many days."""
    year = synthetic_year(seed, empty=empty)
    clock = PlayedClock(datetime.combine(year.begins_on, time(1), UTC))
    settings = RequestsSettings(
        database_url=f"sqlite:///{folder}/requests-{seed}-{empty}.db",
        vault_keys_file=folder / "vault_keys.json",
        vault_keys_create=True,
        files_url=(folder / "files").as_uri(),
    )
    limits = Thresholds(lapse_days=DAYS, most_a_day=len(year.townships) * len(year.items))
    # It is not started, so that its own daily work does not run beside this.
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=clock)
    await bring_up(service.migrations, service.database)
    try:
        for day in range(every, DAYS + every, every):
            today = year.begins_on + timedelta(days=day)
            before = today - timedelta(days=every)
            await _live(service, year, before, today)
            clock.now = datetime.combine(today, time(1), UTC)
            await look_for_regular(service.uow, limits)
        async with service.uow.reading() as session:
            made = (await session.execute(select(recurrence_proposal))).all()
    finally:
        await service.database.close()
    return _outcome(seed, year, made)


async def _live(service: Service, year: Year, first: date, end: date) -> None:
    """Stores what happens from ``first`` to the day before ``end``. What is ordered then and has a day later has it
    already, as a plan that was published."""
    visits = [
        each
        for each in year.visits
        if first <= each.ordered_on < end or (first == year.begins_on and each.ordered_on < first)
    ]
    done = [each for each in year.visits if each.on is not None and first <= each.on < end]
    wishes = [each for each in year.wishes if first <= each.on < end]
    async with service.database.writing() as session:
        if visits:
            await session.execute(insert(service_order), [_order(each) for each in visits])
            await session.execute(insert(order_line), [_line(each) for each in visits])
        for each in done:
            served = order_line.c.id == _key(each)
            values = {"state": "served", "served": each.residents, "score": each.score}
            await session.execute(order_line.update().where(served).values(values))
        if queues := [_queue(each) for each in done if each.queue is not None]:
            await session.execute(insert(booth_queue), queues)
        if ratings := [row for each in done for row in _ratings(each)]:
            await session.execute(insert(resident_rating), ratings)
        if wishes:
            await session.execute(insert(wish_group), [_group(each) for each in wishes])
            numbered = [_wish(each, year.wishes.index(each) + 1) for each in wishes]
            await session.execute(insert(wish), numbered)
        await session.execute(service_month.delete())
        if counted := _counted(
            [each for each in year.visits if each.on is not None and each.on < end]
        ):
            await session.execute(insert(service_month), counted)
        await session.execute(last_served.delete())
        await session.execute(
            text(
                "INSERT INTO last_served SELECT township_code, item_code, MAX(last_on)"
                " FROM service_month GROUP BY 1, 2"
            )
        )
        while await note_open_lines(session, datetime.now(UTC)):
            await session.flush()


def _key(each: Visit) -> str:
    return f"{each.township[3:9]}-{each.item[:16]}-{each.needed_on.isoformat()}"


def _order(each: Visit) -> dict[str, Any]:
    at = datetime.combine(each.ordered_on, time(2), UTC)
    return {
        "id": _key(each),
        "number": "",
        "township_code": each.township,
        "edition_id": "2014-summer",
        "campaign_id": "hongqiyue-2014",
        "place": "文化广场",
        "wished_on": [],
        "ruled_out_on": [],
        "priority": 3,
        "state": "accepted" if each.on is None else "scheduled",
        "created_at": at,
        "submitted_at": at,
        "ordered_on": each.ordered_on,
        "history": [],
        "search_words": [],
        "event_seq": 0,
        "version": 1,
    }


def _line(each: Visit) -> dict[str, Any]:
    return {
        "id": _key(each),
        "order_id": _key(each),
        "position": 0,
        "item_code": each.item,
        "name": each.item,
        "name_en": each.item,
        "volunteers_needed": 3,
        "expected_attendance": each.residents,
        "state": "unserved" if each.on is None else "scheduled",
        "revision": 1,
        "team_code": None if each.on is None else f"team-{each.item[:20]}",
        "on": each.on,
        "part": None if each.on is None else "morning",
        "stop_id": None if each.on is None else _key(each),
    }


def _queue(each: Visit) -> dict[str, Any]:
    longest, minutes, left = each.queue or (0, 0, 0)
    return {
        "assignment_id": _key(each),
        "stop_id": _key(each),
        "township_code": each.township,
        "team_code": f"team-{each.item[:20]}",
        "item_code": each.item,
        "on": each.on,
        "arrived": each.residents + left,
        "served": each.residents,
        "longest": longest,
        "mean_wait_minutes": minutes,
    }


def _ratings(each: Visit) -> list[dict[str, Any]]:
    assert each.on is not None
    return [
        {
            "id": f"{_key(each)}-{number}"[-36:],
            "assignment_id": _key(each),
            "order_id": _key(each),
            "township_code": each.township,
            "team_code": f"team-{each.item[:20]}",
            "item_code": each.item,
            "item_name": each.item,
            "item_name_en": each.item,
            "score": score,
            "rated_on": each.on,
            "rated_at": datetime.combine(each.on, time(2), UTC),
            "device": f"{_key(each)}-{number}",
            "state": "shown",
            "event_seq": 0,
            "version": 1,
        }
        for number, score in enumerate(each.residents_scores)
    ]


def _group(each: Wish) -> dict[str, Any]:
    return {
        "id": f"{each.township}-{each.item}"[-36:],
        "state": "matched",
        "item_code": each.item,
        "event_seq": 0,
        "version": 1,
    }


def _wish(each: Wish, number: int) -> dict[str, Any]:
    group = _group(each)["id"]
    return {
        "id": group,
        "number": number,
        "township_code": each.township,
        "came_by": "phone",
        "what": "希望常来",
        "residents": each.residents,
        "said_at": datetime.combine(each.on, time(2), UTC),
        "group_id": group,
        "is_confirmed": True,
        "state": "matched",
        "event_seq": 0,
        "version": 1,
    }


def _counted(visits: Sequence[Visit]) -> list[dict[str, Any]]:
    """What the service counts by month."""
    found: dict[tuple[str, str, date], list[Visit]] = defaultdict(list)
    for each in visits:
        assert each.on is not None
        found[each.township, each.item, each.on.replace(day=1)].append(each)
    return [
        {
            "campaign_id": "hongqiyue-2014",
            "township_code": township,
            "item_code": item,
            "month": month,
            "services": len(its),
            "residents": sum(each.residents for each in its),
            "last_on": max(each.on for each in its if each.on is not None),
            **{f"rated_{score}": sum(each.score == score for each in its) for score in range(1, 6)},
        }
        for (township, item, month), its in found.items()
    ]


def _outcome(seed: int, year: Year, made: Sequence[Any]) -> Outcome:
    first: dict[tuple[str, str], Any] = {}
    for row in sorted(made, key=lambda row: row.proposed_on):
        first.setdefault((row.township_code, row.item_code), row)
    right = {pair: row for pair, row in first.items() if pair in year.truth}
    periods = {pair: CADENCE_DAYS[row.cadence] for pair, row in right.items()}
    same = [abs(periods[pair] - year.truth[pair][0]) <= 1 for pair in right]
    sized = [abs(row.residents / year.truth[pair][1] - 1) <= 0.25 for pair, row in right.items()]
    days = [(row.proposed_on - year.begins_on).days for row in right.values()]
    return Outcome(
        seed=seed,
        planted=len(year.truth),
        pairs=len(year.townships) * len(year.items),
        proposed=len(first),
        right=len(right),
        cadence=statistics.fmean(same) if same else None,
        size=statistics.fmean(sized) if sized else None,
        median_day=round(statistics.median(days)) if days else None,
    )


async def outcomes(seeds: Sequence[int], every: int) -> dict[str, list[Outcome]]:
    found: dict[str, list[Outcome]] = {}
    for name, empty in (("planted", False), ("empty", True)):
        with tempfile.TemporaryDirectory(prefix="regularisation-") as folder:
            found[name] = [
                await evaluate(seed, empty=empty, every=every, folder=Path(folder))
                for seed in seeds
            ]
    return found


async def timed_on(url: str, lines: int) -> list[list[object]]:
    """How long the daily work takes on a store with so many lines, on three days that follow each other."""
    rows: list[list[object]] = []
    async with filled_house(url, -(-lines // LINES_OF_AN_ORDER), STATES) as house:
        await asyncio.to_thread(give_fates, url)
        uow = house.uow("requests")
        for day in ("first day", "the same day again"):
            began = clocks.perf_counter()
            proposed = await look_for_regular(uow, Thresholds())
            rows.append([day, proposed, f"{clocks.perf_counter() - began:.2f}"])
        began = clocks.perf_counter()
        async with uow.reading() as session:
            found = await find_regular(session, uow.today(), Thresholds())
        rows.append(
            ["all that could be proposed", len(found), f"{clocks.perf_counter() - began:.2f}"]
        )
    return rows


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.0f} %"


def _time_it(lines: int) -> None:
    trust()
    playground = Playground()
    try:
        postgres = Postgres(playground)
        postgres.start()
        rows = asyncio.run(timed_on(f"{postgres.url}?sslmode=disable", lines))
    finally:
        playground.close()
    print_table("regularisation", [f"{lines:,} lines", "proposals", "seconds"], rows)


def main() -> None:
    parser = options(__doc__, "regularisation")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(SEEDS))
    parser.add_argument("--lines", type=int, help="times the daily work with so many lines")
    given = parser.parse_args()
    if given.lines:
        _time_it(given.lines)
        return
    every = FOUR_WEEKS if given.quick else WEEK
    found = asyncio.run(outcomes(given.seeds, every))
    if given.json:
        print(json.dumps({name: [asdict(each) for each in its] for name, its in found.items()}))
        return
    rows = [
        [
            name,
            each.seed,
            each.pairs,
            each.planted,
            each.proposed,
            each.right,
            _percent(each.precision),
            _percent(each.recall),
            _percent(each.cadence),
            _percent(each.size),
            each.median_day or "",
        ]
        for name, its in found.items()
        for each in its
    ]
    heads = [
        *("year", "seed", "pairs", "planted", "proposed", "right", "precision", "recall"),
        *("cadence", "size", "median day"),
    ]
    print_table("regularisation", heads, rows)


if __name__ == "__main__":
    main()
