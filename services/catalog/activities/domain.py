"""Activities (活动) and who takes part in them: places are given in the order of registration, and none twice."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, ClassVar, Literal, TypedDict

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

Kind = Literal["ceremony", "group_activity", "outing", "conference", "other"]
State = Literal["draft", "announced", "called_off", "held"]
MoveReason = Literal["weather", "place_unavailable", "clash", "other"]
"""Why an activity is on another day or at another place."""
CallOffReason = Literal["weather", "place_unavailable", "too_few", "clash", "other"]
Entered = Literal["registered", "waiting", "withdrawn"]
By = Literal["self", "leader", "corps"]
"""Who registered a person: the person, the leader of the team, or the corps."""

MOST_PARTICIPANTS = 1000
"""Of one activity, those who wait included; an event names those whom a change concerns."""
MOST_PARTS = 30
CONFIRM_DAYS = 3
"""So many days after an activity the corps ought to have confirmed that it was held."""
DAY_MINUTES = 24 * 60

Clock = str
"""A time of day, HH:MM."""


class Part(TypedDict):
    """A part of the order of the day."""

    starts_at: Clock
    name: str
    name_en: str


@dataclass(eq=False, kw_only=True)
class Activity(Aggregate):
    """Something that the corps does together on a day, organised by the team of ``team_code``, or by the corps.

    ``capacity`` is how many can take part, without end where it is None. Whoever wants to take part registers up to
    and including ``register_until``. ``participants`` is how many were there, once it was held. ``revision`` rises
    with each change that others are told of. ``was_on`` and ``was_place`` say when and where it was announced for
    at first, once it was moved.
    """

    kind: ClassVar[str] = "activity"
    CONTENT: ClassVar[tuple[str, ...]] = (
        *("name", "name_en", "activity_kind", "on", "starts_at", "ends_at", "place"),
        *("team_code", "parts", "capacity", "register_until"),
    )
    STEPS: ClassVar[Steps] = {
        "draft": ("edit", "announce", "call_off"),
        "announced": (
            "edit",
            "move",
            "register",
            "withdraw",
            "note_attendance",
            "hold",
            "call_off",
        ),
        "called_off": (),
        "held": ("note_attendance",),
    }

    id: str
    name: str
    name_en: str
    activity_kind: Kind
    on: date
    starts_at: Clock
    ends_at: Clock
    place: str
    team_code: str | None
    parts: list[Part]
    capacity: int | None
    register_until: date
    state: State = "draft"
    revision: int = 0
    participants: int | None = None
    was_on: date | None = None
    was_place: str | None = None
    held_on: date | None = None
    reason_code: str | None = None
    reason: str | None = None

    @property
    def key(self) -> str:
        return self.id

    def describe(self, **content: Any) -> bool:
        """Replaces what it says of itself; returns whether that is new.

        :raises IllegalTransition: it was called off or held. :raises InvalidInput: the hours, the order of the day or
            the last day to register can't be, or it is announced and would be elsewhere: that is a move.
        """
        self.require("edit", self.state)
        check_content(**{name: content[name] for name in CHECKED})
        if self.state == "announced":
            for name in WHERE_AND_WHEN:
                if content[name] != getattr(self, name):
                    raise InvalidInput("activity_is_announced", field=name)
        is_new = any(getattr(self, name) != value for name, value in content.items())
        for name, value in content.items():
            setattr(self, name, value)
        return is_new

    def announce(self) -> None:
        """From now on people register. :raises IllegalTransition: it is announced, or over."""
        self.require("announce", self.state)
        self.state = "announced"

    def move(
        self,
        *,
        on: date,
        starts_at: Clock,
        ends_at: Clock,
        place: str,
        reason_code: MoveReason,
        reason: str | None,
    ) -> bool:
        """It takes place on another day, at other hours or at another place; the order of the day goes with it. Whoever
        is registered stays so. Returns whether it is elsewhere now; if it is not, but moved before, the reason is
        corrected.

        :raises IllegalTransition: it is not announced. :raises InvalidInput: the hours can't be.
        """
        self.require("move", self.state)
        if (on, starts_at, ends_at, place) == (self.on, self.starts_at, self.ends_at, self.place):
            if self.was_on is not None:  # it moved before: sent again, it says better why
                self.reason_code, self.reason = reason_code, reason
            return False
        later = minutes_of(starts_at) - minutes_of(self.starts_at)
        parts: list[Part] = [
            {**part, "starts_at": clock_of(minutes_of(part["starts_at"]) + later)}
            for part in self.parts
        ]
        register_until = min(self.register_until, on)
        check_content(
            on=on, starts_at=starts_at, ends_at=ends_at, parts=parts, register_until=register_until
        )
        if self.was_on is None:
            self.was_on, self.was_place = self.on, self.place
        self.on, self.starts_at, self.ends_at, self.place = on, starts_at, ends_at, place
        self.parts, self.register_until = parts, register_until
        self.reason_code, self.reason = reason_code, reason
        return True

    def call_off(self, reason_code: CallOffReason, reason: str | None) -> None:
        """It does not take place. :raises IllegalTransition: it was called off or held before."""
        self.require("call_off", self.state)
        self.state, self.reason_code, self.reason = "called_off", reason_code, reason

    def hold(self, participants: int, today: date) -> None:
        """It was held, with so many participants.

        :raises IllegalTransition: it is not announced. :raises Conflict: its day has not come.
        """
        self.require("hold", self.state)
        require_begun(self, today)
        self.state, self.participants, self.held_on = "held", participants, today


WHERE_AND_WHEN = ("on", "starts_at", "ends_at", "place")
CHECKED = ("on", "starts_at", "ends_at", "parts", "register_until")


def check_content(
    *,
    on: date,
    starts_at: Clock,
    ends_at: Clock,
    parts: Sequence[Mapping[str, Any]],
    register_until: date,
) -> None:
    """:raises InvalidInput: it ends before it begins, a part lies outside it or before the part above it, or people
    could register after its day."""
    if ends_at <= starts_at:
        raise InvalidInput("activity_hours", field="ends_at", first=starts_at, last=ends_at)
    before = starts_at
    for number, part in enumerate(parts):
        if not before <= part["starts_at"] < ends_at:
            where = f"parts[{number}].starts_at"
            raise InvalidInput("part_out_of_order", field=where, first=before, last=ends_at)
        before = part["starts_at"]
    if register_until > on:
        raise InvalidInput("registration_after_day", field="register_until", day=on)


def require_begun(activity: Activity, today: date) -> None:
    """:raises Conflict: the day of the activity has not come."""
    if today < activity.on:
        raise Conflict("activity_ahead", day=activity.on)


def minutes_of(clock: Clock) -> int:
    """Minutes since midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


