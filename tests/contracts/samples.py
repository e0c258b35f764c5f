"""Values for the examples of events: what the field is called decides, and the schema says whether the value fits.

The examples play in Rui'an, in the summer of 2014, as the demonstration does. Ids are made up.
"""

import re
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Schema = dict[str, Any]


def _id(number: int) -> str:
    return f"01a22fd3-0ed6-769c-9272-{number:012x}"


IDS = {
    "order_id": 1,
    "line_id": 2,
    "stop_id": 3,
    "plan_id": 4,
    "assignment_id": 5,
    "opinion_id": 6,
    "group_id": 7,
    "holding_id": 8,
    "stage_id": 9,
    "honour_id": 10,
    "objection_id": 11,
    "course_id": 12,
    "session_id": 13,
    "enrolment_id": 14,
    "attempt_id": 15,
    "activity_id": 16,
    "request_id": 17,
    "follow_up_id": 18,
    "wish_id": 19,
    "series_id": 20,
    "origin_id": 21,
    "follows_id": 22,
    "proposal_id": 23,
    "substitution_id": 24,
    "hours_id": 25,
    "claim_id": 26,
    "message_id": 27,
    "told_id": 28,
    "by_id": 29,
    "subject": 30,
    "sid": 31,
}

SAMPLES: dict[str, object] = {name: _id(number) for name, number in IDS.items()} | {
    "township_code": "330381113000",
    "township_codes": ["330381113000"],
    "was_township_code": "330381121000",
    "new_code": "330381012000",
    "former_code": "330381112000",
    "TownshipChanged.code": "330381113000",
    "TownshipChanged.name": "高楼镇",
    "TownshipChanged.name_en": "Gaolou",
    "TownshipChanged.valid_from": "2011-05-01",
    "TownshipChanged.valid_to": "2030-12-31",
    "TownshipChanged.population": 48600,
    "TownshipRecoded.code": "330381113000",
    "Point.lat": 27.7892,
    "Point.lon": 120.3317,
    "code": "health",
    "name": "医疗卫生志愿服务队",
    "name_en": "Health",
    "agency_code": "health-bureau",
    "agency_name": "卫生局",
    "into_code": "civil-affairs",
    "area": ["330381113000"],
    "state": "active",
    "team_code": "health",
    "team_codes": ["health"],
    "was_team_code": "civil-affairs",
    "teams": ["health"],
    "members": 12,
    "ServiceItemChanged.code": "health-consultation",
    "ServiceItemChanged.name": "健康咨询",
    "ServiceItemChanged.name_en": "Health advice",
    "category_code": "health",
    "item_code": "health-consultation",
    "item_codes": ["health-consultation"],
    "item_name": "健康咨询",
    "item_name_en": "Health advice",
    "MenuItem.name": "健康咨询",
    "MenuItem.name_en": "Health advice",
    "qualification": "医师",
    "picture": "5f1c0d8a9b3e4c7d",
    "township_provides": ["tables", "power"],
    "campaign_id": "hongqiyue-2014",
    "CampaignChanged.name": "红七月服务月（2014年）",
    "CampaignChanged.name_en": "Red July 2014",
    "CampaignChanged.state": "open",
    "CampaignChanged.starts_on": "2014-06-27",
    "CampaignChanged.ends_on": "2014-07-16",
    "CampaignTheme.name": "健康周",
    "CampaignTheme.name_en": "Health week",
    "starts_on": "2014-07-01",
    "ends_on": "2014-07-07",
    "edition_id": "2014-summer",
    "title": "2014年夏季服务菜单",
    "effective_on": "2014-06-01",
    "retires_on": "2014-08-31",
    "until_on": "2014-06-20",
    "due_on": "2014-07-10",
    "number": 7,
    "reason_code": "weather",
    "LineUnserved.reason_code": "unserved.no_team",
    "MessageFailed.reason_code": "email_unreachable",
    "OrderReturned.reason_code": "incomplete",
    "WishAnswered.reason_code": "outside_remit",
    "window_code": "window-03",
    "window_name": "社保窗口",
    "window_name_en": "Social insurance",
    "programme_code": "civil-service-2014",
    "stage_name": "自查自纠",
    "stage_name_en": "Self-examination",
    "badge_no": "B-2014-000011",
    "valid_from": "2014-06-20",
    "valid_until": "2015-06-19",
    "awarded_on": "2014-07-01",
    "expires_on": "2015-06-30",
    "granted_on": "2014-03-01",
    "agreement_until": "2015-03-01",
    "before": "2014-06-27T00:00:00Z",
    "volunteer_no": "V-000122",
    "into_no": "V-000017",
    "by_no": "V-000017",
    "volunteer_nos": ["V-000122"],
    "was_volunteer_nos": ["V-000017"],
    "standby_nos": ["V-000031"],
    "was_standby_nos": ["V-000045"],
    "offered_nos": ["V-000031"],
    "told_nos": ["V-000122"],
    "registered_nos": ["V-000122"],
    "waiting_nos": ["V-000031"],
    "moved_up_nos": ["V-000045"],
    "CourseChanged.name": "急救基础",
    "CourseChanged.name_en": "First aid",
    "CourseChanged.state": "open",
    "CourseEnrolmentChanged.name": "急救基础",
    "CourseEnrolmentChanged.name_en": "First aid",
    "CourseEnrolmentChanged.state": "enrolled",
    "CourseTestMarked.name": "急救基础",
    "CourseTestMarked.name_en": "First aid",
    "CourseSession.place": "市志愿服务指导中心",
    "CourseSession.on": "2014-06-21",
    "starts": "09:00",
    "ends": "11:30",
    "enrol_until": "2014-06-18",
    "test_opens_at": "2014-06-21T04:00:00Z",
    "test_closes_at": "2014-06-28T04:00:00Z",
    "first_on": "2014-06-21",
    "capacity": 30,
    "ActivityChanged.starts_at": "09:00",
    "ActivityChanged.ends_at": "11:00",
    "ActivityChanged.place": "市政府广场",
    "ActivityChanged.name": "七一启动仪式",
    "ActivityChanged.name_en": "Opening ceremony of 1 July",
    "ActivityHeld.starts_at": "09:00",
    "ActivityHeld.ends_at": "11:00",
    "ActivityHeld.place": "市政府广场",
    "ActivityHeld.name": "七一启动仪式",
    "ActivityHeld.name_en": "Opening ceremony of 1 July",
    "ParticipantsRegistered.starts_at": "09:00",
    "ParticipantsRegistered.ends_at": "11:00",
    "ParticipantsRegistered.place": "市政府广场",
    "ParticipantsRegistered.name": "七一启动仪式",
    "ParticipantsRegistered.name_en": "Opening ceremony of 1 July",
    "ActivityPart.name": "宣誓",
    "ActivityPart.name_en": "Oath",
    "register_until": "2014-06-29",
    "participants": 120,
    "was_place": "市文化中心",
    "place": "高楼镇文化中心",
    "on": "2014-07-01",
    "was_on": "2014-06-30",
    "days": ["2014-07-03"],
    "wished_on": ["2014-07-01"],
    "ruled_out_on": ["2014-07-02"],
    "earliest_on": "2014-06-28",
    "last_on": "2014-12-31",
    "starts_at": "2014-07-01T00:30:00Z",
    "ends_at": "2014-07-01T03:30:00Z",
    "ActivityPart.starts_at": "09:00",
    "until": "2014-06-29T04:00:00Z",
    "about": f"order:{_id(1)}",
    "TaskHolderChanged.code": "accept_order",
    "line_count": 3,
    "expected_attendance": 80,
    "volunteers_needed": 3,
    "minutes_per_resident": 10,
    "residents_per_volunteer": 40,
    "notice_days": 3,
    "weekly_capacity": 5,
    "priority": 3,
    "score": 5,
    "residents": 60,
    "wishes": 2,
    "rrule": "FREQ=MONTHLY;BYDAY=1TU",
    "RecurringOrderChanged.state": "active",
    "volunteers": 3,
    "position": 2,
    "booths": 7,
    "served": 64,
    "was_served": 46,
    "leaflets": 120,
    "was_leaflets": 100,
    "follow_ups": 2,
    "was_follow_ups": 1,
    "minutes": 180,
    "was_minutes": 150,
    "arrived": 70,
    "longest_queue": 9,
    "mean_wait_minutes": 6.5,
    "voucher_key": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    "recipient_id": "team.health",
    "channel": "email",
    "stops": 15,
    "assignments": 113,
}
"""By the name of the field, or where that is not enough, by model and field."""

