"""What other services' events mean for the inbox: plain notices, names, and volunteers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import insert, select, update

from services.notify.inbox.domain.recipient import (
    COORDINATOR,
    Recipient,
    of_account,
    of_team,
    of_township,
    of_volunteer,
)
from services.notify.inbox.tables import campaign
from services.notify.inbox.use_cases import (
    change_recipient,
    mention,
    move_recipient,
    post_message,
)
from services.notify.templates.domain import Params
from shared.contracts import Event, catalog, dispatch, requests
from shared.contracts.base import TaskHolderChange
from shared.contracts.catalog import (
    ActivityChanged,
    ActivityEvent,
    ActivityHeld,
    BadgeEvent,
    BadgeIssued,
    BadgeRevoked,
    CampaignChanged,
    ConsultationOpened,
    ConsultationProlonged,
    CoordinatorChanged,
    CourseChanged,
    CourseEnrolmentChanged,
    CourseTestMarked,
    HonourAwarded,
    HonourDeclined,
    HonourEvent,
    HonourExpired,
    HonourPublicised,
    HonourWithdrawn,
    ItemProposalDeclined,
    ItemProposalTaken,
    ObjectionAnswered,
    OpinionAnswered,
    ParticipantsRegistered,
    PledgeApproved,
    PledgeEvent,
    PledgeReturned,
    QualificationEvent,
    QualificationExpired,
    QualificationExpiring,
    QualificationGranted,
    QualificationRevoked,
    StageAccepted,
    StageEvent,
    StageOpened,
    StageOverdue,
    StageReturned,
    SurveyAnswered,
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
    TeamChanged,
    TeamMerged,
    TeamRegistered,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import (
    AnotherDayAsked,
    AnotherDayDeclined,
    AssignmentEvent,
    BoothCorrected,
    BoothCorrectionProposed,
    BoothCorrectionRefused,
    ConfirmationOverdue,
    ConfirmationReminded,
    HoursAnswered,
    HoursAsked,
    HoursCorrected,
    HoursEvent,
    HoursRecorded,
    HoursWithdrawn,
    IncidentClosed,
    IncidentNoted,
    PreparationReminded,
    ReportOverdue,
    ReportReminded,
    RosterChanged,
    StopConfirmed,
    StopEvent,
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
    OrderAccepted,
    OrderAmended,
    OrderAmendmentProposed,
    OrderAmendmentRefused,
    OrderCancelled,
    OrderContactChanged,
    OrderCorrected,
    OrderReturned,
    RecurrenceConfirmed,
    RecurrenceDeclined,
    RecurrenceEvent,
    RecurrenceProposed,
    RecurrenceReminded,
    RecurringOrderChanged,
    SeriesStep,
    ServiceOrdered,
    ServiceRated,
    WishAnswered,
    WishMade,
    WishOmitted,
    WishPublished,
)
from shared.db.successors import current_code, note_successor
from shared.kernel.clock import CHINA
from shared.unit_of_work import UnitOfWork

Order = (
    ServiceOrdered
    | OrderAccepted
    | OrderAmendmentProposed
    | OrderAmendmentRefused
    | OrderReturned
    | OrderCancelled
)

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Notice(Generic[E]):
    """A plain notice: each event of this type is one message with this code to each of ``recipients_of`` the event,
    with the facts that the code's text needs. It is about the stream of the event, or what ``about`` says."""

    event: type[E]
    code: str
    recipients_of: Callable[[E], Iterable[str]]
    facts_of: Callable[[E], Params]
    about: Callable[[E], str] | None = None


def _by_event(*notices: Notice[Any]) -> Mapping[type[Event], Sequence[Notice[Any]]]:
    table: defaultdict[type[Event], list[Notice[Any]]] = defaultdict(list)
    for notice in notices:
        table[notice.event].append(notice)
    return table


def _coordinator(_event: Event) -> Iterable[str]:
    return (COORDINATOR,)


def _township(event: Order) -> Iterable[str]:
    return (of_township(event.township_code),)


def _asked(event: ConsultationOpened) -> Iterable[str]:
    return [
        *(of_township(code) for code in event.township_codes),
        *(of_team(code) for code in event.team_codes),
    ]


def _speaker(event: OpinionAnswered | ObjectionAnswered) -> Iterable[str]:
    """Nobody where a resident spoke, who looks the answer up."""
    if event.township_code is not None:
        return (of_township(event.township_code),)
    return (of_team(event.team_code),) if event.team_code is not None else ()


def _team(
    event: ServiceRated
    | SurveyReminded
    | ItemProposalTaken
    | ItemProposalDeclined
    | BoothCorrectionRefused,
) -> Iterable[str]:
    return (of_team(event.team_code),)


def _teams(event: SurveyOpened) -> Iterable[str]:
    return [of_team(code) for code in event.team_codes]


def _deadline(event: ConsultationOpened | SurveyOpened | SurveyReminded) -> Params:
    return {"title": event.title, "until_on": event.until_on.isoformat()}


def _short(order_id: str) -> str:
    """What people call an order by: the end of a UUID differs, its beginning is the time."""
    return order_id[-8:]


def _rated(event: FollowUpOpened | FollowUpOverdue | FollowUpClosed) -> Params:
    return {
        "township_code": event.township_code,
        "team_code": event.team_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
    }


