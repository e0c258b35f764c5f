"""A service of the release after this one, to run beside it:

    python -m tests.storm.next_release services.requests api

It says more than this release knows: a field more in an event that both know, and an event more, of a type that this
release never heard of, in the middle of a stream. Both must be read over. Its migration adds to the store what this
release leaves out.
"""

import runpy
import sys
from pathlib import Path

from shared.contracts import EVENTS, requests
from shared.contracts.base import Event
from shared.db.migrate import Migrations
from shared.kernel.aggregate import Aggregate
from shared.unit_of_work import Transaction
from tests.support.later import add_later_step


class OrderAccepted(requests.OrderAccepted):
    """With a field that an older release leaves out, and reads over."""

    __module__ = requests.__name__

    weather_advice: str = "雨天改期"


class OrderRemarked(Event):
    """Of no use to anybody yet."""

    __module__ = requests.__name__

    order_id: str
    remark: str = "请带雨具"


def speak_next() -> None:
    EVENTS[OrderAccepted.type] = OrderAccepted
    EVENTS[OrderRemarked.type] = OrderRemarked
    record = Transaction.record

    def say_more(self: Transaction, aggregate: Aggregate, event: Event) -> None:
        if isinstance(event, requests.OrderAccepted):
            event = OrderAccepted.model_validate(event.model_dump())
        record(self, aggregate, event)
        if isinstance(event, requests.ServiceOrdered):
            record(self, aggregate, OrderRemarked(order_id=event.order_id))

    Transaction.record = say_more  # type: ignore[method-assign]  # the other release's code is not here


def store_next() -> None:
    begin = Migrations.__init__

    def begin_later(self: Migrations, service: str, folder: Path) -> None:
        begin(self, service, folder)
        add_later_step(self)

    Migrations.__init__ = begin_later  # type: ignore[method-assign]  # the same


def main() -> None:
    module, *rest = sys.argv[1:]
    speak_next()
    store_next()
    sys.argv = [module, *rest]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