def clock_of(minutes: int) -> Clock:
    """The time of day so many minutes after midnight; what lies outside the day stands at its end or beginning, where
    :func:`check_content` refuses it."""
    within = max(0, min(minutes, DAY_MINUTES - 1))
    return f"{within // 60:02}:{within % 60:02}"


@dataclass(eq=False, kw_only=True)
class Registration(Aggregate):
    """A volunteer's place at an activity, or the place in the queue for one. Those with smaller ``place_no`` came
    first. ``attended`` is whether the person was there; None where nobody has said so yet."""

    kind: ClassVar[str] = "registration"

    id: str
    activity_id: str
    volunteer_no: str
    team_code: str
    place_no: int
    state: Entered
    by: By
    entered_at: datetime
    attended: bool | None = None

    @property
    def key(self) -> str:
        return self.id


@dataclass(slots=True)
class Signed:
    """What a step did: who has a place that had none, who waits, who was moved up from the queue, and who is out."""

    registered: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    moved_up: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)


class SignUps:
    """All registrations for one activity. Whoever changes them has locked the activity.

    At no time are more people registered than it has places; nobody waits while a place is free; and whoever waits
    longest is moved up first.
    """

    def __init__(self, activity: Activity, found: Iterable[Registration]) -> None:
        self.activity = activity
        self.all = {each.volunteer_no: each for each in found}

    @property
    def registered(self) -> list[Registration]:
        return self._of("registered")

    @property
    def waiting(self) -> list[Registration]:
        return self._of("waiting")

    def enter(
        self, people: Sequence[tuple[str, str]], *, by: By, at: datetime, ids: Iterable[str]
    ) -> tuple[Signed, list[Registration]]:
        """Registers people, each with the code of the team, in their order; whoever is entered already stays as it is.
        Returns what became of them, and the new registrations.

        :raises IllegalTransition: the activity is not announced. :raises Conflict: more than
            :data:`MOST_PARTICIPANTS` would be entered.
        """
        self.activity.require("register", self.activity.state)
        signed, made = Signed(), []
        new_ids = iter(ids)
        for no, team_code in people:
            known = self.all.get(no)
            if known is not None and known.state != "withdrawn":
                continue
            if len(self.registered) + len(self.waiting) >= MOST_PARTICIPANTS:
                raise Conflict("activity_too_many", most=MOST_PARTICIPANTS)
            state: Entered = "registered" if self._free() > 0 else "waiting"
            place_no = 1 + max((each.place_no for each in self.all.values()), default=0)
            if known is None:
                known = Registration(
                    id=next(new_ids),
                    activity_id=self.activity.id,
                    volunteer_no=no,
                    team_code=team_code,
                    place_no=place_no,
                    state=state,
                    by=by,
                    entered_at=at,
                )
                self.all[no] = known
                made.append(known)
            else:
                known.team_code, known.place_no, known.state = team_code, place_no, state
                known.by, known.entered_at, known.attended = by, at, None
            (signed.registered if state == "registered" else signed.waiting).append(no)
        return signed, made

    def forget_attendance(self) -> None:
        """Nothing is said of anybody any more: the day is still to come."""
        for each in self.all.values():
            each.attended = None

    def withdraw(self, numbers: Collection[str]) -> Signed:
        """Takes people out, and moves up those who wait longest. Who is not in stays out.

        :raises IllegalTransition: the activity is not announced.
        """
        self.activity.require("withdraw", self.activity.state)
        signed = Signed()
        for no in numbers:
            known = self.all.get(no)
            if known is not None and known.state != "withdrawn":
                known.state, known.attended = "withdrawn", None
                signed.withdrawn.append(no)
        signed.moved_up = self.move_up()
        return signed

    def move_up(self) -> list[str]:
        """Gives free places to those who wait longest; returns their numbers."""
        moved = self.waiting[: self._free()]
        for each in moved:
            each.state = "registered"
        return [each.volunteer_no for each in moved]

    def require_room(self, capacity: int | None) -> None:
        """:raises Conflict: more people are registered than would have places."""
        if capacity is not None and capacity < len(self.registered):
            raise Conflict(
                "capacity_below_registered", field="capacity", count=len(self.registered)
            )

    def note_attendance(self, said: Mapping[str, bool], today: date) -> None:
        """Notes who was there. Whoever came without being registered is registered first.

        :raises IllegalTransition: the activity is a draft, or was called off. :raises Conflict: its day has not come.
        :raises InvalidInput: somebody is not registered.
        """
        self.activity.require("note_attendance", self.activity.state)
        require_begun(self.activity, today)
        unknown = [no for no in said if no not in self.all or self.all[no].state != "registered"]
        if unknown:
            raise InvalidInput(
                "not_registered", field="present", numbers=", ".join(sorted(unknown))
            )
        for no, was_there in said.items():
            self.all[no].attended = was_there
        if self.activity.state == "held":
            self.activity.participants = self.present

    @property
    def present(self) -> int:
        return sum(each.attended is True for each in self.registered)

    @property
    def unsaid(self) -> int:
        """Of how many registered people nobody has said whether they were there."""
        return sum(each.attended is None for each in self.registered)

    def merge(self, no: str, into: str) -> tuple[Registration | None, Signed]:
        """Both numbers are one person's, whose better registration stays: a place before the queue, and having been
        there before not. Returns the one that is dropped, and what came of it."""
        gone, kept = self.all.pop(no, None), self.all.get(into)
        if gone is None:
            return None, Signed()
        if kept is None:
            gone.volunteer_no = into
            self.all[into] = gone
            return None, Signed()
        better, other = sorted((gone, kept), key=_worth)
        better.volunteer_no, self.all[into] = into, better
        signed = Signed()
        if self.activity.state == "announced":
            signed.moved_up = self.move_up()
        return other, signed

    def _of(self, state: Entered) -> list[Registration]:
        found = (each for each in self.all.values() if each.state == state)
        return sorted(found, key=lambda each: each.place_no)

    def _free(self) -> int:
        most = self.activity.capacity
        return MOST_PARTICIPANTS if most is None else max(0, most - len(self.registered))


