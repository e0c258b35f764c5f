"""An edition's whole life in any order of steps: no state that is not meant, and what is published stays as it is."""

from datetime import date, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.catalog.editions.domain import Dish, Edition
from services.catalog.items.domain import ServiceItem
from services.catalog.survey.domain.outcome import TeamAnswer, outcome_of, require_unpublished
from services.catalog.survey.domain.reply import SurveyLine, SurveyReply, asked_of, require_open
from shared.kernel.errors import Conflict, DomainError, IllegalTransition, InvalidInput

FIRST = date(2014, 6, 1)
TEAMS = ("health", "justice", "opera")


def _item(code: str, teams: list[str]) -> ServiceItem:
    return ServiceItem(
        code=code,
        name=code,
        name_en=code,
        category_code="welfare",
        teams=teams,
        volunteers_needed=2,
        minutes_per_resident=5,
    )


class Life(RuleBasedStateMachine):
    """One edition of two items, three teams, and days that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.today = FIRST
        self.items = {
            "clinic": _item("clinic", ["health", "justice"]),
            "film": _item("film", ["opera"]),
        }
        self.edition = Edition(
            code="summer-2014",
            title="目录",
            effective_on=FIRST,
            retires_on=FIRST + timedelta(days=90),
            item_codes=["clinic"],
        )
        self.replies = {
            team: SurveyReply(id=team, edition_code="summer-2014", team_code=team) for team in TEAMS
        }
        self.frozen: list[Dish] | None = None

    def _step(self, name: str, *arguments: Any, **named: Any) -> bool:
        """Takes a step if the table of steps has it; else it must be refused, and change nothing."""
        state, is_possible = self.edition.state, name in Edition.STEPS[self.edition.state]
        step = getattr(self.edition, "ask_for_withdrawal" if name == "withdraw" else name)
        try:
            step(*arguments, **named)
        except IllegalTransition:
            assert not is_possible
        except InvalidInput:
            assert is_possible
        else:
            assert is_possible
            return True
        assert self.edition.state == state
        return False

    @rule(days=st.integers(1, 20))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule(ahead=st.integers(-2, 20))
    def open_survey(self, ahead: int) -> None:
        self._step("open_survey", self.today + timedelta(days=ahead), today=self.today)

    @rule(ahead=st.integers(-2, 20))
    def prolong_survey(self, ahead: int) -> None:
        self._step("prolong_survey", self.today + timedelta(days=ahead), today=self.today)

    @rule(ahead=st.integers(-2, 20), residents=st.booleans())
    def open_consultation(self, ahead: int, residents: bool) -> None:
        until = self.today + timedelta(days=ahead)
        self._step("open_consultation", until, today=self.today, residents=residents)

    @rule()
    def return_to_draft(self) -> None:
        self._step("return_to_draft")

    @rule(codes=st.lists(st.sampled_from(["clinic", "film"]), max_size=3))
    def redraft(self, codes: list[str]) -> None:
        content = {name: getattr(self.edition, name) for name in Edition.CONTENT}
        unchanged = list(self.edition.item_codes)
        if not self._step("redraft", **content | {"item_codes": codes}):
            if self.edition.state not in Edition.UNPUBLISHED:
                assert self.edition.item_codes == unchanged
            else:
                self.edition.item_codes = unchanged  # the transaction is rolled back

    @rule(team=st.sampled_from(TEAMS), offers=st.booleans(), times=st.integers(1, 5))
    def answer(self, team: str, offers: bool, times: int) -> None:
        reply, before = self.replies[team], self.replies[team].content()
        try:
            require_open(self.edition)
        except Conflict:
            assert self.edition.state != "survey"
            assert reply.content() == before
            return
        reply.answer(
            [
                SurveyLine(item_code=code, offers=offers, times_a_week=times, said_on=self.today)
                for code in self.edition.item_codes
            ]
        )
        asked = asked_of(team, [self.items[code] for code in self.edition.item_codes])
        reply.send(asked, today=self.today)

    @rule(code=st.sampled_from(["clinic", "film"]))
    def take_over(self, code: str) -> None:
        """Corrects the item, unless the edition is published; taken twice, it changes nothing more."""
        item = self.items[code]
        try:
            require_unpublished(self.edition)
            outcome = self._outcome(item)
            outcome.require_team()
        except DomainError:
            return
        item.correct(**dict(outcome.wanted))
        assert self._outcome(item).changed == {}

    @precondition(lambda self: self.edition.state in Edition.UNPUBLISHED)
    @rule()
    def publish(self) -> None:
        items = [self.items[code] for code in self.edition.item_codes]
        if self._step("publish", items, active_teams=TEAMS, today=self.today):
            self.frozen = [dict(dish) for dish in self.edition.menu]

    @rule()
    def withdraw(self) -> None:
        if self._step("withdraw"):
            self.edition.keep_for(1)

    @rule()
    def retire(self) -> None:
        self._step("retire")

    @invariant()
    def a_published_menu_stays_as_it_is(self) -> None:
        assert self.edition.state in Edition.STEPS
        if self.frozen is not None:
            assert self.edition.state not in Edition.UNPUBLISHED
            assert self.edition.menu == self.frozen

    @invariant()
    def what_asks_has_a_last_day(self) -> None:
        if self.edition.state == "survey":
            assert self.edition.survey_until is not None
        if self.edition.state == "consultation":
            assert self.edition.consultation_until is not None

    @invariant()
    def nobody_who_is_silent_is_taken_off(self) -> None:
        for item in self.items.values():
            silent = {team for team in item.teams if item.code not in self._said(team)}
            assert silent <= set(self._outcome(item).wanted["teams"])

    def _said(self, team: str) -> dict[str, SurveyLine]:
        reply = self.replies[team]
        return {line.item_code: line for line in reply.lines} if reply.sent_on else {}

    def _outcome(self, item: ServiceItem) -> Any:
        answers = [TeamAnswer(team, self._said(team).get(item.code)) for team in TEAMS]
        return outcome_of(item, answers, before=None, decision=None)


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