def _party(
    event: AnotherDayDeclined | ConfirmationReminded | ConfirmationOverdue | IncidentClosed,
) -> Iterable[str]:
    """The team that is asked or has said something, or the township where it is none."""
    if event.team_code is not None:
        return (of_team(event.team_code),)
    return (of_township(event.township_code),)


def _if_team(event: AnotherDayAsked | ConfirmationOverdue) -> Iterable[str]:
    return () if event.team_code is None else (COORDINATOR,)


def _if_township(event: AnotherDayAsked | ConfirmationOverdue) -> Iterable[str]:
    return (COORDINATOR,) if event.team_code is None else ()


def _stop(event: StopEvent) -> Params:
    return {
        "township_code": event.township_code,
        "place": event.place,
        "on": event.on.isoformat(),
        "part": event.part,
    }


def _booth(event: AssignmentEvent) -> Params:
    return _stop(event) | {
        "team_code": event.team_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
    }


_FIGURES = ("served", "leaflets", "follow_ups")


def _corrected(event: BoothCorrected, *, team: bool, figures: bool) -> Iterable[str]:
    """Both teams and the township, where the team differs or not as ``team`` says, and so do the figures."""
    other_team = event.team_code != event.was_team_code
    other_figures = any(getattr(event, name) != getattr(event, f"was_{name}") for name in _FIGURES)
    if (other_team, other_figures) != (team, figures):
        return ()
    teams = {of_team(event.team_code): None, of_team(event.was_team_code): None}
    return (*teams, of_township(event.township_code))


def _figures(event: BoothCorrected) -> Params:
    return {name: getattr(event, name) for figure in _FIGURES for name in (figure, f"was_{figure}")}


def _until(event: ConfirmationReminded | ConfirmationOverdue) -> Params:
    return _stop(event) | {"until_on": event.until_on.isoformat()}


def _wisher(event: WishPublished | WishOmitted) -> Iterable[str]:
    return (of_township(event.township_code),)


def _both_sides(event: OccurrenceBlocked) -> Iterable[str]:
    return of_township(event.township_code), COORDINATOR


def _series_after(
    step: SeriesStep, *, corps: bool = False, township: bool = False
) -> Notice[RecurringOrderChanged]:
    """The notice of one step of a recurring order, to the corps, its township or both."""

    def recipients(event: RecurringOrderChanged) -> Iterable[str]:
        if event.step != step:
            return ()
        both = of_township(event.township_code), COORDINATOR
        return [post for post, told in zip(both, (township, corps), strict=True) if told]

    return Notice(RecurringOrderChanged, f"message.recurring_{step}", recipients, _series)


def _series(event: RecurringOrderChanged) -> Params:
    return {
        "number": event.number,
        "township_code": event.township_code,
        "reason_code": event.reason_code or "other",
    }


def _of_task_holders(changed: type[TaskHolderChange]) -> Iterable[Notice[Any]]:
    """The notices to one coordinator of what a colleague did: handed a task over, for good or until a day, gave it
    back, or took it over."""

    def told(code: str, step: str, *, delegated: bool = False) -> Notice[Any]:
        def recipients(event: TaskHolderChange) -> Iterable[str]:
            is_this = event.step == step and (event.until_on is not None) == delegated
            return (of_account(event.told_id),) if is_this else ()

        return Notice(changed, code, recipients, _task, about=lambda event: event.about)

    yield told("message.task_handed_over", "handed_over")
    yield told("message.task_delegated", "handed_over", delegated=True)
    yield told("message.task_given_back", "given_back")
    yield told("message.task_taken_over", "taken_over")


def _task(event: TaskHolderChange) -> Params:
    facts = {"task_code": event.code, "by": event.by_id}
    return facts if event.until_on is None else facts | {"until_on": event.until_on.isoformat()}


def _duty(event: RosterChanged) -> Params:
    facts = {"item_name": event.item_name, "item_name_en": event.item_name_en}
    if event.was_on is not None and event.was_part is not None:
        facts |= {"was_on": event.was_on.isoformat(), "was_part": event.was_part}
    return _stop(event) | facts


def _moved(event: RosterChanged) -> bool:
    return event.was_on is not None


def _added(event: RosterChanged) -> Iterable[str]:
    return _numbers(set(event.volunteer_nos) - set(event.was_volunteer_nos))


def _removed(event: RosterChanged) -> Iterable[str]:
    return _numbers(set(event.was_volunteer_nos) - set(event.volunteer_nos))


def _staying(event: RosterChanged) -> Iterable[str]:
    return _numbers(set(event.was_volunteer_nos) & set(event.volunteer_nos))


def _on_standby(event: RosterChanged) -> Iterable[str]:
    return _numbers(set(event.standby_nos) - set(event.was_standby_nos))


def _place_left(event: SubstitutionOffered | SubstitutionOverdue) -> Params:
    return _booth(event) | {"number": event.volunteer_no}


def _until_then(event: SubstitutionOffered) -> Params:
    until = event.until.astimezone(CHINA)
    return {"until_on": until.date().isoformat(), "until_at": until.strftime("%H:%M")}


def _told_of(event: SubstitutionClosed, *, void: bool) -> Iterable[str]:
    return _numbers(set(event.told_nos)) if (event.outcome == "void") == void else ()


