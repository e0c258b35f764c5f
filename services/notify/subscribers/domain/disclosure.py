"""What of an event leaves for another system. One table for all events: a field that is in neither list is left out,
so that a new one tells nothing before somebody has thought of it.

A test compares the lists with every contract. Free text is in no event in the first place.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


PERSON_FIELDS = _names(
    """
    volunteer_no volunteer_nos was_volunteer_nos standby_nos was_standby_nos offered_nos
    told_nos waiting_nos registered_nos moved_up_nos by_no into_no badge_no subject sid
    told_id by_id recipient_id request_id minor novice agreement_until passed may_repeat
    attempt_id enrolment_id hours_id claim_id
    """
)
"""Who, by number or id, what is said of nobody but that person, and ids that are made of such a number."""

OPEN_FIELDS = _names(
    """
    about active activity_id activity_kind adults_only agency_code agency_name
    agreement_needed amendment answer area arrived asked assignment_id assignments award
    awarded_on before booths by cadence campaign_id capacity category_code cause centre
    channel code correction course_id days due_on earliest_on edition_id effective_on ends
    ends_at ends_on enrol_until evidence expected_attendance expires_on fault first_on
    follow_up_id follow_ups follows_id former_code granted_on group_id holding_id honour_id
    hours_revision into_code is_changed is_late item_code item_codes item_name item_name_en
    items joins last_on lat leaflets limit line_count line_id lines lon longest_queue
    mean_wait_minutes members message_id minutes minutes_per_resident missing mode name
    name_en new_code notice_days number objection_id on opinion_id order_id orders origin_id
    outcome part participants parts picture place plan_id point population position priority
    programme_code proposal_id qualification reason_code records register_until residents
    residents_per_volunteer retires_on revision rrule ruled_out_on score series_id served
    session_id sessions side speaker stage_id stage_name stage_name_en starts starts_at
    starts_on state step stop_id stops substitution_id team_code team_codes teams
    test_closes_at test_opens_at themes title township_code township_codes township_provides
    unserved until until_on upheld valid_from valid_to valid_until volunteers
    volunteers_needed voucher_key was_evidence was_follow_ups was_leaflets was_minutes was_on
    was_part was_place was_proposed was_served was_team_code was_township_code weekly_capacity
    window_code window_name window_name_en wish_id wished_on wishes
    """
)
"""What is said of orders, stops, teams, townships and items."""

OPEN_STREAMS = _names(
    """
    activity assignment booth_queue campaign course edition follow_up honour incident item
    item_proposal objection opinion order plan preparation rating recurrence_proposal
    recurring_order occurrence roster stop substitution survey_decision survey_reply team
    township window window_stage wish wish_group wished_item candidate
    """
)
"""Kinds of objects whose keys name no person. An event about any other object is told only where persons are."""

TOWNSHIP_FIELDS = ("township_code", "was_township_code", "township_codes", "area")
TOWNSHIP_OBJECTS = ("catalog.township_changed.", "catalog.township_recoded.")
TOWNSHIP_OBJECT_FIELDS = ("code", "new_code", "former_code")
"""Of events about a township itself."""

NOT_OFFERED = (
    "catalog.access_revoked.",
    "catalog.coordinator_changed.",
    "catalog.person_export_requested.",
    "catalog.task_holder_changed.",
    "dispatch.person_data_collected.",
    "dispatch.person_data_erased.",
    "dispatch.task_holder_changed.",
    "requests.person_data_collected.",
    "requests.person_data_erased.",
    "requests.task_holder_changed.",
)
"""What the services tell each other about accounts, tasks and personal data: nothing that happened in the city."""

Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What a subscriber is granted. ``townships`` holds all codes of the granted ones, former ones too; without any,
    all townships are."""

    townships: frozenset[str]
    person_numbers: bool

    def of(self, event_type: str, aggregate_id: str, data: Data) -> dict[str, Any] | None:
        """Returns what is told of an event, or None where nothing is."""
        if not self.person_numbers and aggregate_id.partition(":")[0] not in OPEN_STREAMS:
            return None
        named = townships_of(event_type, data)
        if self.townships and named and self.townships.isdisjoint(named):
            return None
        allowed = OPEN_FIELDS | PERSON_FIELDS if self.person_numbers else OPEN_FIELDS
        return {name: _kept(value, allowed) for name, value in data.items() if name in allowed}


def is_offered(event_type: str) -> bool:
    return not event_type.startswith((*NOT_OFFERED, "notify."))


def townships_of(event_type: str, data: Data) -> set[str]:
    """Returns the townships that an event concerns; where it names none, it concerns no township more than another."""
    names: Collection[str] = TOWNSHIP_FIELDS
    if event_type.startswith(TOWNSHIP_OBJECTS):
        names = (*names, *TOWNSHIP_OBJECT_FIELDS)
    found: set[str] = set()
    for name in names:
        value = data.get(name)
        found |= set(value) if isinstance(value, list) else {value} if value else set()
    return found


def _kept(value: Any, allowed: Collection[str]) -> Any:
    if isinstance(value, dict):
        return {name: _kept(inner, allowed) for name, inner in value.items() if name in allowed}
    return [_kept(inner, allowed) for inner in value] if isinstance(value, list) else value
