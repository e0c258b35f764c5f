"""What was acknowledged to clients, written down outside the system, and held against what the system says."""

from collections import Counter
from dataclasses import dataclass, field

from cli.reconcile import Books


@dataclass
class Ledger:
    """``states``: order id -> the last state that was acknowledged; ``keys``: idempotency key -> order id."""

    states: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def made(self, key: str, order_id: str) -> None:
        self.keys[key] = order_id
        self.states[order_id] = "draft"

    def lost(self, books: Books, existing: set[str]) -> list[str]:
        """Acknowledged, and not there, or not in the event log as it was acknowledged."""
        wrong = []
        for order_id, state in self.states.items():
            logged = books.orders[order_id].state if order_id in books.orders else "draft"
            if order_id not in existing:
                wrong.append(f"{order_id}: is gone")
            elif state != logged:
                wrong.append(f"{order_id}: {state} was acknowledged, the log says {logged}")
        return wrong

    def doubled(self, books: Books, existing: set[str]) -> list[str]:
        """Orders that nobody asked for, and notices beyond those that events call for."""
        wrong = [f"{order_id}: nobody asked for it" for order_id in sorted(existing - set(self.keys.values()))]
        told: Counter[tuple[str, str]] = Counter()
        for (recipient, about), messages in books.notices.items():
            told[recipient.partition(".")[0], about] += len(messages)
        for order_id, state in self.states.items():
            accepted, cancelled = state in ("accepted", "cancelled"), state == "cancelled"
            due = {"coordinator": (state != "draft") + cancelled, "township": accepted + cancelled}
            for who, count in due.items():
                if (times := told[who, f"order:{order_id}"]) > count:
                    wrong.append(f"{order_id}: {who} was told {times} times, and not {count}")
        return wrong