def _own_hours(event: HoursEvent) -> Iterable[str]:
    return (of_volunteer(event.volunteer_no),)


def _hours(event: HoursEvent) -> Params:
    facts = {"item_name": event.item_name, "item_name_en": event.item_name_en}
    return _stop(event) | facts | {"minutes": event.minutes}


def _other_side(event: HoursAsked) -> Iterable[str]:
    is_own = event.side == "volunteer"
    return (of_team(event.team_code) if is_own else of_volunteer(event.volunteer_no),)


def _claimed(event: HoursAsked | HoursAnswered) -> Params:
    facts = {"item_name": event.item_name, "item_name_en": event.item_name_en}
    return _stop(event) | facts | {"volunteer_no": event.volunteer_no}


def _hours_answered(outcome: str, *, corps: bool = False) -> Notice[HoursAnswered]:
    """The notice of what came of a claim, to both sides, and to the corps where it is to decide."""

    def recipients(event: HoursAnswered) -> Iterable[str]:
        if event.outcome != outcome:
            return ()
        both = of_volunteer(event.volunteer_no), of_team(event.team_code)
        return (*both, COORDINATOR) if corps else both

    return Notice(HoursAnswered, f"message.hours_{outcome}", recipients, _claimed)


def _numbers(numbers: set[str]) -> Iterable[str]:
    return [of_volunteer(no) for no in sorted(numbers)]


def _at_window(event: PledgeEvent | BadgeEvent) -> Iterable[str]:
    return (of_volunteer(event.volunteer_no),)


def _window(event: PledgeEvent | BadgeEvent) -> Params:
    return {"window_name": event.window_name, "window_name_en": event.window_name_en}


def _window_why(event: PledgeReturned | BadgeRevoked) -> Params:
    return _window(event) | {"reason_code": event.reason_code}


def _keeps_window(event: StageEvent) -> Iterable[str]:
    return (of_team(event.team_code),)


def _stage(event: StageEvent) -> Params:
    return {
        "stage_name": event.stage_name,
        "stage_name_en": event.stage_name_en,
        "window_name": event.window_name,
        "window_name_en": event.window_name_en,
    }


def _stage_until(event: StageOpened | StageOverdue) -> Params:
    return _stage(event) | {"until_on": event.until_on.isoformat()}


def _keeps_window_and_honoured(event: HonourEvent) -> Iterable[str]:
    team = of_team(event.team_code)
    return (team,) if event.volunteer_no is None else (team, of_volunteer(event.volunteer_no))


def _honour(event: HonourEvent) -> Params:
    return {
        "award": event.award,
        "window_name": event.window_name,
        "window_name_en": event.window_name_en,
    }


def _honour_why(event: HonourDeclined | HonourWithdrawn) -> Params:
    return _honour(event) | {"reason_code": event.reason_code}


def _holder(event: QualificationEvent) -> Iterable[str]:
    return (of_volunteer(event.volunteer_no),)


def _team_of_holder(event: QualificationEvent) -> Iterable[str]:
    return (of_team(event.team_code),)


def _ending(event: QualificationExpiring | QualificationExpired) -> Params:
    return {
        "number": event.volunteer_no,
        "qualification": event.qualification,
        "until_on": event.expires_on.isoformat(),
    }


def _activity(event: ActivityEvent) -> Params:
    return {
        "item_name": event.name,
        "item_name_en": event.name_en,
        "held_on": event.on.isoformat(),
        "starts_at": event.starts_at,
        "place": event.place,
    }


def _activity_moved(event: ActivityChanged) -> Params:
    return _activity(event) | {
        "before_on": (event.was_on or event.on).isoformat(),
        "was_place": event.was_place or "",
        "reason_code": event.reason_code or "other",
    }


def _told_when(step: str) -> Callable[[ActivityChanged], Iterable[str]]:
    """Those who are registered for an activity, after this step."""
    return lambda event: _numbers(set(event.told_nos)) if event.step == step else ()


def _registered_when_moved(event: ActivityChanged) -> Iterable[str]:
    """Those who have a place; who waits is told in other words."""
    places = set(event.told_nos) - set(event.waiting_nos)
    return _numbers(places) if event.step == "moved" else ()


def _answered(answer: str) -> Callable[[WishAnswered], Iterable[str]]:
    """The township whose wish got this answer."""
    return lambda event: (of_township(event.township_code),) if event.answer == answer else ()


def _regular(event: RecurrenceEvent) -> Params:
    return {
        "township_code": event.township_code,
        "team_code": event.team_code,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
        "cadence": event.cadence,
        "residents": event.residents,
    }


def _wished(event: WishAnswered | WishPublished | WishOmitted) -> Params:
    return {
        "number": event.number,
        "item_name": event.item_name,
        "item_name_en": event.item_name_en,
    }


def _named_course(event: CourseChanged | CourseEnrolmentChanged | CourseTestMarked) -> Params:
    return {"course": event.name, "course_en": event.name_en}


def _course(event: CourseChanged | CourseEnrolmentChanged | CourseTestMarked) -> str:
    return f"course:{event.course_id}"


def _trainees(step: str) -> Callable[[CourseChanged], Iterable[str]]:
    """Those who are to be told of one thing that happened to a course."""
    return lambda event: _numbers(set(event.told_nos)) if event.step == step else ()


