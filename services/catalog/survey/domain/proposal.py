"""A new item that a team proposes in its own words, and what the corps makes of it."""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from services.catalog.survey.domain.reply import SurveyLine, SurveyReply
from shared.kernel.aggregate import Aggregate, Steps
from shared.kernel.text import matched

ProposalState = Literal["waiting", "taken", "declined", "withdrawn"]

DeclineReason = Literal["on_menu_already", "not_now", "unsuitable", "other"]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What a team proposes: a name, and in words what it would do; how many volunteers it would send, and how often a
    week it could come, where it says so."""

    name: str
    text: str
    volunteers: int | None
    times_a_week: int | None


@dataclass(eq=False, kw_only=True)
class ItemProposal(Aggregate):
    """A new item that a team proposes in the survey of an edition, until the corps takes it over or declines it.

    ``place`` is taken while it waits: a team proposes nothing twice in a survey.
    """

    kind: ClassVar[str] = "item_proposal"
    STEPS: ClassVar[Steps] = {
        "waiting": ("withdraw", "take_over", "decline"),
        "taken": (),
        "declined": (),
        "withdrawn": (),
    }

    id: str
    reply_id: str
    edition_code: str
    team_code: str
    name: str
    text: str
    volunteers: int | None
    times_a_week: int | None
    proposed_on: date
    state: ProposalState = "waiting"
    place: str | None
    item_code: str | None = None
    """Of the item that it has become."""
    reason_code: DeclineReason | None = None
    reason: str | None = None
    decided_on: date | None = None

    @classmethod
    def made(
        cls, proposal_id: str, reply: SurveyReply, said: Proposed, *, today: date
    ) -> "ItemProposal":
        return cls(
            id=proposal_id,
            reply_id=reply.id,
            edition_code=reply.edition_code,
            team_code=reply.team_code,
            name=said.name,
            text=said.text,
            volunteers=said.volunteers,
            times_a_week=said.times_a_week,
            proposed_on=today,
            place=place_of(reply, said.name),
        )

    @property
    def key(self) -> str:
        return self.id

    def withdraw(self) -> None:
        """:raises IllegalTransition: the corps has decided on it, or it is withdrawn."""
        self.require("withdraw", self.state)
        self.state, self.place = "withdrawn", None

    def take_over(self, item_code: str, *, today: date) -> None:
        """:raises IllegalTransition: the corps has decided on it, or it is withdrawn."""
        self.require("take_over", self.state)
        self.state, self.place = "taken", None
        self.item_code, self.decided_on = item_code, today

    def decline(self, reason_code: DeclineReason, reason: str | None, *, today: date) -> None:
        """:raises IllegalTransition: the corps has decided on it, or it is withdrawn."""
        self.require("decline", self.state)
        self.state, self.place = "declined", None
        self.reason_code, self.reason, self.decided_on = reason_code, reason, today

    def move(self, reply: SurveyReply, place: str | None) -> None:
        """The team that proposed it was another one's double, with whose ``reply`` it is now."""
        self.reply_id, self.team_code, self.place = reply.id, reply.team_code, place

    def as_line(self) -> SurveyLine:
        """Returns what the team has thereby said about the item that it has become."""
        return SurveyLine(
            item_code=self.item_code or "",
            offers=True,
            times_a_week=self.times_a_week,
            volunteers=self.volunteers,
            said_on=self.proposed_on,
        )


def place_of(reply: SurveyReply, name: str) -> str:
    """Returns what two waiting proposals of one team with the same name, however it is spelled, would share."""
    return f"{reply.id}/{hashlib.sha256(matched(name).encode()).hexdigest()}"
