"""How a consumer processes a batch: all at once, or else one event after the other. Events that
keep failing are parked.

While the store is unavailable nothing is parked: the consumer retries with the batch
unacknowledged.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.eventlog.envelope import Envelope
from shared.kernel.errors import DomainError
from shared.messaging.core import Core
from shared.messaging.core.inbox import WaitingFailed

TRIES = 5
"""How often an event is tried before it is parked, with 0.1, 0.2, 0.4, 0.8 s between."""

Passes = Callable[[Exception], bool]
"""Returns whether a fault is a temporary one of store or network, which does not count against the
event."""


@dataclass(frozen=True, slots=True)
class Admit:
    """Runs :func:`shared.messaging.core.inbox.admit` in one transaction."""

    batch: Sequence[Envelope]


@dataclass(frozen=True, slots=True)
class SetAside:
    """Runs :func:`shared.messaging.core.inbox.park_failed` in one transaction."""

    envelope: Envelope
    fault: Exception


@dataclass(frozen=True, slots=True)
class Pause:
    """Waits before ``envelope``, which failed with ``fault``, is tried again.

    The wait grows with ``tries``, which also counts tries that failed for reasons outside the
    event.
    """

    envelope: Envelope
    fault: Exception
    tries: int


Step = Admit | SetAside | Pause


def handle(batch: Sequence[Envelope], passes: Passes) -> Core[Step, None]:
    """Returns when the effects of the whole batch are stored, or events of it are parked."""
    try:
        yield Admit(batch)
    except Exception:
        for envelope in batch:
            yield from handle_alone(envelope, passes)


def handle_alone(envelope: Envelope, passes: Passes) -> Core[Step, None]:
    """Returns when the effects of one event are stored, or the event is parked."""
    tries: Counter[str] = Counter()
    pauses = 0
    while True:
        try:
            yield Admit([envelope])
            return
        except Exception as error:
            failed, fault = (
                (error.envelope, error.fault)
                if isinstance(error, WaitingFailed)
                else (envelope, error)
            )
        tries[failed.id] += not passes(fault)
        if isinstance(fault, DomainError) or tries[failed.id] >= TRIES:
            yield SetAside(failed, fault)
            if failed is envelope:
                return
            continue  # one that had waited for it is to blame; now it need not wait for that
        pauses += 1
        yield Pause(failed, fault, pauses)
