"""What other services are told about activities."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from services.catalog.activities.domain import Activity, Signed, SignUps
from shared.contracts.catalog import (
    ActivityChanged,
    ActivityHeld,
    ActivityPart,
    ParticipantsRegistered,
)
from shared.unit_of_work import Transaction

Step = Literal["announced", "edited", "moved", "called_off", "recounted"]


def announce_change(
    tx: Transaction,
    found: Activity,
    step: Step,
    *,
    teams: Sequence[str] = (),
    told: Iterable[str] = (),
    waiting: Iterable[str] = (),
) -> None:
    """Says that an activity is different from what was said before. Of drafts nothing is said."""
    if found.state == "draft":
        return
    found.revision += 1
    was = {"was_on": found.was_on, "was_place": found.was_place} if step == "moved" else {}
    event = ActivityChanged(
        **facts_of(found),
        step=step,
        state=found.state,
        parts=tuple(ActivityPart.model_validate(part) for part in found.parts),
        capacity=found.capacity,
        register_until=found.register_until,
        revision=found.revision,
        reason_code=found.reason_code,
        participants=found.participants,
        team_codes=tuple(sorted(teams)),
        told_nos=tuple(sorted(told)),
        waiting_nos=tuple(sorted(waiting)),
        **was,
    )
    tx.record(found, event)


def announce_held(tx: Transaction, found: Activity, teams: Iterable[str]) -> None:
    """Says that an activity was held, and who of which teams was there."""
    event = ActivityHeld(
        **facts_of(found),
        participants=found.participants or 0,
        team_codes=tuple(sorted(set(teams))),
    )
    tx.record(found, event)


def announce_signed(tx: Transaction, found: Activity, signed: Signed, *, by_others: bool) -> None:
    """Tells those whom others registered, and those who were moved up; nobody of what the person did."""
    registered, waiting = (signed.registered, signed.waiting) if by_others else ([], [])
    if not (registered or waiting or signed.moved_up):
        return
    event = ParticipantsRegistered(
        **facts_of(found),
        registered_nos=tuple(sorted(registered)),
        waiting_nos=tuple(sorted(waiting)),
        moved_up_nos=tuple(sorted(signed.moved_up)),
    )
    tx.record(found, event)


def told_of(sign_ups: SignUps) -> list[str]:
    """Who is told of a change: all who are registered, and all who wait."""
    return [each.volunteer_no for each in (*sign_ups.registered, *sign_ups.waiting)]


def facts_of(found: Activity) -> dict[str, Any]:
    """What every event about an activity repeats."""
    return {
        "activity_id": found.id,
        "activity_kind": found.activity_kind,
        "name": found.name,
        "name_en": found.name_en,
        "on": found.on,
        "starts_at": found.starts_at,
        "ends_at": found.ends_at,
        "place": found.place,
        "team_code": found.team_code,
    }
