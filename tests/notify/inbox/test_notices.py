"""The table of plain notices: each row is told, with all that its text needs, in both languages."""

from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from services.dispatch.incidents.domain import What
from services.notify.inbox.handlers import NOTICES, Notice
from shared.contracts import Event, catalog, dispatch, requests
from shared.contracts.catalog import (
    ActivityChanged,
    ActivityHeld,
    BadgeIssued,
    BadgeRevoked,
    ConsultationOpened,
    ConsultationProlonged,
    CourseChanged,
    CourseEnrolmentChanged,
    CourseSession,
    CourseTestMarked,
    HonourAwarded,
    HonourDeclined,
    HonourExpired,
    HonourPublicised,
    HonourWithdrawn,
    ItemProposalDeclined,
    ItemProposalTaken,
    ObjectionAnswered,
    OpinionAnswered,
    ParticipantsRegistered,
    PledgeApproved,
    PledgeReturned,
    QualificationExpired,
    QualificationExpiring,
    QualificationGranted,
    QualificationRevoked,
    StageAccepted,
    StageOpened,
    StageOverdue,
    StageReturned,
    SurveyAnswered,
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
)
from shared.contracts.dispatch import (
    AnotherDayAsked,
    AnotherDayDeclined,
    BoothCorrected,
    BoothCorrectionProposed,
    BoothCorrectionRefused,
    ConfirmationOverdue,
    ConfirmationReminded,
    HoursAnswered,
    HoursAsked,
    HoursCorrected,
    HoursRecorded,
    HoursWithdrawn,
    IncidentClosed,
    IncidentNoted,
    PreparationReminded,
    ReportOverdue,
    ReportReminded,
    RosterChanged,
    StopConfirmed,
    StopPrepared,
    SubstitutionClosed,
    SubstitutionOffered,
    SubstitutionOverdue,
)
from shared.contracts.requests import (
    FollowUpClosed,
    FollowUpOpened,
    FollowUpOverdue,
    OccurrenceBlocked,
    OrderAmended,
    OrderAmendmentProposed,
    OrderAmendmentRefused,
    OrderCancelled,
    OrderContactChanged,
    OrderCorrected,
    OrderReturned,
    RecurrenceConfirmed,
    RecurrenceDeclined,
    RecurrenceProposed,
    RecurrenceReminded,
    RecurringOrderChanged,
    ServiceRated,
    WishAnswered,
    WishMade,
    WishOmitted,
    WishPublished,
)
from shared.http.texts import LANGUAGES
from tests.notify.rui_an import GAOLOU, ORDER, accepted, directory, messages, ordered, tell
from tests.support.house import House

