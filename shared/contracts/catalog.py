"""What catalog publishes: what is on offer, and who can do it (制单)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from shared.contracts.base import Event, Point, ReasonCode, TaskHolderChange, TownshipCode

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day, HH:MM."""
ServiceMode = Literal["booth", "lecture", "visit", "leaflet"]
Provision = Literal[
    "tables", "chairs", "power", "shade", "water", "room", "projector", "loudspeaker"
]
"""What a township has to provide at the place."""


class TownshipChanged(Event):
    """A township was entered or changed; carries its whole state. Its code is valid from ``valid_from`` to
    ``valid_to``, both included; without one of them that end is open. ``former_code`` is the one that it had before."""

    code: TownshipCode
    name: str
    name_en: str
    centre: Point
    population: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    former_code: TownshipCode | None = None


class TownshipRecoded(Event):
    """Since ``valid_from`` the township of ``code`` has the division code ``new_code``, or is part of the township that
    had it before. Whatever names the former one means the other: everybody changes what they keep, earlier orders and
    services too. ``joins`` says that it is part of the other one now, which had the code before."""

    code: TownshipCode
    new_code: TownshipCode
    valid_from: date
    joins: bool = False


class TeamRegistered(Event):
    """A team joined the corps. A ``retired`` one has left it and is sent nowhere any more. ``area`` are the townships
    that it serves: all of the city where there is none."""

    code: str
    name: str
    name_en: str
    agency_code: str
    agency_name: str
    members: int
    area: tuple[TownshipCode, ...] = ()
    state: Literal["active", "retired"] = "active"


class TeamChanged(TeamRegistered):
    """A team's entry changed; carries its whole state."""


class TeamMerged(Event):
    """The team of ``code`` is the same as that of ``into_code``: it was entered twice. Whatever names ``code`` means
    the other: everybody changes what they keep, earlier services too. It stands in the stream of ``into_code``, whose
    ``team_changed`` follows where the merged entry has other values."""

    code: str
    name: str
    name_en: str
    into_code: str


class ServiceItemChanged(Event):
    """A service item was entered or changed; carries its whole state. Each volunteer at it holds
    ``qualification``, where it names one, is no minor where it is for ``adults_only``, and has a written agreement
    where ``agreement_needed``."""

    code: str
    name: str
    name_en: str
    category_code: str
    teams: tuple[str, ...]
    volunteers_needed: int
    minutes_per_resident: int
    mode: ServiceMode = "booth"
    residents_per_volunteer: int | None = None
    notice_days: int = 0
    weekly_capacity: int | None = None
    township_provides: tuple[Provision, ...] = ()
    qualification: str | None = None
    adults_only: bool = False
    agreement_needed: bool = False
    picture: str | None = None
    """The id of ``/open/pictures/{picture_id}``."""


class CampaignTheme(BaseModel):
    """What a campaign is about from ``starts_on`` to ``ends_on``, both included: plans prefer lines of ``item_codes``
    then. Without one of the days, from the campaign's first day, or to its last."""

    model_config = ConfigDict(frozen=True)

    name: str
    name_en: str
    starts_on: date | None = None
    ends_on: date | None = None
    item_codes: tuple[str, ...]


class CampaignChanged(Event):
    """A campaign was created, corrected, closed or opened again; carries its whole state. ``revision`` rises with each
    change. Both its first and its last day are in it."""

    campaign_id: str
    name: str
    name_en: str
    starts_on: date
    ends_on: date
    themes: tuple[CampaignTheme, ...]
    state: Literal["open", "closed"]
    revision: int


class MenuItem(BaseModel):
    """One dish of a published edition, frozen with it. It is ordered ``notice_days`` before the day of service, and
    served ``weekly_capacity`` times from Monday to Sunday at most, if that is given. ``picture`` is the id by which
    catalog shows its picture."""

    model_config = ConfigDict(frozen=True)

    item_code: str
    name: str
    name_en: str
    category_code: str
    volunteers_needed: int
    minutes_per_resident: int | None = None
    mode: ServiceMode = "booth"
    residents_per_volunteer: int | None = None
    notice_days: int = 0
    weekly_capacity: int | None = None
    township_provides: tuple[Provision, ...] = ()
    picture: str | None = None


