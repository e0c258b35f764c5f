"""A service with one of its safeguards taken out, to see whether the storm notices.

    python -m tests.storm.mutants inbox services.dispatch consumer

runs what ``python -m services.dispatch consumer`` runs. The switch is here, and not in the services, so that nobody
can throw it but a test.
"""

import runpy
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.ext.compiler import compiles

from shared.db.types import TransactionsEndedBelow
from shared.eventlog.envelope import SHARDS, Envelope
from shared.messaging.broker import BrokerUnavailable
from shared.messaging.core import inbox
from shared.messaging.inbox import Inbox
from shared.messaging.rabbitmq import RabbitBroker
from shared.messaging.shards import ShardLease
from tests.simulation.mutants import admit_everything


def without_inbox() -> None:
    """Whatever comes is applied, however often."""
    inbox.admit = admit_everything


def without_parking() -> None:
    """What can't be applied, or comes too early, is let go."""

    async def let_go(self: Inbox, envelope: Envelope, error: str | None) -> None:
        return None

    Inbox._park = let_go  # type: ignore[method-assign]


def without_shard_lock() -> None:
    """Every relay publishes every shard."""

    async def take_all(self: ShardLease, connection: AsyncConnection) -> None:
        self.held = frozenset(range(SHARDS))

    ShardLease._review = take_all  # type: ignore[method-assign]


def without_confirms() -> None:
    """What was handed to the connection counts as safe with the broker."""
    publish = RabbitBroker.publish

    async def hand_over(
        self: RabbitBroker, envelopes: Sequence[Envelope], *, to: str | None = None
    ) -> list[bool]:
        with suppress(BrokerUnavailable):
            await publish(self, envelopes, to=to)
        return [True] * len(envelopes)

    RabbitBroker.publish = hand_over  # type: ignore[method-assign]


def without_watermark() -> None:
    """A relay reads up to the newest transaction, also where an older one is still open."""

    @compiles(TransactionsEndedBelow, "postgresql")
    def everything(element: object, compiler: object, **_: object) -> str:
        return "pg_snapshot_xmax(pg_current_snapshot())"


MUTANTS: dict[str, Callable[[], None]] = {
    "inbox": without_inbox,
    "parking": without_parking,
    "confirms": without_confirms,
    "watermark": without_watermark,
    "shard-lock": without_shard_lock,
}


def main() -> None:
    which, module, *rest = sys.argv[1:]
    MUTANTS[which]()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