CONSULTATION: dict[str, Any] = {
    "edition_id": "summer-2014",
    "title": "2014年夏季菜单",
    "until_on": date(2014, 7, 10),
    "township_codes": (GAOLOU,),
    "team_codes": ("health",),
}
_ASKED: dict[str, Any] = {
    "edition_id": "2014-q4",
    "title": "第四季度目录",
    "until_on": "2014-09-20",
}
_COURSE: dict[str, Any] = {"course_id": "c1", "name": "上岗培训", "name_en": "Training"}
_LICENCE: dict[str, Any] = {
    "volunteer_no": "V-000017",
    "team_code": "health",
    "qualification": "执业医师证",
}
_WISHED: dict[str, Any] = {
    "wish_id": "w1",
    "number": 3,
    "township_code": GAOLOU,
    "item_name": "夜间义诊",
    "item_name_en": "Evening clinic",
}
_ANSWERED: dict[str, Any] = _WISHED | {
    "edition_id": None,
    "item_code": None,
    "reason_code": None,
}
_POOR: dict[str, Any] = {
    "follow_up_id": "f1",
    "township_code": GAOLOU,
    "team_code": "health",
    "item_code": "health-clinic",
    "item_name": "医疗义诊",
    "item_name_en": "Health clinic",
}
_REGULAR: dict[str, Any] = {
    "proposal_id": "p1",
    "township_code": GAOLOU,
    "team_code": "health",
    "item_code": "health-clinic",
    "item_name": "医疗义诊",
    "item_name_en": "Health clinic",
    "cadence": "monthly",
    "residents": 120,
}
_STOP: dict[str, Any] = {
    "stop_id": "s1",
    "plan_id": "p1",
    "township_code": GAOLOU,
    "place": "西村桥头路口",
    "on": date(2014, 6, 27),
    "part": "morning",
}
_BOOTH: dict[str, Any] = _STOP | {
    "assignment_id": "a1",
    "order_id": ORDER,
    "line_id": "l1",
    "item_code": "health-clinic",
    "item_name": "医疗义诊",
    "item_name_en": "Health clinic",
    "team_code": "health",
    "volunteers": 3,
    "correction": 1,
}
_DONE: dict[str, Any] = {
    "served": 83,
    "leaflets": 90,
    "follow_ups": 2,
    "was_team_code": "health",
    "was_served": 83,
    "was_leaflets": 90,
    "was_follow_ups": 2,
}
_ROSTER: dict[str, Any] = {
    "volunteer_nos": ("V-000001", "V-000002"),
    "was_volunteer_nos": ("V-000002", "V-000003"),
    "revision": 2,
}
_LEFT: dict[str, Any] = {"substitution_id": "s1", "volunteer_no": "V-000003"}
_HOURS: dict[str, Any] = {
    "hours_id": "a1:V-000001",
    "volunteer_no": "V-000001",
    "minutes": 180,
    "evidence": "checked",
    "hours_revision": 2,
}
_TIMES = {
    "starts_at": datetime(2014, 6, 27, 0, tzinfo=UTC),
    "ends_at": datetime(2014, 6, 27, 3, tzinfo=UTC),
}
_CLAIM: dict[str, Any] = {"volunteer_no": "V-000001", "claim_id": "c1"}
_SERIES: dict[str, Any] = {
    "series_id": "r1",
    "number": 4,
    "township_code": GAOLOU,
    "item_codes": ("health-clinic",),
    "rrule": "FREQ=MONTHLY;BYDAY=2MO",
    "starts_on": date(2014, 8, 11),
    "last_on": None,
    "origin_id": None,
    "follows_id": None,
    "revision": 1,
}
_TASK: dict[str, Any] = {"about": f"order:{ORDER}", "told_id": "test-account", "by_id": "li"}
"""To whom the tests act as."""
_AMENDED: dict[str, Any] = {"order_id": ORDER, "township_code": GAOLOU, "amendment": 1}
VOLUNTEER = "V-000001"
_WINDOW: dict[str, Any] = {
    "window_code": "registry",
    "window_name": "市民政局婚姻登记中心",
    "window_name_en": "Marriage Registry",
}
_STAGE: dict[str, Any] = _WINDOW | {
    "stage_id": "s1",
    "programme_code": "one-plus-x",
    "stage_name": "亮身份",
    "stage_name_en": "Wear a badge",
    "team_code": "registry",
}
_BADGE: dict[str, Any] = _WINDOW | {
    "badge_no": "B-2014-000001",
    "team_code": "registry",
    "volunteer_no": VOLUNTEER,
}
_ACTIVITY: dict[str, Any] = {
    "activity_id": "a1",
    "activity_kind": "group_activity",
    "name": "飞云江畔河道清理",
    "name_en": "Clean-up along the Feiyun River",
    "on": date(2014, 7, 19),
    "starts_at": "08:00",
    "ends_at": "10:30",
    "place": "飞云江滨江公园东门",
}
_CHANGED: dict[str, Any] = _ACTIVITY | {"register_until": date(2014, 7, 18), "revision": 2}
_HONOUR: dict[str, Any] = _WINDOW | {"honour_id": "n1", "team_code": "registry"}
EVENTS: tuple[Event, ...] = (
    ordered()[1],
    accepted()[1],
    OrderAmendmentProposed(reason_code="attendance", **_AMENDED),
    OrderAmendmentRefused(reason_code="too_late", **_AMENDED),
    OrderAmended(
        was_proposed=True,
        campaign_id="summer-2014",
        place="文化广场",
        point=None,
        lines=(),
        wished_on=(date(2014, 7, 1),),
        ruled_out_on=(),
        priority=2,
        **_AMENDED,
    ),
    *(
        RecurringOrderChanged(state=state, step=step, reason_code=reason_code, **_SERIES)
        for step, state, reason_code in (
            ("proposed", "proposed", None),
            ("accepted", "active", None),
            ("returned", "returned", "incomplete"),
            ("paused", "paused", None),
            ("resumed", "active", None),
            ("ended", "ended", None),
        )
    ),
    *(
        OccurrenceBlocked(
            series_id="r1",
            number=4,
            township_code=GAOLOU,
            on=date(2014, 8, 11),
            fault=fault,
            item_code="health-clinic" if fault == "item_gone" else None,
        )
        for fault in (
            "no_edition",
            "item_gone",
            "no_campaign",
            "township_code_ended",
        )
    ),
    *(
        OccurrenceBlocked(
            series_id="r1",
            number=4,
            township_code=GAOLOU,
            on=date(2014, 8, 11),
            fault="no_campaign",
            item_code=None,
            limit=limit,
        )
        for limit in ("ordering_is_over", "quota_used_up")
    ),
    OrderReturned(order_id=ORDER, township_code=GAOLOU, reason_code="incomplete"),
    OrderCancelled(order_id=ORDER, township_code=GAOLOU, reason_code="duplicate"),
    ServiceRated(
        order_id=ORDER,
        line_id="l1",
        township_code=GAOLOU,
        assignment_id="a1",
        team_code="health",
        item_code="health-clinic",
        item_name="医疗义诊",
        item_name_en="Health clinic",
        score=5,
    ),
    ConsultationOpened(**CONSULTATION),
    ConsultationProlonged(**CONSULTATION),
    OpinionAnswered(
        edition_id="summer-2014",
        title="2014年夏季菜单",
        opinion_id="o1",
        number=3,
        speaker="township",
        township_code=GAOLOU,
        team_code=None,
    ),
    SurveyOpened(**_ASKED, team_codes=("health", "justice")),
    SurveyProlonged(**_ASKED, team_codes=("health",)),
    SurveyReminded(**_ASKED, team_code="health"),
    QualificationGranted(**_LICENCE, granted_on=date(2014, 6, 1)),
    QualificationGranted(**_LICENCE, granted_on=date(2014, 6, 1), expires_on=date(2014, 8, 31)),
    QualificationExpiring(**_LICENCE, expires_on=date(2014, 8, 31)),
    QualificationExpired(**_LICENCE, expires_on=date(2014, 8, 31)),
    QualificationRevoked(**_LICENCE, reason_code="withdrawn"),
    *(
        CourseEnrolmentChanged(
            **_COURSE,
            enrolment_id="p1",
            volunteer_no="V-000001",
            state="enrolled" if step == "moved_up" else step,
            step=step,
            by="leader",
            first_on=date(2014, 8, 8),
            reason_code="own_wish" if step == "left" else None,
        )
        for step in ("enrolled", "waiting", "moved_up", "left")
    ),
    *(
        CourseChanged(
            **_COURSE,
            state="cancelled" if step == "cancelled" else "running",
            step=step,
            sessions=(
                CourseSession(
                    session_id="s1",
                    on=date(2014, 8, 8),
                    starts="09:00",
                    ends="11:00",
                    place="文化馆",
                ),
            ),
            capacity=40,
            enrol_until=date(2014, 8, 5),
            test_closes_at=datetime(2014, 8, 31, 10, tzinfo=UTC),
            reason_code="no_teacher" if step == "cancelled" else None,
            told_nos=("V-000001",),
        )
        for step in ("sessions_changed", "cancelled", "test_opened")
    ),
    CourseTestMarked(
        **_COURSE, attempt_id="a1", volunteer_no="V-000001", passed=True, may_repeat=False
    ),
    SurveyOverdue(**_ASKED, team_code="health"),
    ItemProposalTaken(
        edition_id="2014-q4", title="第四季度目录", team_code="health", item_code="repair"
    ),
    ItemProposalDeclined(
        edition_id="2014-q4", title="第四季度目录", team_code="health", reason_code="not_now"
    ),
    SurveyAnswered(edition_id="2014-q4", title="第四季度目录", team_code="health", is_late=False),
    FollowUpOpened(score=2, due_on=date(2014, 7, 4), **_POOR),
    FollowUpOverdue(due_on=date(2014, 7, 4), **_POOR),
    FollowUpClosed(**_POOR),
    StopConfirmed(team_codes=("health",), **_STOP),
    StopPrepared(team_codes=("health",), **_STOP),
    PreparationReminded(missing=3, **_STOP),
    *(
        kind(number=1, team_code=team_code, reason_code=what, **_STOP)
        for kind, team_code in ((IncidentNoted, "health"), (IncidentClosed, None))
        for what in get_args(What)
    ),
    BoothCorrected(
        **_BOOTH | _DONE | {"served": 38, "reason_code": "miscounted"},
    ),
    BoothCorrected(
        **_BOOTH | _DONE | {"was_team_code": "justice", "reason_code": "another_team_came"},
    ),
    BoothCorrected(
        **_BOOTH
        | _DONE
        | {"served": 38, "was_team_code": "justice", "reason_code": "another_team_came"},
    ),
    BoothCorrectionProposed(reason_code="miscounted", **_BOOTH),
    BoothCorrectionRefused(reason_code="no_evidence", **_BOOTH),
    OrderContactChanged(
        order_id=ORDER, township_code=GAOLOU, place="文化广场", team_codes=("health",)
    ),
    ReportReminded(until_on=date(2014, 7, 11), **_BOOTH),
    ReportOverdue(until_on=date(2014, 7, 11), **_BOOTH),
    OrderCorrected(
        order_id=ORDER,
        township_code=GAOLOU,
        was_township_code="330381122000",
        correction=1,
        team_codes=("health",),
        reason_code="wrong_township",
    ),
    HoursRecorded(**_BOOTH | _HOURS | _TIMES),
    HoursCorrected(**_BOOTH | _HOURS | _TIMES, was_minutes=200, was_evidence="by_hand"),
    HoursWithdrawn(**_BOOTH | _HOURS),
    HoursAsked(**_BOOTH | _CLAIM, side="volunteer"),
    HoursAsked(**_BOOTH | _CLAIM, side="team"),
    HoursAnswered(**_BOOTH | _CLAIM, side="team", outcome="agreed"),
    HoursAnswered(**_BOOTH | _CLAIM, side="team", outcome="disputed"),
    HoursAnswered(**_BOOTH | _CLAIM, side="volunteer", outcome="accepted"),
    HoursAnswered(**_BOOTH | _CLAIM, side="volunteer", outcome="refused"),
    RosterChanged(**_BOOTH | _ROSTER, reason_code="rostered"),
    RosterChanged(**_BOOTH | _ROSTER, reason_code="dropped_out", standby_nos=("V-000004",)),
    RosterChanged(**_BOOTH | _ROSTER, reason_code="stepped_in"),
    SubstitutionOffered(
        **_BOOTH | _LEFT,
        offered_nos=("V-000001", "V-000002"),
        asked=2,
        until=datetime(2014, 6, 26, 10, tzinfo=UTC),
    ),
    SubstitutionOverdue(**_BOOTH | _LEFT),
    *(
        SubstitutionClosed(
            **_BOOTH,
            substitution_id="s1",
            outcome=outcome,
            by_no="V-000001" if outcome == "taken" else None,
            told_nos=("V-000002",),
        )
        for outcome in ("taken", "filled", "void")
    ),
    RosterChanged(
        **_BOOTH | _ROSTER, reason_code="stop_moved", was_on=date(2014, 6, 26), was_part="afternoon"
    ),
    *(
        event
        for team_code in (None, "health")
        for event in (
            AnotherDayAsked(
                team_code=team_code, days=(date(2014, 7, 1),), reason_code="busy", **_STOP
            ),
            AnotherDayDeclined(team_code=team_code, reason_code="no_other_day", **_STOP),
            ConfirmationReminded(team_code=team_code, until_on=date(2014, 6, 20), **_STOP),
            ConfirmationOverdue(team_code=team_code, until_on=date(2014, 6, 20), **_STOP),
        )
    ),
    WishMade(wish_id="w1", number=3, township_code=GAOLOU),
    WishAnswered(answer="matched", **_ANSWERED),
    WishAnswered(answer="adopted", **_ANSWERED),
    WishAnswered(answer="declined", **_ANSWERED | {"reason_code": "unsafe"}),
    WishPublished(edition_id="2014-q4", item_code="evening-clinic", **_WISHED),
    WishOmitted(edition_id="2014-q4", **_WISHED),
    RecurrenceProposed(due_on=date(2014, 7, 31), **_REGULAR),
    RecurrenceReminded(until_on=date(2014, 9, 25), **_REGULAR),
    RecurrenceConfirmed(series_id="s1", starts_on=date(2014, 8, 1), is_changed=False, **_REGULAR),
    RecurrenceDeclined(reason_code="too_often", **_REGULAR),
    ActivityChanged(step="announced", state="announced", team_codes=("health",), **_CHANGED),
    ActivityChanged(
        step="moved",
        state="announced",
        was_on=date(2014, 7, 18),
        was_place="飞云江滨江公园东门",
        reason_code="weather",
        told_nos=(VOLUNTEER,),
        **_CHANGED,
    ),
    ActivityChanged(
        step="called_off",
        state="called_off",
        reason_code="weather",
        told_nos=(VOLUNTEER,),
        **_CHANGED,
    ),
    ActivityHeld(participants=110, team_codes=("health",), **_ACTIVITY),
    ParticipantsRegistered(registered_nos=(VOLUNTEER,), **_ACTIVITY),
    ParticipantsRegistered(waiting_nos=(VOLUNTEER,), **_ACTIVITY),
    ParticipantsRegistered(moved_up_nos=(VOLUNTEER,), **_ACTIVITY),
    PledgeApproved(holding_id="h1", volunteer_no=VOLUNTEER, **_WINDOW),
    PledgeReturned(holding_id="h1", volunteer_no=VOLUNTEER, reason_code="too_vague", **_WINDOW),
    StageOpened(until_on=date(2014, 7, 4), **_STAGE),
    StageOverdue(until_on=date(2014, 7, 4), **_STAGE),
    StageAccepted(**_STAGE),
    StageReturned(reason_code="unclear", **_STAGE),
    BadgeIssued(valid_from=date(2014, 7, 1), valid_until=date(2014, 9, 28), **_BADGE),
    BadgeRevoked(reason_code="consent_withdrawn", **_BADGE),
    *(
        event
        for award, person in (("model_post", None), ("service_model", VOLUNTEER))
        for facts in [_HONOUR | {"award": award, "volunteer_no": person}]
        for event in (
            HonourPublicised(until_on=date(2014, 7, 3), **facts),
            HonourAwarded(awarded_on=date(2014, 7, 4), expires_on=date(2015, 7, 4), **facts),
            HonourDeclined(reason_code="objection_upheld", **facts),
            HonourWithdrawn(reason_code="conduct", **facts),
            HonourExpired(**facts),
        )
    ),
    ObjectionAnswered(
        honour_id="n1", objection_id="o1", upheld=True, township_code="330381125000", team_code=None
    ),
    *(
        changed(code=code, step=step, until_on=until_on, **_TASK)
        for changed, code in (
            (catalog.TaskHolderChanged, "edition_to_publish"),
            (dispatch.TaskHolderChanged, "stop_overdue"),
            (requests.TaskHolderChanged, "order_to_accept"),
        )
        for step, until_on in (
            ("handed_over", None),
            ("handed_over", date(2014, 7, 3)),
            ("given_back", None),
            ("taken_over", None),
        )
    ),
)


