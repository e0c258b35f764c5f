"""The golden corpus: one example of every version of every event that was ever published, as it was then.

``make generate`` writes the example of a new type; nothing ever changes one. Logs hold such events for good, and
whoever read the contract has tests by them.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from shared import __version__
from shared.contracts import EVENTS, Event
from shared.eventlog.envelope import CONTENT_TYPE
from tests.contracts.samples import example_of

FOLDER = Path(__file__).with_name("golden")

TRACE = "c52009d492eabfb3636fe476e669c6aa"
TIME = "2014-06-27T00:00:00+00:00"

STREAMS: tuple[tuple[str, str], ...] = (
    ("stop_id", "stop"),
    ("series_id", "recurring_order"),
    ("proposal_id", "recurrence_proposal"),
    ("follow_up_id", "follow_up"),
    ("plan_id", "plan"),
    ("wish_id", "wish"),
    ("honour_id", "honour"),
    ("stage_id", "window_stage"),
    ("holding_id", "holding"),
    ("enrolment_id", "course_enrolment"),
    ("attempt_id", "test_attempt"),
    ("course_id", "course"),
    ("activity_id", "activity"),
    ("badge_no", "badge"),
    ("campaign_id", "campaign"),
    ("message_id", "message"),
)
"""The streams that the id of what an event is about names: the first field that the event has decides."""

STREAMS_OF: Mapping[str, str] = {
    "catalog.township_changed": "township:{code}",
    "catalog.township_recoded": "township:{code}",
    "catalog.team_registered": "team:{code}",
    "catalog.team_changed": "team:{code}",
    "catalog.team_merged": "team:{into_code}",
    "catalog.service_item_changed": "item:{code}",
    "catalog.opinion_answered": "opinion:{opinion_id}",
    "catalog.survey_reminded": "survey_reply:01a22fd3-0ed6-769c-9272-000000000020",
    "catalog.survey_overdue": "survey_reply:01a22fd3-0ed6-769c-9272-000000000020",
    "catalog.survey_answered": "survey_reply:01a22fd3-0ed6-769c-9272-000000000020",
    "catalog.item_proposal_taken": "item_proposal:01a22fd3-0ed6-769c-9272-000000000021",
    "catalog.item_proposal_declined": "item_proposal:01a22fd3-0ed6-769c-9272-000000000021",
    "catalog.objection_answered": "objection:{objection_id}",
    "catalog.access_revoked": "account:{subject}",
    "catalog.coordinator_changed": "account:{subject}",
    "catalog.volunteer_merged": "volunteer:{into_no}",
    "catalog.person_export_requested": "volunteer:{volunteer_no}",
    "catalog.person_erased": "volunteer:{volunteer_no}",
    "dispatch.order_replanned": "plan:01a22fd3-0ed6-769c-9272-000000000004",
    "requests.wish_adopted": "wish_group:{group_id}",
    "requests.wish_adoption_ended": "wish_group:{group_id}",
}
"""By the fact, without its version: the streams that no rule gives."""

LAST_RESORTS: tuple[tuple[str, str], ...] = (
    ("order_id", "order"),
    ("edition_id", "edition"),
    ("request_id", "person_part"),
    ("volunteer_no", "volunteer"),
)

Golden = dict[str, Any]


def golden() -> Iterator[tuple[str, Golden]]:
    """Each type that was ever published, with ``since``, the first release that had it, and the ``event``, in
    CloudEvents' JSON format."""
    for path in sorted(FOLDER.glob("*.json")):
        yield path.stem, json.loads(path.read_text("utf-8"))


def write_missing(
    events: Mapping[str, type[Event]] = EVENTS, folder: Path = FOLDER, since: str = __version__
) -> list[Path]:
    """Writes an example of each type that has none; whatever is there stays as it is."""
    folder.mkdir(exist_ok=True)
    written = []
    for kind, event in events.items():
        path = folder / f"{kind}.json"
        if not path.exists():
            said = {"since": since, "event": cloud_event(event)}
            path.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", "utf-8")
            written.append(path)
    return written


def cloud_event(event: type[Event]) -> dict[str, Any]:
    """An example of an event, with its attributes.

    :raises NoSample: nothing that is known fits a field.
    """
    schema = event.model_json_schema(mode="serialization")
    data = event.model_validate(example_of(schema)).model_dump(mode="json")
    subject = _stream_of(event, data)
    return {
        "specversion": "1.0",
        "id": f"{subject}/1",
        "source": f"/diancai/{event.publisher}",
        "type": event.type,
        "subject": subject,
        "time": TIME,
        "sequence": "1",
        "partitionkey": subject,
        "traceparent": f"00-{TRACE}-aedc8c885eca102f-01",
        "correlationid": TRACE,
        "causationid": TRACE,
        "datacontenttype": CONTENT_TYPE,
        "data": data,
    }


def _stream_of(event: type[Event], data: Mapping[str, Any]) -> str:
    fact = event.type.rpartition(".v")[0]
    if fact in STREAMS_OF:
        return STREAMS_OF[fact].format_map(data)
    if fact.endswith(".task_holder_changed"):
        return "task_holder_change:01a22fd3-0ed6-769c-9272-000000000022"
    is_of_order = event.publisher == "requests" and "order_id" in data
    rules = (("order_id", "order"),) if is_of_order and "follow_up_id" not in data else ()
    for name, kind in (*rules, *STREAMS, *LAST_RESORTS):
        if name in data:
            return f"{kind}:{data[name]}"
    name, value = next(iter(data.items()))
    return f"{name.removesuffix('_id')}:{value}"