def _trainee(step: str, *, by_oneself: bool) -> Callable[[CourseEnrolmentChanged], Iterable[str]]:
    """Whose place it is, unless that person did it, who sees it at once."""

    def recipients(event: CourseEnrolmentChanged) -> Iterable[str]:
        is_news = event.step == step and (by_oneself or event.by != "self")
        return (of_volunteer(event.volunteer_no),) if is_news else ()

    return recipients


def _when(event: CourseChanged) -> Params:
    first = min(event.sessions, key=lambda each: (each.on, each.starts))
    facts = {"first_on": first.on.isoformat(), "starts": first.starts, "place": first.place}
    return _named_course(event) | facts


def _test_until(event: CourseChanged) -> Params:
    closes = event.test_closes_at.astimezone(CHINA).date() if event.test_closes_at else None
    return _named_course(event) | {"until_on": closes.isoformat() if closes else ""}


def _starting(event: CourseEnrolmentChanged) -> Params:
    return _named_course(event) | {"first_on": event.first_on.isoformat()}


NOTICES = _by_event(
    Notice[ServiceOrdered](
        ServiceOrdered,
        "message.service_ordered",
        _coordinator,
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "campaign_id": event.campaign_id,
            "lines_ordered": event.line_count,
        },
    ),
    Notice[OrderAccepted](
        OrderAccepted,
        "message.order_accepted",
        _township,
        lambda event: {
            "order": _short(event.order_id),
            "campaign_id": event.campaign_id,
            "place": event.place,
            "lines": [
                {
                    "code": "line.ordered",
                    "item_name": line.item_name,
                    "item_name_en": line.item_name_en,
                    "expected_attendance": line.expected_attendance,
                }
                for line in event.lines
            ],
        },
    ),
    Notice[OrderAmendmentProposed](
        OrderAmendmentProposed,
        "message.order_amendment_proposed",
        _coordinator,
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "reason_code": event.reason_code,
        },
    ),
    Notice[OrderAmended](
        OrderAmended,
        "message.order_amended",
        # Whoever amends an order for which nobody is booked sees it happen.
        lambda event: (of_township(event.township_code),) if event.was_proposed else (),
        lambda event: {"order": _short(event.order_id), "place": event.place},
    ),
    Notice[OrderAmendmentRefused](
        OrderAmendmentRefused,
        "message.order_amendment_refused",
        _township,
        lambda event: {"order": _short(event.order_id), "reason_code": event.reason_code},
    ),
    Notice[OrderContactChanged](
        OrderContactChanged,
        "message.order_contact_changed",
        lambda event: [of_team(code) for code in event.team_codes],
        lambda event: {"township_code": event.township_code, "place": event.place},
    ),
    Notice[OrderReturned](
        OrderReturned,
        "message.order_returned",
        _township,
        lambda event: {"order": _short(event.order_id), "reason_code": event.reason_code},
    ),
    Notice[OrderCancelled](
        OrderCancelled,
        "message.order_cancelled",
        _township,
        lambda event: {"order": _short(event.order_id), "reason_code": event.reason_code},
    ),
    Notice[OrderCancelled](
        OrderCancelled,
        "message.order_cancelled_coordinator",
        _coordinator,  # because places come free
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "reason_code": event.reason_code,
        },
    ),
    Notice[ServiceRated](
        ServiceRated,
        "message.service_rated",
        _team,
        lambda event: {
            "township_code": event.township_code,
            "item_name": event.item_name,
            "item_name_en": event.item_name_en,
            "score": event.score,
        },
    ),
    Notice[ConsultationOpened](
        ConsultationOpened, "message.consultation_opened", _asked, _deadline
    ),
    Notice[ConsultationProlonged](
        ConsultationProlonged, "message.consultation_prolonged", _asked, _deadline
    ),
    Notice[OpinionAnswered](
        OpinionAnswered,
        "message.opinion_answered",
        _speaker,
        lambda event: {"title": event.title, "number": event.number},
    ),
    Notice[SurveyOpened](SurveyOpened, "message.survey_opened", _teams, _deadline),
    Notice[SurveyProlonged](SurveyProlonged, "message.survey_prolonged", _teams, _deadline),
    Notice[SurveyReminded](SurveyReminded, "message.survey_reminded", _team, _deadline),
    Notice[SurveyOverdue](SurveyOverdue, "message.survey_overdue", _team, _deadline),
    Notice[SurveyOverdue](
        SurveyOverdue,
        "message.survey_overdue_coordinator",
        _coordinator,
        lambda event: _deadline(event) | {"team_code": event.team_code},
    ),
    Notice[SurveyAnswered](
        SurveyAnswered,
        "message.survey_answered",
        _coordinator,
        lambda event: {"title": event.title, "team_code": event.team_code},
    ),
    _series_after("proposed", corps=True),
    _series_after("accepted", township=True),
    _series_after("returned", township=True),
    _series_after("paused", corps=True, township=True),
    _series_after("resumed", corps=True, township=True),
    _series_after("ended", corps=True, township=True),
    Notice[OccurrenceBlocked](
        OccurrenceBlocked,
        "message.occurrence_blocked",
        _both_sides,
        lambda event: {
            "number": event.number,
            "township_code": event.township_code,
            "wanted_on": event.on.isoformat(),
            "reason_code": event.limit or event.fault,
        },
    ),
    Notice[StopConfirmed](
        StopConfirmed,
        "message.township_confirmed",
        lambda event: [of_team(code) for code in event.team_codes],
        _stop,
    ),
    Notice[IncidentNoted](
        IncidentNoted,
        "message.incident_noted",
        _coordinator,
        lambda event: _stop(event) | {"reason_code": event.reason_code},
    ),
    Notice[IncidentClosed](
        IncidentClosed,
        "message.incident_closed",
        _party,
        lambda event: _stop(event) | {"reason_code": event.reason_code},
    ),
    Notice[StopPrepared](
        StopPrepared,
        "message.stop_prepared",
        lambda event: [of_team(code) for code in event.team_codes],
        _stop,
    ),
    Notice[PreparationReminded](
        PreparationReminded,
        "message.preparation_reminded",
        lambda event: [of_township(event.township_code)],
        lambda event: _stop(event) | {"missing": event.missing},
    ),
    Notice[AnotherDayAsked](
        AnotherDayAsked,
        "message.another_day_asked_township",
        _if_township,
        lambda event: _stop(event) | {"reason_code": event.reason_code},
    ),
    Notice[AnotherDayAsked](
        AnotherDayAsked,
        "message.another_day_asked_team",
        _if_team,
        lambda event: (
            _stop(event) | {"team_code": event.team_code, "reason_code": event.reason_code}
        ),
    ),
    Notice[AnotherDayDeclined](
        AnotherDayDeclined,
        "message.another_day_declined",
        _party,
        lambda event: _stop(event) | {"reason_code": event.reason_code},
    ),
    Notice[BoothCorrected](
        BoothCorrected,
        "message.booth_corrected",
        lambda event: _corrected(event, team=False, figures=True),
        lambda event: _booth(event) | _figures(event) | {"reason_code": event.reason_code},
    ),
    Notice[BoothCorrected](
        BoothCorrected,
        "message.booth_team_corrected",
        lambda event: _corrected(event, team=True, figures=False),
        lambda event: (
            _booth(event) | {"was_team_code": event.was_team_code, "reason_code": event.reason_code}
        ),
    ),
    Notice[BoothCorrected](
        BoothCorrected,
        "message.booth_all_corrected",
        lambda event: _corrected(event, team=True, figures=True),
        lambda event: (
            _booth(event)
            | _figures(event)
            | {"was_team_code": event.was_team_code, "reason_code": event.reason_code}
        ),
    ),
    Notice[BoothCorrectionProposed](
        BoothCorrectionProposed,
        "message.booth_correction_proposed",
        _coordinator,
        lambda event: _booth(event) | {"reason_code": event.reason_code},
    ),
    Notice[BoothCorrectionRefused](
        BoothCorrectionRefused,
        "message.booth_correction_refused",
        _team,
        lambda event: _booth(event) | {"reason_code": event.reason_code},
    ),
    Notice[ReportReminded](
        ReportReminded,
        "message.report_reminded",
        lambda event: [of_team(event.team_code)],
        lambda event: _booth(event) | {"until_on": event.until_on.isoformat()},
    ),
    Notice[ReportOverdue](
        ReportOverdue,
        "message.report_overdue",
        lambda event: [of_team(event.team_code)],
        lambda event: _booth(event) | {"until_on": event.until_on.isoformat()},
    ),
    Notice[ReportOverdue](
        ReportOverdue,
        "message.report_overdue_coordinator",
        _coordinator,
        lambda event: _booth(event) | {"until_on": event.until_on.isoformat()},
    ),
    Notice[OrderCorrected](
        OrderCorrected,
        "message.order_corrected",
        lambda event: (
            of_township(event.township_code),
            of_township(event.was_township_code),
            *(of_team(code) for code in event.team_codes),
        ),
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "was_township_code": event.was_township_code,
            "reason_code": event.reason_code,
        },
    ),
    Notice[ConfirmationReminded](
        ConfirmationReminded, "message.confirmation_reminded", _party, _until
    ),
    Notice[ConfirmationOverdue](
        ConfirmationOverdue, "message.confirmation_overdue", _party, _until
    ),
    Notice[ConfirmationOverdue](
        ConfirmationOverdue, "message.confirmation_overdue_township", _if_township, _until
    ),
    Notice[ConfirmationOverdue](
        ConfirmationOverdue,
        "message.confirmation_overdue_team",
        _if_team,
        lambda event: _until(event) | {"team_code": event.team_code},
    ),
    Notice[WishMade](
        WishMade,
        "message.wish_made",
        _coordinator,
        lambda event: {"number": event.number, "township_code": event.township_code},
    ),
    Notice[WishAnswered](WishAnswered, "message.wish_matched", _answered("matched"), _wished),
    Notice[WishAnswered](WishAnswered, "message.wish_adopted", _answered("adopted"), _wished),
    Notice[WishAnswered](
        WishAnswered,
        "message.wish_declined",
        _answered("declined"),
        lambda event: {"number": event.number, "reason_code": event.reason_code or "other"},
    ),
    Notice[FollowUpOpened](
        FollowUpOpened,
        "message.follow_up_opened",
        _coordinator,
        lambda event: _rated(event) | {"score": event.score, "until_on": event.due_on.isoformat()},
    ),
    Notice[FollowUpOverdue](FollowUpOverdue, "message.follow_up_overdue", _coordinator, _rated),
    Notice[FollowUpClosed](
        FollowUpClosed,
        "message.follow_up_closed",
        lambda event: (of_township(event.township_code), of_team(event.team_code)),
        _rated,
    ),
    Notice[WishPublished](WishPublished, "message.wish_published", _wisher, _wished),
    Notice[WishOmitted](WishOmitted, "message.wish_left_out", _wisher, _wished),
    Notice[RecurrenceProposed](
        RecurrenceProposed,
        "message.recurrence_proposed",
        lambda event: (of_team(event.team_code),),
        lambda event: _regular(event) | {"until_on": event.due_on.isoformat()},
    ),
    Notice[RecurrenceReminded](
        RecurrenceReminded,
        "message.recurrence_reminded",
        lambda event: (of_team(event.team_code),),
        lambda event: _regular(event) | {"until_on": event.until_on.isoformat()},
    ),
    Notice[RecurrenceConfirmed](
        RecurrenceConfirmed,
        "message.recurrence_confirmed",
        lambda event: (of_township(event.township_code),),
        lambda event: _regular(event) | {"from_on": event.starts_on.isoformat()},
    ),
    Notice[RecurrenceConfirmed](
        RecurrenceConfirmed,
        "message.recurrence_confirmed_coordinator",
        _coordinator,
        lambda event: _regular(event) | {"from_on": event.starts_on.isoformat()},
    ),
    Notice[RecurrenceDeclined](
        RecurrenceDeclined,
        "message.recurrence_declined",
        _coordinator,
        lambda event: _regular(event) | {"reason_code": event.reason_code},
    ),
    Notice[RosterChanged](RosterChanged, "message.rostered", _added, _duty),
    Notice[RosterChanged](
        RosterChanged,
        "message.unrostered",
        lambda event: () if _moved(event) else _removed(event),
        lambda event: _duty(event) | {"reason_code": event.reason_code},
    ),
    Notice[RosterChanged](
        RosterChanged,
        "message.duty_moved",
        lambda event: _staying(event) if _moved(event) else (),
        _duty,
    ),
    Notice[RosterChanged](
        RosterChanged,
        "message.duty_lost",
        lambda event: _removed(event) if _moved(event) else (),
        _duty,
    ),
    Notice[RosterChanged](
        RosterChanged,
        "message.roster_short",
        lambda event: (
            [of_team(event.team_code)]
            if _moved(event) and len(event.volunteer_nos) < event.volunteers
            else ()
        ),
        lambda event: (
            _duty(event) | {"volunteers": event.volunteers, "named": len(event.volunteer_nos)}
        ),
    ),
    Notice[RosterChanged](RosterChanged, "message.on_standby", _on_standby, _duty),
    Notice[SubstitutionOffered](
        SubstitutionOffered,
        "message.substitution_offered",
        lambda event: _numbers(set(event.offered_nos)),
        lambda event: _booth(event) | _until_then(event),
    ),
    Notice[SubstitutionOffered](
        SubstitutionOffered,
        "message.substitution_sought",
        lambda event: [of_team(event.team_code)] if event.asked == len(event.offered_nos) else (),
        lambda event: _place_left(event) | _until_then(event) | {"asked": event.asked},
    ),
    Notice[SubstitutionOverdue](
        SubstitutionOverdue,
        "message.substitution_overdue",
        lambda event: [of_team(event.team_code)],
        lambda event: _place_left(event) | {"substitution_id": event.substitution_id},
    ),
    Notice[SubstitutionClosed](
        SubstitutionClosed,
        "message.substitution_taken",
        lambda event: _told_of(event, void=False),
        _booth,
    ),
    Notice[SubstitutionClosed](
        SubstitutionClosed,
        "message.substitution_void",
        lambda event: _told_of(event, void=True),
        _booth,
    ),
    Notice[SubstitutionClosed](
        SubstitutionClosed,
        "message.substitution_found",
        lambda event: [of_team(event.team_code)] if event.by_no is not None else (),
        lambda event: _booth(event) | {"number": event.by_no or ""},
    ),
    Notice[HoursRecorded](HoursRecorded, "message.hours_recorded", _own_hours, _hours),
    Notice[HoursCorrected](
        HoursCorrected,
        "message.hours_corrected",
        _own_hours,
        lambda event: _hours(event) | {"was_minutes": event.was_minutes},
    ),
    Notice[HoursWithdrawn](HoursWithdrawn, "message.hours_withdrawn", _own_hours, _hours),
    Notice[HoursAsked](HoursAsked, "message.hours_asked", _other_side, _claimed),
    _hours_answered("agreed"),
    _hours_answered("disputed", corps=True),
    _hours_answered("accepted"),
    _hours_answered("refused"),
    Notice[QualificationGranted](
        QualificationGranted,
        "message.qualification_granted",
        lambda event: () if event.expires_on else _holder(event),
        lambda event: {"qualification": event.qualification},
    ),
    Notice[QualificationGranted](
        QualificationGranted,
        "message.qualification_granted_until",
        lambda event: _holder(event) if event.expires_on else (),
        lambda event: {
            "qualification": event.qualification,
            "until_on": event.expires_on.isoformat() if event.expires_on else "",
        },
    ),
    Notice[QualificationExpiring](
        QualificationExpiring, "message.qualification_expiring", _holder, _ending
    ),
    Notice[QualificationExpiring](
        QualificationExpiring, "message.qualification_expiring_team", _team_of_holder, _ending
    ),
    Notice[QualificationExpired](
        QualificationExpired, "message.qualification_expired", _holder, _ending
    ),
    Notice[QualificationExpired](
        QualificationExpired, "message.qualification_expired_team", _team_of_holder, _ending
    ),
    Notice[QualificationRevoked](
        QualificationRevoked,
        "message.qualification_revoked",
        _holder,
        lambda event: {"qualification": event.qualification, "reason_code": event.reason_code},
    ),
    Notice[ActivityChanged](
        ActivityChanged,
        "message.activity_announced",
        lambda event: [of_team(code) for code in event.team_codes],
        lambda event: _activity(event) | {"until_on": event.register_until.isoformat()},
    ),
    Notice[ActivityChanged](
        ActivityChanged,
        "message.activity_moved",
        _registered_when_moved,
        _activity_moved,
    ),
    Notice[ActivityChanged](
        ActivityChanged,
        "message.activity_moved_waiting",
        lambda event: _numbers(set(event.waiting_nos)),
        _activity_moved,
    ),
    Notice[ActivityChanged](
        ActivityChanged,
        "message.activity_called_off",
        _told_when("called_off"),
        lambda event: _activity(event) | {"reason_code": event.reason_code or "other"},
    ),
    Notice[ActivityHeld](
        ActivityHeld,
        "message.activity_held",
        lambda event: [of_team(code) for code in event.team_codes],
        lambda event: _activity(event) | {"count": event.participants},
    ),
    Notice[ParticipantsRegistered](
        ParticipantsRegistered,
        "message.activity_registered",
        lambda event: _numbers(set(event.registered_nos)),
        _activity,
    ),
    Notice[ParticipantsRegistered](
        ParticipantsRegistered,
        "message.activity_waiting",
        lambda event: _numbers(set(event.waiting_nos)),
        _activity,
    ),
    Notice[ParticipantsRegistered](
        ParticipantsRegistered,
        "message.activity_moved_up",
        lambda event: _numbers(set(event.moved_up_nos)),
        _activity,
    ),
    Notice[PledgeApproved](PledgeApproved, "message.pledge_approved", _at_window, _window),
    Notice[PledgeReturned](PledgeReturned, "message.pledge_returned", _at_window, _window_why),
    Notice[StageOpened](StageOpened, "message.stage_opened", _keeps_window, _stage_until),
    Notice[StageOverdue](StageOverdue, "message.stage_overdue", _keeps_window, _stage_until),
    Notice[StageOverdue](StageOverdue, "message.stage_overdue_corps", _coordinator, _stage_until),
    Notice[StageAccepted](StageAccepted, "message.stage_accepted", _keeps_window, _stage),
    Notice[StageReturned](
        StageReturned,
        "message.stage_returned",
        _keeps_window,
        lambda event: _stage(event) | {"reason_code": event.reason_code},
    ),
    Notice[BadgeIssued](
        BadgeIssued,
        "message.badge_issued",
        _at_window,
        lambda event: (
            _window(event)
            | {"from_on": event.valid_from.isoformat(), "until_on": event.valid_until.isoformat()}
        ),
    ),
    Notice[BadgeRevoked](BadgeRevoked, "message.badge_revoked", _at_window, _window_why),
    Notice[HonourPublicised](
        HonourPublicised,
        "message.honour_publicised",
        _keeps_window_and_honoured,
        lambda event: _honour(event) | {"until_on": event.until_on.isoformat()},
    ),
    Notice[HonourAwarded](
        HonourAwarded,
        "message.honour_awarded",
        _keeps_window_and_honoured,
        lambda event: _honour(event) | {"until_on": event.expires_on.isoformat()},
    ),
    Notice[HonourDeclined](
        HonourDeclined, "message.honour_declined", _keeps_window_and_honoured, _honour_why
    ),
    Notice[HonourWithdrawn](
        HonourWithdrawn, "message.honour_withdrawn", _keeps_window_and_honoured, _honour_why
    ),
    Notice[HonourExpired](
        HonourExpired, "message.honour_expired", _keeps_window_and_honoured, _honour
    ),
    Notice[ObjectionAnswered](
        ObjectionAnswered,
        "message.objection_answered",
        _speaker,
        lambda event: {},
        about=lambda event: f"honour:{event.honour_id}",
    ),
    Notice[CourseEnrolmentChanged](
        CourseEnrolmentChanged,
        "message.course_enrolled",
        _trainee("enrolled", by_oneself=False),
        _starting,
        about=_course,
    ),
    Notice[CourseEnrolmentChanged](
        CourseEnrolmentChanged,
        "message.course_waiting",
        _trainee("waiting", by_oneself=False),
        _starting,
        about=_course,
    ),
    Notice[CourseEnrolmentChanged](
        CourseEnrolmentChanged,
        "message.course_moved_up",
        _trainee("moved_up", by_oneself=True),
        _starting,
        about=_course,
    ),
    Notice[CourseEnrolmentChanged](
        CourseEnrolmentChanged,
        "message.course_left",
        _trainee("left", by_oneself=False),
        lambda event: _named_course(event) | {"reason_code": event.reason_code or "other"},
        about=_course,
    ),
    Notice[CourseChanged](
        CourseChanged,
        "message.course_sessions_changed",
        _trainees("sessions_changed"),
        _when,
        about=_course,
    ),
    Notice[CourseChanged](
        CourseChanged,
        "message.course_cancelled",
        _trainees("cancelled"),
        lambda event: _named_course(event) | {"reason_code": event.reason_code or "other"},
        about=_course,
    ),
    Notice[CourseChanged](
        CourseChanged,
        "message.course_test_opened",
        _trainees("test_opened"),
        _test_until,
        about=_course,
    ),
    Notice[CourseTestMarked](
        CourseTestMarked,
        "message.course_test_marked",
        lambda event: (of_volunteer(event.volunteer_no),),
        _named_course,
        about=_course,
    ),
    Notice[ItemProposalTaken](
        ItemProposalTaken,
        "message.item_proposal_taken",
        _team,
        lambda event: {"title": event.title},
    ),
    Notice[ItemProposalDeclined](
        ItemProposalDeclined,
        "message.item_proposal_declined",
        _team,
        lambda event: {"title": event.title},
    ),
    *(
        notice
        for changed in (
            catalog.TaskHolderChanged,
            dispatch.TaskHolderChanged,
            requests.TaskHolderChanged,
        )
        for notice in _of_task_holders(changed)
    ),
)
"""The plain notices by event: who is told, by which text, and with which facts."""


