"""``diancai reconcile``: do the services agree? Compares every order with its assignments, stops and notices.

It reads the event logs alone, which are the truth, and nothing of the services' stores: so it finds what a lost or
doubled event would leave behind, and what a service decided against its own rules. :class:`Books` does no I/O.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from cli.client import Client, Json
from shared.contracts import PUBLISHERS

PAGE = 1000
CAUSES_FIRST = ("catalog", "requests", "dispatch", "notify")
"""The order in which the logs are read, so that nothing is read without its cause."""

PATIENCE_SECONDS = 5.0
"""How long listeners have for what was published just now."""

RULES = (
    "log.gap",
    "line.unknown",
    "line.twice",
    "line.after_cancellation",
    "line.no_report",
    "stop.unknown",
    "stop.cancelled",
    "team.twice",
    "notice.missing",
    "notice.twice",
    "listener.behind",
)
"""What can disagree; each is a label of the metric."""


@dataclass(frozen=True, slots=True, order=True)
class Disagreement:
    """``rule`` is one of RULES, ``about`` the stream at fault, ``detail`` says it in words."""

    rule: str
    about: str
    detail: str


@dataclass(slots=True)
class Order:
    """``at``: when it reached the state that follows from the log, by its own service."""

    township: str
    at: datetime
    state: str = "submitted"
    lines: dict[str, str] = field(default_factory=dict)  # line -> item


@dataclass(slots=True)
class Stop:
    township: str
    at: datetime
    state: str = "unknown"
    when: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Assignment:
    stop: str
    order: str
    line: str
    team: str
    at: datetime
    state: str = "offered"

    @property
    def is_live(self) -> bool:
        return self.state in ("offered", "accepted", "done")


class Books:
    """What the logs add up to. Each publisher's events are taken in the order of its log, once."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.orders: dict[str, Order] = {}
        self.stops: dict[str, Stop] = {}
        self.assignments: dict[str, Assignment] = {}
        self._sequences: dict[tuple[str, str], int] = {}
        self._gaps: list[Disagreement] = []
        self.notices: dict[tuple[str, str], set[str]] = defaultdict(
            set
        )  # (recipient, about) -> messages
        self._version = ""  # of the event that is being taken
        self._deliveries: Counter[tuple[str, str, str]] = Counter()  # (message, channel, version)
        self._plans: dict[str, str] = {}  # stop -> plan
        self._due: dict[tuple[str, str], list[datetime]] = defaultdict(
            list
        )  # (recipient, about) -> notices owed

    def take(self, event: Json) -> None:
        """One event as the feed gives it (CloudEvents JSON)."""
        publisher, name, version = event["type"].split(".")
        self.taken[publisher] += 1
        self._version = version
        self._number(publisher, event["subject"], int(event["sequence"]))
        if (handle := self._handlers.get(f"{publisher}.{name}")) and event["data"] is not None:
            handle(self, event["data"], datetime.fromisoformat(event["time"]), event["subject"])

    def disagreements(self, until: datetime) -> list[Disagreement]:
        """What disagrees, of all that was said before ``until``: what came later may be answered later."""
        found = {*self._gaps, *self._lines(until), *self._places(until), *self._told(until)}
        return sorted(found)

    def _number(self, publisher: str, stream: str, sequence: int) -> None:
        last = self._sequences.get((publisher, stream), 0)
        if sequence != last + 1:
            self._gaps.append(
                Disagreement(
                    "log.gap", stream, f"{publisher}'s log goes from number {last} to {sequence}"
                )
            )
        self._sequences[publisher, stream] = sequence

    # --- what events say ---------------------------------------------------------------------------
    def _ordered(self, data: Json, at: datetime, stream: str) -> None:
        self.orders[data["order_id"]] = Order(data["township_code"], at)
        self._owe("coordinator", stream, at)

    def _order_accepted(self, data: Json, at: datetime, stream: str) -> None:
        order = self.orders.setdefault(data["order_id"], Order(data["township_code"], at))
        order.state, order.at = "accepted", at
        order.lines = {line["line_id"]: line["item_code"] for line in data["lines"]}
        self._owe(f"township.{order.township}", stream, at)

    def _end_order(self, data: Json, at: datetime, stream: str, state: str) -> None:
        order = self.orders.setdefault(data["order_id"], Order(data["township_code"], at))
        order.state, order.at = state, at
        if state != "closed":
            self._owe(f"township.{order.township}", stream, at)
        if state == "cancelled":
            self._owe("coordinator", stream, at)

    def _stop_scheduled(self, data: Json, at: datetime, _stream: str) -> None:
        self._move(data, at, "planned")
        self._plans[f"stop:{data['stop_id']}"] = f"plan:{data['plan_id']}"
        self._owe(f"township.{data['township_code']}", f"plan:{data['plan_id']}", at, once=True)

    def _stop_changed(self, data: Json, at: datetime, _stream: str) -> None:
        self._move(data, at, "planned")

    def _stop_completed(self, data: Json, at: datetime, stream: str) -> None:
        self._move(data, at, "completed")
        self._owe(f"township.{data['township_code']}", stream, at, once=True)

    def _move(self, data: Json, at: datetime, state: str) -> None:
        stop = self.stops.setdefault(data["stop_id"], Stop(data["township_code"], at))
        stop.state, stop.at, stop.when = state, at, (data["on"], data["part"])

    def _team_assigned(self, data: Json, at: datetime, _stream: str) -> None:
        self.assignments[data["assignment_id"]] = Assignment(
            data["stop_id"], data["order_id"], data["line_id"], data["team_code"], at
        )
        self._owe(f"team.{data['team_code']}", f"plan:{data['plan_id']}", at, once=True)

    def _assignment_is(self, data: Json, at: datetime, state: str) -> None:
        found = self.assignments.get(data["assignment_id"])
        if found is None:
            found = self.assignments[data["assignment_id"]] = Assignment(
                data["stop_id"], data["order_id"], data["line_id"], data["team_code"], at
            )
        found.state, found.at = state, at

    def _delivered(self, data: Json, _at: datetime, _stream: str) -> None:
        # While a fact is published in two versions, each says it once.
        self._deliveries[data["message_id"], data["channel"], self._version] += 1
        if data["channel"] == "inbox":
            self.notices[data["recipient_id"], data["about"]].add(data["message_id"])
            plan = self._plans.get(data["about"])
            if plan is not None:  # whoever has one stop in a plan is told of the plan by that stop
                self.notices[data["recipient_id"], plan].add(data["message_id"])

    def _owe(self, recipient: str, about: str, at: datetime, *, once: bool = False) -> None:
        """A notice more, or at least one where several events may come in one (``once``)."""
        due = self._due[recipient, about]
        if not (once and due):
            due.append(at)

    _handlers: ClassVar[dict[str, Callable[["Books", Json, datetime, str], None]]] = {
        "requests.service_ordered": _ordered,
        "requests.order_accepted": _order_accepted,
        "requests.order_returned": lambda self, data, at, stream: self._end_order(
            data, at, stream, "returned"
        ),
        "requests.order_cancelled": lambda self, data, at, stream: self._end_order(
            data, at, stream, "cancelled"
        ),
        "requests.order_closed": lambda self, data, at, stream: self._end_order(
            data, at, stream, "closed"
        ),
        "dispatch.stop_scheduled": _stop_scheduled,
        "dispatch.stop_changed": _stop_changed,
        "dispatch.stop_cancelled": lambda self, data, at, _: self._move(data, at, "cancelled"),
        "dispatch.stop_started": lambda self, data, at, _: self._move(data, at, "under_way"),
        "dispatch.stop_completed": _stop_completed,
        "dispatch.team_assigned": _team_assigned,
        "dispatch.team_released": lambda self, data, at, _: self._assignment_is(
            data, at, "released"
        ),
        "dispatch.assignment_accepted": lambda self, data, at, _: self._assignment_is(
            data, at, "accepted"
        ),
        "dispatch.assignment_declined": lambda self, data, at, _: self._assignment_is(
            data, at, "declined"
        ),
        "dispatch.booth_reported": lambda self, data, at, _: self._assignment_is(data, at, "done"),
        "notify.message_delivered": _delivered,
    }

    # --- what must agree -----------------------------------------------------------------------------
    def _live(self, until: datetime) -> Iterator[tuple[str, Assignment]]:
        for key, entry in self.assignments.items():
            if entry.is_live and entry.at < until:
                yield key, entry

    def _lines(self, until: datetime) -> Iterator[Disagreement]:
        by_line: dict[str, list[Assignment]] = defaultdict(list)
        for key, entry in self._live(until):
            by_line[entry.line].append(entry)
            order, about = self.orders.get(entry.order), f"order:{entry.order}"
            if order is None or (order.state != "cancelled" and entry.line not in order.lines):
                yield Disagreement(
                    "line.unknown", about, f"assignment {key} is for a line that was never accepted"
                )
            elif order.state == "cancelled" and order.at < until and entry.state != "done":
                yield Disagreement(
                    "line.after_cancellation",
                    about,
                    f"team {entry.team} is still expected at a booth of it",
                )
        for line, entries in by_line.items():
            if len(entries) > 1:
                teams = ", ".join(sorted(entry.team for entry in entries))
                yield Disagreement(
                    "line.twice",
                    f"order:{entries[0].order}",
                    f"line {line} has several teams: {teams}",
                )

    def _places(self, until: datetime) -> Iterator[Disagreement]:
        booked: dict[tuple[str, tuple[str, str]], set[str]] = defaultdict(set)
        for key, entry in self._live(until):
            stop, about = self.stops.get(entry.stop), f"stop:{entry.stop}"
            if stop is None:
                yield Disagreement(
                    "stop.unknown", about, f"assignment {key} is at a stop that was never announced"
                )
                continue
            booked[entry.team, stop.when].add(entry.stop)
            if stop.at >= until or entry.state == "done":
                continue
            if stop.state == "cancelled":
                yield Disagreement(
                    "stop.cancelled",
                    about,
                    f"team {entry.team} is still expected, though it was called off",
                )
            elif stop.state == "completed":
                yield Disagreement(
                    "line.no_report",
                    about,
                    f"it is over, and nobody said what team {entry.team} did there",
                )
        for (team, (on, part)), stops in booked.items():
            if len(stops) > 1:
                yield Disagreement(
                    "team.twice",
                    f"team:{team}",
                    f"on {on}, {part}, it is at {len(stops)} stops at once",
                )

    def _told(self, until: datetime) -> Iterator[Disagreement]:
        for (recipient, about), due in self._due.items():
            told = len(self.notices.get((recipient, about), ()))
            owed = sum(since < until for since in due)
            if told < owed:
                detail = f"{recipient} was told {told} times instead of {owed}, since {due[told].isoformat()}"
                yield Disagreement("notice.missing", about, detail)
        for (message, channel, _version), times in self._deliveries.items():
            if times > 1:
                yield Disagreement(
                    "notice.twice", f"message:{message}", f"delivered {times} times by {channel}"
                )