def test_every_event_with_a_row_has_an_example_here() -> None:
    assert {type(event) for event in EVENTS} == set(NOTICES)


@pytest.mark.parametrize(
    "event", EVENTS, ids=lambda event: f"{event.type} {getattr(event, 'answer', '')}".strip()
)
async def test_a_row_is_told_with_all_that_its_text_needs(notify: House, event: Event) -> None:
    await tell(notify, *directory(), (f"order:{ORDER}", event))
    rows: list[Notice[Event]] = list(NOTICES[type(event)])
    for row in rows:
        for language in LANGUAGES:
            for recipient in row.recipients_of(event):
                (told,) = await messages(notify, recipient, language)
                assert told["code"] == row.code
                about = f"order:{ORDER}" if row.about is None else row.about(event)
                assert told["about"] == about
                assert told["subject"]
                assert "{" not in told["subject"] + told["text"]
    counts = (await notify.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == sum(len(list(row.recipients_of(event))) for row in rows) > 0


async def test_a_resident_who_spoke_gets_no_message(notify: House) -> None:
    event = OpinionAnswered(
        edition_id="summer-2014",
        title="2014年夏季菜单",
        opinion_id="o2",
        number=4,
        speaker="resident",
        township_code=None,
        team_code=None,
    )
    await tell(notify, *directory(), ("opinion:o2", event))
    counts = (await notify.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == 0
