"""A wish, and the group of wishes that mean the same and get one answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, NamedTuple

from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput

CameBy = Literal["online", "phone", "paper", "visit"]
"""How a wish reached whoever entered it: ``online`` where the township did so itself."""

WishState = Literal[
    "waiting", "matched", "adopted", "published", "left_out", "declined", "withdrawn"
]
GroupState = Literal[
    "waiting", "matched", "adopted", "published", "left_out", "declined", "emptied"
]
Answer = Literal["matched", "adopted", "declined"]
DeclineReason = Literal["outside_remit", "no_volunteers", "costs_too_much", "unsafe", "other"]


class Seen(NamedTuple):
    """What whoever answers has read: which wishes, and how often these had been edited, unless that was not noted."""

    wish_ids: Sequence[str]
    edits: int | None = None


@dataclass(frozen=True, slots=True)
class Saying:
    """What a township wishes for: what, for how many residents, when, and why, in its words."""

    township_code: str
    came_by: CameBy
    what: str
    residents: int
    timing: str | None = None
    purpose: str | None = None


@dataclass(eq=False, kw_only=True)
class Wish(Aggregate):
    """What one township needs and the menu lacks. Its answer is its group's.

    ``likeness`` is how much it is alike the wish, in per cent, beside which it was put when it came; None where it was
    alike none. ``is_confirmed``: it is not only likeness that puts it where it is. ``edits`` counts how often it was
    said anew.
    """

    kind: ClassVar[str] = "wish"
    CONTENT: ClassVar[tuple[str, ...]] = ("what", "residents", "timing", "purpose")
    STEPS: ClassVar[Steps] = {
        "waiting": ("edit", "withdraw", "gather", "answer"),
        "matched": (),
        "adopted": ("answer",),
        "published": (),
        "left_out": ("answer",),
        "declined": (),
        "withdrawn": (),
    }

    id: str
    number: int
    township_code: str
    came_by: CameBy
    what: str
    residents: int
    timing: str | None
    purpose: str | None
    said_at: datetime
    group_id: str
    likeness: int | None
    is_confirmed: bool
    state: WishState = "waiting"
    edits: int = 0

    @classmethod
    def made(
        cls,
        wish_id: str,
        number: int,
        saying: Saying,
        now: datetime,
        *,
        group_id: str,
        likeness: int | None,
    ) -> "Wish":
        return cls(
            id=wish_id,
            number=number,
            township_code=saying.township_code,
            came_by=saying.came_by,
            what=saying.what,
            residents=saying.residents,
            timing=saying.timing,
            purpose=saying.purpose,
            said_at=now,
            group_id=group_id,
            likeness=likeness,
            is_confirmed=likeness is None,
        )

    @property
    def key(self) -> str:
        return self.id

    def edit(self, what: str, residents: int, timing: str | None, purpose: str | None) -> bool:
        """Whose wish it is says it in other words. Returns whether that is news; whose it is, and how it came, stay.

        :raises IllegalTransition: it is answered or withdrawn.
        """
        self.require("edit", self.state)
        before = self.content()
        self.what, self.residents, self.timing, self.purpose = what, residents, timing, purpose
        if self.content() == before:
            return False
        self.edits += 1
        return True

    def lie_beside(self, group_id: str, likeness: int | None) -> None:
        """It is in this group by likeness only; or, where it is alike none, alone."""
        self.group_id, self.likeness = group_id, likeness
        self.is_confirmed = likeness is None

    def withdraw(self) -> None:
        """What was said is deleted. :raises IllegalTransition: it is answered or withdrawn."""
        self.require("withdraw", self.state)
        self.state, self.what, self.timing, self.purpose = "withdrawn", "", None, None

    def join(self, group: "WishGroup") -> None:
        """The corps puts it with others, or says that it belongs there.

        :raises IllegalTransition: it, or the group, is answered.
        """
        self.require("gather", self.state)
        group.require("gather", group.state)
        self.group_id, self.is_confirmed = group.id, True


@dataclass(eq=False, kw_only=True)
class WishGroup(Aggregate):
    """Wishes that mean the same, and what became of them together.

    ``answer`` are the words to it. An adopted item is called ``item_name`` by the corps until teams were asked about it
    in the survey of ``edition_id`` and it has become the item ``item_code``. A matched one is of the menu
    ``edition_id``.
    """

    kind: ClassVar[str] = "wish_group"
    STEPS: ClassVar[Steps] = {
        "waiting": ("gather", "match", "adopt", "decline"),
        "matched": (),
        "adopted": ("match", "adopt", "decline"),
        "published": (),
        "left_out": ("match", "adopt", "decline"),
        "declined": (),
        "emptied": (),
    }

    id: str
    state: GroupState = "waiting"
    answer: str | None = None
    edition_id: str | None = None
    item_code: str | None = None
    item_name: str | None = None
    item_name_en: str | None = None
    reason_code: DeclineReason | None = None
    answered_at: datetime | None = None

    @property
    def key(self) -> str:
        return self.id

    def match(
        self, edition_id: str, item_code: str, names: tuple[str, str], answer: str | None
    ) -> None:
        """The menu has it already. :raises IllegalTransition: it is answered for good."""
        self.require("match", self.state)
        self._answer("matched", answer, edition_id, item_code, names)

    def adopt(self, edition_id: str, names: tuple[str, str], answer: str | None) -> None:
        """Teams are asked about it in the survey of a draft. :raises IllegalTransition: it is answered for good."""
        self.require("adopt", self.state)
        self._answer("adopted", answer, edition_id, None, names)

    def decline(self, reason_code: DeclineReason, answer: str | None) -> None:
        """:raises IllegalTransition: it is answered for good."""
        self.require("decline", self.state)
        self._answer("declined", answer, None, None, (None, None))
        self.reason_code = reason_code

    def become_item(self, edition_id: str, item_code: str) -> None:
        """The corps entered the item that was adopted for an edition; of another edition it is no news."""
        if self.state == "adopted" and self.edition_id == edition_id:
            self.item_code = item_code

    def follow_edition(self, edition_id: str, item_codes: Sequence[str]) -> bool:
        """An edition was published, with the adopted item or without it. Returns whether that says what became
        of it."""
        if self.state != "adopted" or self.edition_id != edition_id:
            return False
        self.state = "published" if self.item_code in item_codes else "left_out"
        return True

    def require_seen(self, wishes: Sequence[Wish], seen: Seen) -> None:
        """:raises Conflict: a wish has come to the group, has left it or was edited since whoever answers read it."""
        edits = sum(wish.edits for wish in wishes)
        if {wish.id for wish in wishes} != set(seen.wish_ids) or seen.edits not in (None, edits):
            raise Conflict("wishes_changed", field="wish_ids")

    def _answer(
        self,
        state: Answer,
        answer: str | None,
        edition_id: str | None,
        item_code: str | None,
        names: tuple[str | None, str | None],
    ) -> None:
        self.state, self.answer = state, answer
        self.edition_id, self.item_code = edition_id, item_code
        self.item_name, self.item_name_en = names
        self.reason_code = None


def require_part(wishes: Sequence[Wish], parted: Sequence[Wish]) -> None:
    """:raises InvalidInput: nothing would be left of the group."""
    if len(parted) == len(wishes):
        raise InvalidInput("nothing_left_of_group", field="wish_ids")