class EditionPublished(Event):
    """An edition of the catalogue is in force from ``effective_on`` to ``retires_on`` inclusive."""

    edition_id: str
    title: str
    effective_on: date
    retires_on: date
    items: tuple[MenuItem, ...]


class ConsultationOpened(Event):
    """Opinions on a draft are taken until a day, itself included: of these townships and teams."""

    edition_id: str
    title: str
    until_on: date
    township_codes: tuple[TownshipCode, ...]
    team_codes: tuple[str, ...]


class ConsultationProlonged(ConsultationOpened):
    """Opinions on a draft are taken until another day than was said before."""


class OpinionAnswered(Event):
    """An opinion on a draft got its answer, which stays in catalog, as the opinion does. A resident, who has neither
    of the codes, looks it up."""

    edition_id: str
    title: str
    opinion_id: str
    number: int
    speaker: Literal["township", "team", "resident"]
    township_code: TownshipCode | None
    team_code: str | None


class EditionWithdrawalRequested(Event):
    """An edition is to be withdrawn, unless an order was handed in from it already; requests decides."""

    edition_id: str


class EditionRetired(Event):
    """An edition is in force no more: it was withdrawn before anybody ordered from it, or its last day is over."""

    edition_id: str
    title: str
    cause: Literal["withdrawn", "ended"]


class SurveyOpened(Event):
    """Teams are asked what they can do in an edition, and answer until ``until_on``; it is named again for teams that
    join the corps meanwhile."""

    edition_id: str
    title: str
    until_on: date
    team_codes: tuple[str, ...]


class SurveyProlonged(SurveyOpened):
    """The teams have until another day; ``team_codes`` are those that have not answered."""


class SurveyReminded(Event):
    """The last day of a survey is near, and a team has not answered."""

    edition_id: str
    title: str
    until_on: date
    team_code: str


class SurveyOverdue(SurveyReminded):
    """The last day of a survey is over, and a team has not answered. It still may."""


class SurveyAnswered(Event):
    """A team has handed in its answers."""

    edition_id: str
    title: str
    team_code: str
    is_late: bool


class WishedItemEntered(Event):
    """What townships wished for, and teams were asked about for a draft, is an item now. Whether it is on the menu
    says ``edition_published``, which follows in the same stream."""

    edition_id: str
    group_id: str
    item_code: str


class ItemProposalTaken(Event):
    """A new item that a team proposed in a survey is entered, and on the draft."""

    edition_id: str
    title: str
    team_code: str
    item_code: str


class ItemProposalDeclined(Event):
    """A new item that a team proposed in a survey is not taken over; the words to the reason stay with catalog."""

    edition_id: str
    title: str
    team_code: str
    reason_code: ReasonCode


class PledgeEvent(Event, abstract=True):
    """What every event about a window's pledge repeats; what was pledged stays with catalog."""

    holding_id: str
    window_code: str
    window_name: str
    window_name_en: str
    volunteer_no: str


class PledgeApproved(PledgeEvent):
    """What somebody pledged at a post of a window counts from now on."""


class PledgeReturned(PledgeEvent):
    """What somebody pledged at a post of a window goes back; the words to the reason stay with catalog."""

    reason_code: ReasonCode


class StageEvent(Event, abstract=True):
    """What every event about a window's stage of a programme repeats."""

    stage_id: str
    programme_code: str
    stage_name: str
    stage_name_en: str
    window_code: str
    window_name: str
    window_name_en: str
    team_code: str


class StageOpened(StageEvent):
    """A stage of a programme has begun for a window, which has until ``until_on``, itself included."""

    until_on: date


class StageOverdue(StageEvent):
    """The last day of a stage is over, and a window has not handed it in. It still may."""

    until_on: date


class StageAccepted(StageEvent):
    """The corps accepts what a window handed in for a stage."""


class StageReturned(StageEvent):
    """A window has to do more for a stage; the words to the reason stay with catalog."""

    reason_code: ReasonCode


