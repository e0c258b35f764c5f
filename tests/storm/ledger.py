"""What was acknowledged to clients, written down outside the system, and held against what the system says."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cli.client import Json
from cli.reconcile import Books


@dataclass
class Ledger:
    """By order id: ``states``, the last one that was acknowledged; ``bodies``, the content that was; ``steps``, how
    often each state was reached. ``keys``: idempotency key -> order id."""

    states: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, Json] = field(default_factory=dict)
    steps: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    keys: dict[str, str] = field(default_factory=dict)

    def made(self, key: str, order_id: str, body: Json) -> None:
        self.keys[key] = order_id
        self.states[order_id] = "draft"
        self.bodies[order_id] = body

    def took(self, order_id: str, state: str) -> None:
        self.states[order_id] = state
        self.steps[order_id][state] += 1

    def lost(self, books: Books, orders: dict[str, Json]) -> list[str]:
        """Acknowledged, and not there, or not there as it was acknowledged. ``orders``: what requests has, by id."""
        return [
            f"{order_id}: {problem}"
            for order_id, state in self.states.items()
            for problem in self._lost(order_id, state, books, orders.get(order_id))
        ]

    def _lost(self, order_id: str, state: str, books: Books, found: Json | None) -> Iterator[str]:
        logged = books.orders[order_id].state if order_id in books.orders else "draft"
        if found is None:
            yield "is gone"
            return
        if state != logged:
            yield f"{state} was acknowledged, the log says {logged}"
        body = self.bodies[order_id]
        wanted = {line["item_code"]: line["expected_attendance"] for line in body["lines"]}
        written = {line["item_code"]: line["expected_attendance"] for line in found["lines"]}
        if (wanted, body.get("priority", found["priority"])) != (written, found["priority"]):
            yield "its last change was acknowledged, and is not there"

    def doubled(self, books: Books, orders: Iterable[str]) -> list[str]:
        """Orders that nobody asked for, and notices beyond those that events call for."""
        wrong = [
            f"{order_id}: nobody asked for it"
            for order_id in sorted(set(orders) - set(self.keys.values()))
        ]
        told: Counter[tuple[str, str]] = Counter()
        for (recipient, about), messages in books.notices.items():
            told[recipient.partition(".")[0], about] += len(messages)
        for order_id, steps in self.steps.items():
            due = {
                "coordinator": steps["submitted"] + steps["cancelled"],
                "township": steps["returned"] + steps["accepted"] + steps["cancelled"],
            }
            for who, count in due.items():
                if (times := told[who, f"order:{order_id}"]) > count:
                    wrong.append(f"{order_id}: {who} was told {times} times, and not {count}")
        return wrong

    def without_one_fate(self, books: Books, demand: Iterable[Json]) -> list[str]:
        """Lines of orders that were accepted to the client, and that dispatch does not carry as exactly one of: open,
        planned with one live assignment, served; or cancelled, with none. ``demand``: all of dispatch's lines."""
        lines = {line["line_id"]: line for line in demand}
        live = Counter(entry.line for entry in books.assignments.values() if entry.is_live)
        wrong = []
        for order_id in (order_id for order_id, steps in self.steps.items() if steps["accepted"]):
            withdrawn = self.states[order_id] == "cancelled"
            fits = {"cancelled": 0} if withdrawn else {"open": 0, "planned": 1, "served": 1}
            for line_id in books.orders[order_id].lines if order_id in books.orders else ():
                state = lines[line_id]["state"] if line_id in lines else "unknown"
                if fits.get(state) != live[line_id]:
                    wrong.append(
                        f"{order_id}: line {line_id} is {state}, with {live[line_id]} live assignments"
                    )
        return wrong