async def post_notices(uow: UnitOfWork, event: Event) -> None:
    """The handler of every event that has a row in :data:`NOTICES`."""
    async with uow.transaction() as tx:
        for notice in NOTICES[type(event)]:
            for recipient in notice.recipients_of(event):
                post_message(
                    tx,
                    recipient,
                    notice.code,
                    notice.facts_of(event),
                    about=notice.about(event) if notice.about is not None else None,
                )


async def on_team_merged(uow: UnitOfWork, event: TeamMerged) -> None:
    """What was told to the team is in the inbox of the other one, with what comes late; and both leaders and the corps
    are told that they are one."""
    async with uow.transaction() as tx:
        into = await note_successor(tx.session, "team", event.code, event.into_code)
        move_recipient(tx, uow.vault, of_team(event.code), of_team(into))
        change_recipient(
            tx, of_team(event.code), lambda team: team.rename(event.name, event.name_en)
        )
        params = {"former": event.name, "former_en": event.name_en, "team_code": into}
        for recipient in (of_team(into), COORDINATOR):
            post_message(
                tx, recipient, "message.team_merged", params, occasion=f"team_merged:{event.code}"
            )


async def on_volunteer_merged(uow: UnitOfWork, event: VolunteerMerged) -> None:
    """The messages of both are one person's. The address of the entry that went is kept only if the other has none."""
    async with uow.transaction() as tx:
        into = await note_successor(tx.session, "volunteer", event.volunteer_no, event.into_no)
        move_recipient(tx, uow.vault, of_volunteer(event.volunteer_no), of_volunteer(into))