class BadgeEvent(Event, abstract=True):
    """What every event about a badge repeats; what it says of post and pledge stays with catalog."""

    badge_no: str
    window_code: str
    window_name: str
    window_name_en: str
    team_code: str
    volunteer_no: str


class BadgeIssued(BadgeEvent):
    """Whoever holds a post of a window has a badge from ``valid_from`` to ``valid_until``, both included."""

    valid_from: date
    valid_until: date


class BadgeRevoked(BadgeEvent):
    """A badge holds no more; the words to the reason stay with catalog."""

    reason_code: ReasonCode


class HonourEvent(Event, abstract=True):
    """What every event about an honour repeats: of a post of a window, or of the volunteer ``volunteer_no`` who is or
    was there. Why stays with catalog."""

    honour_id: str
    award: Literal["model_post", "service_model"]
    window_code: str
    window_name: str
    window_name_en: str
    team_code: str
    volunteer_no: str | None = None


class HonourPublicised(HonourEvent):
    """The public is shown a nomination; objections are taken until ``until_on``, itself included."""

    until_on: date


class HonourAwarded(HonourEvent):
    """It is awarded, and in force until ``expires_on``, itself included."""

    awarded_on: date
    expires_on: date


class HonourDeclined(HonourEvent):
    """A nomination came to nothing."""

    reason_code: ReasonCode


class HonourWithdrawn(HonourEvent):
    """An award was taken back."""

    reason_code: ReasonCode


class HonourExpired(HonourEvent):
    """The last day of an award is over."""


class ObjectionAnswered(Event):
    """An objection to an honour got its answer, which stays in catalog, as the objection does. One that a resident made
    to the corps has neither of the codes."""

    honour_id: str
    objection_id: str
    upheld: bool
    township_code: TownshipCode | None
    team_code: str | None


class AccessRevoked(Event):
    """An account was signed out: its tokens issued until ``before`` are void. ``subject`` is the account's
    pseudonymous id; with ``sid``, only the tokens of that one sign-in are meant."""

    subject: str
    before: datetime
    sid: str | None = None


class CoordinatorChanged(Event):
    """An account has the coordinator's role and is open (``active``), or was closed. ``subject`` is its pseudonymous
    id; who it is stays in catalog."""

    subject: str
    active: bool


class VolunteerChanged(Event):
    """A volunteer joined, moved to another team, left or came back, or what matters for the work changed; carries the
    whole state. A ``minor`` does not stand where only adults may; a ``novice`` stands beside someone with experience;
    a written agreement holds until ``agreement_until``. Who it is stays in catalog."""

    volunteer_no: str
    team_code: str
    active: bool
    minor: bool = False
    novice: bool = False
    agreement_until: date | None = None


class QualificationEvent(Event, abstract=True):
    """What every event about a volunteer's qualification repeats. ``qualification`` is called as the items that need it
    call it."""

    volunteer_no: str
    team_code: str
    qualification: str


class QualificationGranted(QualificationEvent):
    """A volunteer holds a qualification, up to and including ``expires_on``, without end where that is None. Said again
    of the same one, it replaces what was said before."""

    granted_on: date
    expires_on: date | None = None


class QualificationExpiring(QualificationEvent):
    """A qualification ends within two months, with ``expires_on``."""

    expires_on: date


class QualificationExpired(QualificationEvent):
    """A qualification has ended with ``expires_on``, and was not renewed."""

    expires_on: date


class QualificationRevoked(QualificationEvent):
    """A volunteer holds a qualification no more."""

    reason_code: ReasonCode


class CourseSession(BaseModel):
    """A stretch of a course on one day, in China's time."""

    model_config = ConfigDict(frozen=True)

    session_id: str
    on: date
    starts: Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
    ends: Annotated[str, StringConstraints(pattern=r"^[0-2][0-9]:[0-5][0-9]$")]
    place: str


