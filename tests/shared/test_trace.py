"""Where a request from outside continues its caller's trace (W3C Trace Context, 3.2)."""

import pytest

from shared.telemetry.trace import begin_trace

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.mark.parametrize(
    "said", [f"00-{TRACE}-{SPAN}-01", f"01-{TRACE}-{SPAN}-01", f"cc-{TRACE}-{SPAN}-01-what-comes"]
)
def test_a_trace_is_continued_in_the_version_that_we_write(said: str) -> None:
    begun = begin_trace(said)
    assert begun.traceparent == f"00-{TRACE}-{SPAN}-01"
    assert begun.correlation_id == begun.causation_id == TRACE


@pytest.mark.parametrize(
    "said",
    [
        None,
        "",
        f"00-{TRACE}-{SPAN}-01-more",
        f"00-{TRACE}-{SPAN}-01\n",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE[1:]}-{SPAN}-01",
        f"01-{TRACE}-{SPAN}-011",
    ],
)
def test_what_is_not_well_formed_begins_a_trace_of_its_own(said: str | None) -> None:
    begun = begin_trace(said)
    assert TRACE not in begun.traceparent
    assert begin_trace(begun.traceparent) == begun
