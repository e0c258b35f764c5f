"""The envelope: CloudEvents 1.0 in AMQP headers, there and back."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from shared.contracts import EVENTS
from shared.eventlog.envelope import SHARDS, Envelope, shard_of
from tests.support.rolls import envelope_of, team_changed


@given(
    aggregate=st.text(min_size=1, max_size=120),
    number=st.integers(1, 2**31),
    body=st.binary(max_size=500),
    at=st.datetimes(timezones=st.just(UTC)),
    kind=st.sampled_from(sorted(EVENTS)),
)
def test_an_envelope_comes_back_as_it_was_sent(
    aggregate: str, number: int, body: bytes, at: datetime, kind: str
) -> None:
    sent = Envelope(
        publisher=kind.partition(".")[0],
        type=kind,
        aggregate_id=aggregate,
        aggregate_seq=number,
        occurred_at=at,
        body=body,
        traceparent=f"00-{'a' * 32}-{'b' * 16}-01",
        correlation_id="c" * 32,
        causation_id="order:1/2",
    )
    assert Envelope.from_headers(sent.headers(), sent.body) == sent


def test_the_headers_are_cloud_events_in_binary_mode() -> None:
    headers = envelope_of("health", 3).headers()
    assert headers["cloudEvents_specversion"] == "1.0"
    assert headers["cloudEvents_id"] == "team:health/3"
    assert headers["cloudEvents_source"] == "/diancai/catalog"
    assert headers["cloudEvents_type"] == "catalog.team_changed.v1"
    assert headers["cloudEvents_sequence"] == "3"
    assert headers["cloudEvents_partitionkey"] == "team:health"


@pytest.mark.parametrize(
    "missing", ["id", "type", "source", "subject", "sequence", "time", "traceparent"]
)
def test_a_message_without_an_attribute_is_told_apart(missing: str) -> None:
    headers = envelope_of("health", 1).headers()
    del headers[f"cloudEvents_{missing}"]
    if missing == "id":  # made of subject and sequence
        assert Envelope.from_headers(headers, b"").id == "team:health/1"
        return
    with pytest.raises(ValueError, match=missing):
        Envelope.from_headers(headers, b"")


def test_the_event_is_read_by_its_type() -> None:
    assert envelope_of("health", 3).event() == team_changed("health", 3)


def test_fields_of_a_later_release_are_passed_over() -> None:
    envelope = envelope_of("health", 3)
    newer = Envelope.from_headers(envelope.headers(), envelope.body[:-1] + b',"colour":"red"}')
    assert newer.event() == team_changed("health", 3)


def test_a_body_that_does_not_fit_is_refused() -> None:
    envelope = envelope_of("health", 3)
    with pytest.raises(ValidationError):
        Envelope.from_headers(envelope.headers(), b'{"code": 3}').event()


def test_shards_are_the_same_for_ever() -> None:
    """They are in routing keys and in the logs of all releases."""
    assert [shard_of(name) for name in ("order:1", "team:health", "township:330381125000")] == [
        9,
        8,
        8,
    ]
    assert {shard_of(f"order:{number}") for number in range(500)} == set(range(SHARDS))
