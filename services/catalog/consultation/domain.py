"""An opinion on a draft of the menu: who says what of which item, and the written answer that it gets."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from services.catalog.editions.domain import Edition
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.text import typed_code

Stance = Literal["for", "against", "neither"]
Speaker = Literal["township", "team", "resident"]
OpinionState = Literal["waiting", "answered", "withdrawn"]
CameBy = Literal["telephone", "letter", "in_person", "meeting"]
"""How an opinion reached the corps, where it entered it for whoever spoke (帮办)."""

PLACEHOLDERS = ("{编号}", "{number}")
"""Stand for an opinion's number in the text of an answer to many."""


RECEIPT_SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for one another."""
RECEIPT_LENGTH = 12
"""Some 59 bits: nobody guesses one."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What somebody says: of one item of the draft, or of the draft as a whole (no ``item_code``).

    A resident has neither ``township_code`` nor ``team_code``.
    """

    stance: Stance
    text: str
    item_code: str | None = None
    township_code: str | None = None
    team_code: str | None = None
    came_by: CameBy | None = None

    @property
    def speaker(self) -> Speaker:
        if self.township_code is not None:
            return "township"
        return "team" if self.team_code is not None else "resident"


@dataclass(eq=False, kw_only=True)
class Opinion(Aggregate):
    """What a township, a team or a resident thinks of a draft.

    It may be changed and withdrawn until it is answered or the consultation is over. ``answer`` is a draft, which
    only the corps sees, until the answers are published together. ``note`` is for the corps alone, always.
    """

    kind: ClassVar[str] = "opinion"
    CONTENT: ClassVar[tuple[str, ...]] = ("stance", "text")
    STEPS: ClassVar[Steps] = {
        "waiting": ("change", "withdraw", "answer"),
        "answered": (),
        "withdrawn": (),
    }

    id: str
    edition_code: str
    number: int
    """Within its edition, as people call it; in the order in which the opinions came."""
    speaker: Speaker
    township_code: str | None
    team_code: str | None
    item_code: str | None
    stance: Stance
    text: str
    said_at: datetime
    said_on: date | None
    """The business day; unknown of what a release before stored."""
    came_by: CameBy | None = None
    """None: whoever spoke entered it."""
    state: OpinionState = "waiting"
    place: str | None = None
    """Taken while it waits: a township or team has one unanswered opinion on each item, and one on the whole."""
    receipt_digest: str | None = None
    """Of the receipt under which a resident looks the answer up."""
    answer: str | None = None
    is_outdated: bool = False
    """The opinion was changed after its answer was drafted."""
    answered_at: datetime | None = None
    answered_on: date | None = None
    note: str | None = None

    @classmethod
    def given(
        cls,
        opinion_id: str,
        edition: Edition,
        number: int,
        saying: Saying,
        now: datetime,
        *,
        today: date,
        receipt_digest: str | None = None,
    ) -> "Opinion":
        return cls(
            id=opinion_id,
            edition_code=edition.code,
            number=number,
            speaker=saying.speaker,
            township_code=saying.township_code,
            team_code=saying.team_code,
            item_code=saying.item_code,
            stance=saying.stance,
            text=saying.text,
            said_at=now,
            said_on=today,
            came_by=saying.came_by,
            place=place_of(edition.code, saying),
            receipt_digest=receipt_digest,
        )

    @property
    def key(self) -> str:
        return self.id

    @property
    def teams(self) -> tuple[str, ...]:
        return (self.team_code,) if self.team_code is not None else ()

    @property
    def has_draft(self) -> bool:
        """Whether its answer can be published."""
        return self.state == "waiting" and self.answer is not None and not self.is_outdated

    def change(self, stance: Stance, text: str, now: datetime, *, today: date) -> None:
        """A drafted answer is kept, but has to be looked at again before it is published.

        :raises IllegalTransition: it is answered or withdrawn.
        """
        self.require("change", self.state)
        if (stance, text) == (self.stance, self.text):
            return
        self.stance, self.text = stance, text
        self.said_at, self.said_on = now, today
        self.is_outdated = self.answer is not None

    def withdraw(self) -> None:
        """What was said is deleted, with the answer that was drafted. :raises IllegalTransition: as for a change."""
        self.require("withdraw", self.state)
        self.state, self.text, self.answer, self.note, self.place = (
            "withdrawn",
            "",
            None,
            None,
            None,
        )

    def draft_answer(self, text: str) -> None:
        """:raises IllegalTransition: it is answered or withdrawn."""
        self.require("answer", self.state)
        for placeholder in PLACEHOLDERS:
            text = text.replace(placeholder, str(self.number))
        self.answer, self.is_outdated = text, False

    def publish_answer(self, now: datetime, *, today: date) -> None:
        """:raises IllegalTransition: it is answered or withdrawn."""
        self.require("answer", self.state)
        self.state, self.place = "answered", None
        self.answered_at, self.answered_on = now, today

    def move(self, code: str, place: str | None) -> None:
        """The township or team that said it has another code now, or is part of another one."""
        if self.speaker == "township":
            self.township_code = code
        else:
            self.team_code = code
        self.place = place

    def seen(self, *, by_corps: bool) -> "SeenOpinion":
        """What somebody is shown: who spoke sees neither drafts nor notes."""
        is_answered = self.state == "answered"
        return SeenOpinion(
            id=self.id,
            edition_code=self.edition_code,
            number=self.number,
            speaker=self.speaker,
            township_code=self.township_code,
            team_code=self.team_code,
            item_code=self.item_code,
            stance=self.stance,
            text=self.text,
            said_at=self.said_at,
            said_on=self.said_on,
            came_by=self.came_by,
            state=self.state,
            answer=self.answer if by_corps or is_answered else None,
            answered_at=self.answered_at,
            answered_on=self.answered_on,
            is_outdated=self.is_outdated and by_corps,
            note=self.note if by_corps else None,
            seen=_digest_of_state(self) if by_corps else None,
        )


@dataclass(frozen=True, slots=True)
class SeenOpinion:
    """An opinion as it is shown to somebody."""

    id: str
    edition_code: str
    number: int
    speaker: Speaker
    township_code: str | None
    team_code: str | None
    item_code: str | None
    stance: Stance
    text: str
    said_at: datetime
    said_on: date | None
    came_by: CameBy | None
    state: OpinionState
    answer: str | None
    answered_at: datetime | None
    answered_on: date | None
    is_outdated: bool
    note: str | None
    seen: str | None
    """Stands for all that the corps sees of it; whoever answers says what was seen."""


def place_for(edition_code: str, speaker: Speaker, code: str, item_code: str | None) -> str:
    """See :func:`place_of`."""
    return "/".join((edition_code, speaker, code, item_code or ""))


def place_of(edition_code: str, saying: Saying) -> str | None:
    """Returns what two unanswered opinions of one township or team on the same item would share; residents share
    none, for nobody knows who they are."""
    if saying.speaker == "resident":
        return None
    code = saying.township_code or saying.team_code or ""
    return place_for(edition_code, saying.speaker, code, saying.item_code)


def require_open(edition: Edition, today: date, *, to_residents: bool = False) -> None:
    """Checks that opinions on an edition are taken today.

    :raises Conflict: it is not up for consultation, not with residents, or its last day is over.
    """
    if edition.state != "consultation" or edition.consultation_until is None:
        raise Conflict("consultation_closed", field="edition_code", title=edition.title)
    if to_residents and not edition.residents_may_speak:
        raise Conflict("consultation_closed", field="edition_code", title=edition.title)
    if edition.consultation_until < today:
        raise Conflict(
            "consultation_over",
            field="edition_code",
            title=edition.title,
            last=edition.consultation_until,
        )


def is_open(edition: Edition, today: date, *, to_residents: bool = False) -> bool:
    """Returns whether opinions on an edition are taken today."""
    return edition.consultation_ahead(today) is not None and (
        edition.residents_may_speak or not to_residents
    )


def require_listed(edition: Edition, item_code: str | None) -> None:
    """:raises InvalidInput: the draft does not have the item."""
    if item_code is not None and item_code not in edition.item_codes:
        raise InvalidInput("item_not_on_draft", field="item_code", title=edition.title)


def new_receipt() -> str:
    """Returns a receipt under which a resident will look the answer up."""
    return "".join(secrets.choice(RECEIPT_SIGNS) for _ in range(RECEIPT_LENGTH))


def digest_of(receipt: str) -> str:
    """Returns what is stored of a receipt, however it was typed."""
    plain = "".join(sign for sign in typed_code(receipt).upper() if sign.isalnum())
    return hashlib.sha256(plain.encode()).hexdigest()


def grouped(receipt: str) -> str:
    """``K7QM3XWT9RPA`` as ``K7QM-3XWT-9RPA``."""
    return "-".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))


def require_seen(opinions: Sequence[Opinion], seen: Sequence[str]) -> None:
    """Checks that nobody has changed or answered any of them since they were read.

    :raises Conflict: somebody has; names all such opinions by their numbers.
    """
    changed = [
        str(each.number)
        for each, read in zip(opinions, seen, strict=True)
        if _digest_of_state(each) != read
    ]
    if changed:
        raise Conflict("opinions_changed", field="seen", numbers=", ".join(changed))


def _digest_of_state(opinion: Opinion) -> str:
    said = [opinion.state, opinion.stance, opinion.text, opinion.answer, opinion.note]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:16]
