"""A robot, and how often it may speak."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Literal
from urllib.parse import parse_qs, urlsplit

from services.notify.inbox.domain.recipient import kind_of_post
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

Vendor = Literal["wecom", "dingtalk"]
Style = Literal["text", "markdown"]

MOST_CALLS = 20
WINDOW = timedelta(minutes=1)
"""Both vendors let a robot speak so often in any such stretch of time."""

ROOM: dict[str, int] = {"text": 2048, "markdown": 4096}
"""Bytes of a message in UTF-8, as WeCom takes them; DingTalk takes more, and nobody reads more."""

GROUPS = frozenset({"coordinator", "township", "team"})
"""The kinds of posts that are groups of people. A person has no robot."""

_ADDRESSES: dict[str, tuple[str, str]] = {
    "wecom": ("/cgi-bin/webhook/send", "key"),
    "dingtalk": ("/robot/send", "access_token"),
}
"""How each vendor's addresses end, and which parameter is the robot's."""


@dataclass(eq=False, kw_only=True)
class Robot(Aggregate):
    """A robot in the chat of the group that ``recipient_id`` stands for. Its address is its secret.

    ``calls`` are the moments of its last calls, in ISO format: of all processes, for they are written before a call is
    made. ``held_until`` is until when the vendor wants to hear nothing. ``failure`` is the code of what went wrong
    last.
    """

    kind: ClassVar[str] = "robot"

    id: str
    recipient_id: str
    vendor: str
    style: str
    name: str
    address_sealed: str
    address_index: str
    secret_sealed: str | None
    entered_at: datetime
    calls: list[str] = field(default_factory=list)
    held_until: datetime | None = None
    failure: str | None = None
    failed_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    def allowance(self, now: datetime) -> int:
        """How many more calls it may make now."""
        if self.held_until is not None and now < self.held_until:
            return 0
        return max(0, MOST_CALLS - len(self._recent(now)))

    def free_at(self, now: datetime) -> datetime:
        """When it may make the next call, where it may make none now."""
        if self.held_until is not None and now < self.held_until:
            return self.held_until
        recent = self._recent(now)
        return recent[0] + WINDOW if len(recent) >= MOST_CALLS else now

    def note_calls(self, now: datetime, count: int) -> None:
        """So many calls are about to be made."""
        moments = [*self._recent(now), *[now] * count]
        self.calls = [moment.isoformat() for moment in moments[-MOST_CALLS:]]

    def hold(self, until: datetime) -> None:
        """The vendor answered that it has heard too much."""
        self.held_until = until

    def note_failure(self, code: str, at: datetime) -> None:
        self.failure, self.failed_at = code, at

    def note_success(self) -> None:
        self.failure = self.failed_at = None

    def _recent(self, now: datetime) -> list[datetime]:
        moments = sorted(map(datetime.fromisoformat, self.calls))
        return [moment for moment in moments if now - moment < WINDOW]


def require_address(vendor: Vendor, address: str) -> None:
    """:raises InvalidInput: this is not the address of such a robot; the text does not repeat it."""
    ending, parameter = _ADDRESSES[vendor]
    parts = urlsplit(address)
    said = parse_qs(parts.query).get(parameter, [])
    if not parts.hostname or not parts.path.endswith(ending) or len(said) != 1:
        raise InvalidInput("robot_address_malformed", field="address", ending=ending)


def require_group(recipient_id: str) -> None:
    """:raises InvalidInput: the post is one person's."""
    if kind_of_post(recipient_id) not in GROUPS:
        raise InvalidInput("robot_for_a_person", field="recipient_id")


@dataclass(frozen=True, slots=True)
class Piece:
    """What one message says, and whether it was held back once because of the limit."""

    id: str
    text: str
    has_waited: bool


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what is said in it, and the messages that it brings."""

    text: str
    ids: tuple[str, ...]


def planned(pieces: Sequence[Piece], *, most: int, room: int) -> list[Call]:
    """The calls that bring these messages, ``most`` of them: one for each, or, where there are more messages than calls
    or some had to wait before, as many in one call as ``room`` bytes hold. What is in none of them has to wait."""
    if len(pieces) <= most and not any(piece.has_waited for piece in pieces):
        return [Call(cut(piece.text, room), (piece.id,)) for piece in pieces]
    calls: list[Call] = []
    for piece in pieces:
        last = calls[-1] if calls else None
        together = f"{last.text}{_BETWEEN}{piece.text}" if last else ""
        if last is not None and len(together.encode()) <= room:
            calls[-1] = Call(together, (*last.ids, piece.id))
        elif len(calls) == most:
            break
        else:
            calls.append(Call(cut(piece.text, room), (piece.id,)))
    return calls


_BETWEEN = "\n\n"
_CUT = "…"


def cut(text: str, room: int) -> str:
    """The text, or as much of its beginning as ``room`` bytes of UTF-8 hold, whole characters, with a mark of
    omission."""
    encoded = text.encode()
    if len(encoded) <= room:
        return text
    kept = encoded[: room - len(_CUT.encode())].decode(errors="ignore")
    return f"{kept}{_CUT}"