class Reconciler:
    """Keeps books of a running system, from where it stopped reading the last time."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._positions = dict.fromkeys(CAUSES_FIRST, 0)
        self.books = Books()

    async def look(
        self, grace_seconds: float, *, patience_seconds: float = PATIENCE_SECONDS
    ) -> list[Disagreement]:
        """Reads what is new, and compares; what is younger than ``grace_seconds`` is not held against anybody. Below
        zero: what is dated so far into the future is. Listeners that lack something are looked at once more, after
        ``patience_seconds``."""
        until = datetime.now(UTC) - timedelta(seconds=grace_seconds)
        for publisher in CAUSES_FIRST:
            await self._read(publisher)
        return sorted([*self.books.disagreements(until), *await self._behind(patience_seconds)])

    async def _read(self, publisher: str) -> None:
        while True:
            page = await self._client.get(
                f"/api/{publisher}/events", after=self._positions[publisher], limit=PAGE
            )
            for event in page:
                self.books.take(event)
                self._positions[publisher] = event["position"]
            if len(page) < PAGE:
                return

    async def _behind(self, patience_seconds: float) -> list[Disagreement]:
        """Listeners that have not applied by then what is published now."""
        published = dict(self.books.taken)
        if not await self._missing(published):
            return []
        await asyncio.sleep(patience_seconds)
        return await self._missing(published)

    async def _missing(self, published: dict[str, int]) -> list[Disagreement]:
        return [
            Disagreement(
                "listener.behind",
                f"service:{listener}",
                f"{missing} events of {publisher} are not applied",
            )
            for listener in PUBLISHERS
            for publisher, count in (
                await self._client.get(f"/api/{listener}/events/applied")
            ).items()
            if (missing := published.get(publisher, 0) - count) > 0
        ]


def by_rule(disagreements: Iterable[Disagreement]) -> dict[str, int]:
    """How many disagreements of every rule, zeros as well."""
    counted = dict.fromkeys(RULES, 0)
    for finding in disagreements:
        counted[finding.rule] += 1
    return counted