def _worth(each: Registration) -> tuple[int, bool, int]:
    rank = ("registered", "waiting", "withdrawn").index(each.state)
    return rank, each.attended is not True, each.place_no


def require_open(activity: Activity) -> None:
    """:raises IllegalTransition: nobody registers for it (any more)."""
    activity.require("register", activity.state)


PhotoState = Literal["none", "new", "hidden", "shown"]
"""Whether an activity has a photo, and who sees that: nobody but the corps as long as it is new."""


@dataclass(eq=False, kw_only=True)
class Photo(Aggregate):
    """The group photo of an activity. ``people`` are the numbers of those who can be recognised in it, None as long as
    nobody has said who that is. A ``withdrawn`` one is shown to nobody, and its file is deleted."""

    kind: ClassVar[str] = "activity_photo"
    STEPS: ClassVar[Steps] = {"kept": ("mark", "withdraw"), "withdrawn": ()}

    id: str
    activity_id: str
    media_type: str
    width: int
    height: int
    size: int
    made_at: datetime
    people: list[str] | None = None
    state: Literal["kept", "withdrawn"] = "kept"

    @property
    def key(self) -> str:
        return self.id

    @property
    def file_key(self) -> str:
        return file_key(self.id)

    def mark(self, people: Iterable[str]) -> None:
        """Says who can be recognised in it. :raises IllegalTransition: it was withdrawn."""
        self.require("mark", self.state)
        self.people = sorted(set(people))

    def is_shown(self, agreeing: Collection[str]) -> bool:
        """Whether it is shown: who is in it is said, and all of them agree."""
        return (
            self.state == "kept" and self.people is not None and set(self.people) <= set(agreeing)
        )

    def seen_as(self, agreeing: Collection[str]) -> "PhotoState":
        """How it stands for the corps."""
        if self.state == "kept" and self.people is None:
            return "new"
        return "shown" if self.is_shown(agreeing) else "hidden"

    def forget(self, no: str) -> bool:
        """A person in it was erased: it is shown to nobody any more, and does not say who was in it. Returns whether
        that concerned it."""
        if self.people is None or no not in self.people:
            return False
        self.people, self.state = None, "withdrawn"
        return True

    def rename(self, no: str, into: str) -> None:
        """Who was marked under one number is the person of the other."""
        if self.people is not None and no in self.people:
            self.people = sorted({into if each == no else each for each in self.people})


FOLDER = "activities"


def file_key(photo_id: str) -> str:
    """The key of a photo's file."""
    return f"{FOLDER}/{photo_id}"