class CourseChanged(Event):
    """A course was opened for enrolment, or something about it changed; carries its whole state, and as ``step`` what
    happened. ``told_nos`` are the volunteers whom that concerns. Drafts are nobody else's."""

    course_id: str
    name: str
    name_en: str
    state: Literal["open", "running", "ended", "cancelled"]
    step: Literal[
        "opened",
        "changed",
        "sessions_changed",
        "closed",
        "reopened",
        "test_opened",
        "ended",
        "cancelled",
    ]
    sessions: tuple[CourseSession, ...]
    capacity: int
    enrol_until: date
    test_opens_at: datetime | None = None
    test_closes_at: datetime | None = None
    reason_code: ReasonCode | None = None
    told_nos: tuple[str, ...] = ()


class CourseEnrolmentChanged(Event):
    """A volunteer got a place in a course, waits for one, moved up to one, or left; carries the whole state. ``by``
    says who did that."""

    enrolment_id: str
    course_id: str
    name: str
    name_en: str
    volunteer_no: str
    state: Literal["enrolled", "waiting", "left"]
    step: Literal["enrolled", "waiting", "moved_up", "left"]
    by: Literal["self", "leader", "corps", "system"]
    first_on: date
    reason_code: ReasonCode | None = None


class CourseTestMarked(Event):
    """A trainee's attempt at a course's test was marked: ``passed`` or not. Points and answers stay with catalog."""

    attempt_id: str
    course_id: str
    name: str
    name_en: str
    volunteer_no: str
    passed: bool
    may_repeat: bool


class VolunteerMerged(Event):
    """The volunteer of ``volunteer_no`` is the same person as that of ``into_no``: entered twice. Whatever names the
    former means the other. It stands in the stream of ``into_no``, in front of whatever befalls that person later."""

    volunteer_no: str
    into_no: str


class ActivityPart(BaseModel):
    """A part of the order of the day."""

    model_config = ConfigDict(frozen=True)

    starts_at: Clock
    name: str
    name_en: str


class ActivityEvent(Event, abstract=True):
    """What every event about an activity repeats. It is organised by the team of ``team_code``, or by the corps where
    that is None; ``on`` is its day, and its hours are local."""

    activity_id: str
    activity_kind: Literal["ceremony", "group_activity", "outing", "conference", "other"]
    name: str
    name_en: str
    on: date
    starts_at: Clock
    ends_at: Clock
    place: str
    team_code: str | None = None


class ActivityChanged(ActivityEvent):
    """An activity was announced, edited, moved or called off, or who took part was corrected; carries its whole state.
    ``revision`` rises with each change. When it is announced, ``team_codes`` are the teams whose people may register;
    moved and called off, ``told_nos`` are the volunteers who are registered or wait; moved, ``waiting_nos`` are those
    of them who wait, and it was announced for ``was_on`` at ``was_place`` at first."""

    step: Literal["announced", "edited", "moved", "called_off", "recounted"]
    state: Literal["announced", "called_off", "held"]
    parts: tuple[ActivityPart, ...] = ()
    capacity: int | None = None
    register_until: date
    revision: int
    reason_code: ReasonCode | None = None
    was_on: date | None = None
    was_place: str | None = None
    participants: int | None = None
    team_codes: tuple[str, ...] = ()
    told_nos: tuple[str, ...] = ()
    waiting_nos: tuple[str, ...] = ()


class ActivityHeld(ActivityEvent):
    """An activity was held, with so many participants; ``team_codes`` are the teams they are of."""

    participants: int
    team_codes: tuple[str, ...] = ()


class ParticipantsRegistered(ActivityEvent):
    """Volunteers were registered for an activity by others (``registered_nos``), wait for a place because of that
    (``waiting_nos``), or were moved up from the queue to a place that became free (``moved_up_nos``)."""

    registered_nos: tuple[str, ...] = ()
    waiting_nos: tuple[str, ...] = ()
    moved_up_nos: tuple[str, ...] = ()


class PersonExportRequested(Event):
    """Everybody is asked to collect what they hold about a volunteer, for whoever asked to have it."""

    volunteer_no: str
    request_id: str


class PersonErased(Event):
    """A volunteer's personal data was deleted here, and must be everywhere."""

    volunteer_no: str
    request_id: str


class TaskHolderChanged(TaskHolderChange):
    """Of a task of this service."""
