"""Trace context across services.

``traceparent`` follows W3C Trace Context. ``correlation_id`` stays the same along the whole chain.
``causation_id`` is the id of the event or request that caused this one directly.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

_TRACEPARENT = re.compile(
    r"(?!ff)(?P<version>[0-9a-f]{2})"
    r"(?P<fields>-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2})"
    r"(?P<later>-.*)?"
)
"""W3C Trace Context, 3.2: ids of zeros are none, and of a later version the fields are read that
version 00 has too."""


@dataclass(frozen=True, slots=True)
class Trace:
    traceparent: str
    correlation_id: str
    causation_id: str


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_trace() -> Trace:
    """Returns the trace of the running request or event, or a new one (for a job or a shell)."""
    trace = _current.get()
    if trace is None:
        trace = begin_trace()
        _current.set(trace)
    return trace


def begin_trace(traceparent: str | None = None) -> Trace:
    """Returns the trace of a request from outside; it continues the caller's if that is well
    formed.
    """
    said = _TRACEPARENT.fullmatch(traceparent or "")
    if said is None or (said["version"] == "00" and said["later"]):
        traceparent = f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
    else:
        traceparent = f"00{said['fields']}"
    trace_id = traceparent[3:35]
    return Trace(traceparent=traceparent, correlation_id=trace_id, causation_id=trace_id)


@contextmanager
def tracing(trace: Trace) -> Iterator[None]:
    token = _current.set(trace)
    try:
        yield
    finally:
        _current.reset(token)