PLAIN: dict[str, tuple[object, ...]] = {
    "boolean": (True,),
    "integer": (2, 1, 0),
    "number": (1.5, 1, 0),
    "string": ("a", "2014-07-01", "2014-07-01T00:30:00Z", "09:00", "000000000000", "A-1"),
}
"""What is tried where no sample fits, by type."""


class NoSample(Exception):
    """A field needs an entry in :data:`SAMPLES`: nothing that is known fits its schema."""


def example_of(schema: Schema) -> dict[str, Any]:
    """An event with a value in each of its fields, those with defaults too.

    :raises NoSample: nothing that is known fits a field.
    """
    return _object(schema, schema)


def _object(schema: Schema, root: Schema) -> dict[str, Any]:
    return {
        name: _value(field, root, schema.get("title", ""), name)
        for name, field in schema.get("properties", {}).items()
    }


def _value(schema: Schema, root: Schema, model: str, name: str) -> Any:
    checked = Draft202012Validator(
        schema | {"$defs": root.get("$defs", {})}, format_checker=FormatChecker()
    )
    for value in _candidates(schema, root, model, name):
        if checked.is_valid(value):
            return value
    raise NoSample(
        f"no value fits {model}.{name}: add one to SAMPLES in tests/contracts/samples.py"
    )


def _candidates(schema: Schema, root: Schema, model: str, name: str) -> Iterator[Any]:
    for key in (f"{re.sub(r'V[0-9]+$', '', model)}.{name}", name):
        if key in SAMPLES:
            yield SAMPLES[key]
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
    if "anyOf" in schema:
        filled = [part for part in schema["anyOf"] if part.get("type") != "null"]
        for part in filled:
            yield from _candidates(part, root, model, name)
        return
    if "const" in schema:
        yield schema["const"]
    yield from schema.get("enum", ())
    if "properties" in schema:
        yield _object(schema, root)
    if "items" in schema:
        yield [_value(schema["items"], root, model, name)]
    if schema.get("type") == "string":
        yield name
    yield from PLAIN.get(str(schema.get("type")), ())