async def on_volunteer_changed(uow: UnitOfWork, event: VolunteerChanged) -> None:
    """The volunteer becomes a recipient. Whoever has left gets no more mail, so the address goes."""
    async with uow.transaction() as tx:
        if await current_code(tx.session, "volunteer", event.volunteer_no) != event.volunteer_no:
            return  # late: the entry was merged into another one
        if event.active:
            mention(tx, of_volunteer(event.volunteer_no))
        else:
            change_recipient(tx, of_volunteer(event.volunteer_no), Recipient.forget_address)


async def on_coordinator_changed(uow: UnitOfWork, event: CoordinatorChanged) -> None:
    """The account becomes a recipient. A closed one gets no more mail, so the address goes."""
    async with uow.transaction() as tx:
        if event.active:
            mention(tx, of_account(event.subject))
        else:
            change_recipient(tx, of_account(event.subject), Recipient.forget_address)


async def on_team_registered(uow: UnitOfWork, event: TeamRegistered) -> None:
    await _name_team(uow, event)


async def on_team_changed(uow: UnitOfWork, event: TeamChanged) -> None:
    await _name_team(uow, event)


async def on_campaign_changed(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Texts name it so from now on, those of earlier messages too."""
    names = {"name": event.name, "name_en": event.name_en, "revision": event.revision}
    this = campaign.c.id == event.campaign_id
    async with uow.transaction() as tx:
        mention(tx)
        known = await tx.session.scalar(select(campaign.c.revision).where(this))
        if known is None:
            await tx.session.execute(insert(campaign).values(id=event.campaign_id, **names))
        elif known < event.revision:
            await tx.session.execute(update(campaign).where(this).values(**names))


async def _name_team(uow: UnitOfWork, event: TeamRegistered | TeamChanged) -> None:
    async with uow.transaction() as tx:
        change_recipient(
            tx, of_team(event.code), lambda team: team.rename(event.name, event.name_en)
        )
