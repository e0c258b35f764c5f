"""How a consumer goes about a batch: all at once, else one by one; what keeps failing is set aside.

While the store is away nothing is parked: the consumer tries on, with the batch in hand and unacknowledged.
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
"""Whether a fault is the store's or the network's, and passes, so that it is not held against the event."""


@dataclass(frozen=True, slots=True)
class Admit:
    """One transaction over :func:`shared.messaging.core.inbox.admit`."""

    batch: Sequence[Envelope]


@dataclass(frozen=True, slots=True)
class SetAside:
    """One transaction over :func:`shared.messaging.core.inbox.park_failed`."""

    envelope: Envelope
    fault: Exception


@dataclass(frozen=True, slots=True)
class Pause:
    """Waits, longer with every one of the ``tries``, those included that are not held against the event.
    ``envelope`` failed with ``fault``."""

    envelope: Envelope
    fault: Exception
    tries: int


Step = Admit | SetAside | Pause


def handle(batch: Sequence[Envelope], passes: Passes) -> Core[Step, None]:
    """Returns when the effects of the whole batch are stored, or events of it parked."""
    try:
        yield Admit(batch)
    except Exception:
        for envelope in batch:
            yield from handle_alone(envelope, passes)


def handle_alone(envelope: Envelope, passes: Passes) -> Core[Step, None]:
    tries: Counter[str] = Counter()
    pauses = 0
    while True:
        try:
            yield Admit([envelope])
            return
        except Exception as error:
            failed, fault = (error.envelope, error.fault) if isinstance(error, WaitingFailed) else (envelope, error)
        tries[failed.id] += not passes(fault)
        if isinstance(fault, DomainError) or tries[failed.id] >= TRIES:
            yield SetAside(failed, fault)
            if failed is envelope:
                return
            continue  # one that had waited for it is to blame; now it need not wait for that
        pauses += 1
        yield Pause(failed, fault, pauses)
