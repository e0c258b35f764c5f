"""The kinds of messages that people choose by, and what is urgent."""

from typing import Literal, get_args

Kind = Literal[
    "orders",
    "feedback",
    "plans",
    "day_of_service",
    "hours",
    "menu",
    "courses",
    "activities",
    "windows",
    "other",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

_PREFIX = "message."

_BEGINNINGS: dict[Kind, tuple[str, ...]] = {
    "orders": ("order_", "service_ordered", "recurrence_", "recurring_", "occurrence_"),
    "feedback": ("service_rated", "follow_up_", "wish_"),
    "plans": (
        *("plan_", "stop_confirmed", "assignment_", "confirmation_", "another_day_", "township_"),
        "team_released",
    ),
    "day_of_service": (
        *("stop_", "preparation_", "report_", "booth_", "incident_", "substitution_", "duty_"),
        *("rostered", "unrostered", "roster_short", "on_standby", "acknowledgement_"),
        "unacknowledged_",
    ),
    "hours": ("hours_",),
    "menu": ("edition_", "survey_", "consultation_", "opinion_", "item_proposal_"),
    "courses": ("course_", "qualification_"),
    "activities": ("activity_",),
    "windows": ("pledge_", "stage_", "badge_", "honour_", "objection_"),
    "other": ("task_", "team_merged"),
}
"""How the codes of each kind begin, without ``message.``; the longest beginning decides."""

URGENT = frozenset(
    f"{_PREFIX}{code}"
    for code in (
        "stop_cancelled",
        "stop_cancelled_team",
        "substitution_sought",
        "substitution_offered",
        "substitution_overdue",
        "duty_lost",
    )
)
"""What can't wait for the end of quiet hours: people would set out in vain, or nobody would come."""


def kind_of(code: str) -> Kind:
    """The kind of a message; a code that only a later release knows is of another kind."""
    said = code.removeprefix(_PREFIX)
    matches = [
        (len(beginning), kind)
        for kind, beginnings in _BEGINNINGS.items()
        for beginning in beginnings
        if said.startswith(beginning)
    ]
    return max(matches)[1] if matches else "other"


def is_urgent(code: str) -> bool:
    return code in URGENT
