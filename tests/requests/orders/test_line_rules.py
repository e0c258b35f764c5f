"""The rules of a line by themselves: whatever order the events of different streams come in, it ends alike."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime

import pytest

from services.requests.menu.domain import Dish, Edition
from services.requests.orders.domain.line import Booking, Line
from services.requests.orders.domain.order import Draft, Order, WantedItem
from shared.kernel.errors import Conflict, IllegalTransition, InvalidInput

Word = tuple[str, ...]
"""A thing dispatch says about the line, e.g. ("assign", assignment, stop, revision, plan)."""


def make_order(*codes: str) -> Order:
    codes = codes or ("clinic",)
    edition = Edition(
        id="summer-2014",
        title="2014年夏季菜单",
        effective_on=date(2014, 6, 1),
        retires_on=date(2014, 8, 31),
        items=[
            Dish(
                item_code=code,
                name="健康义诊",
                name_en="Health",
                category_code="x",
                volunteers_needed=4,
            )
            for code in codes
        ],
    )
    draft = Draft(
        township_code="330381125000",
        edition_id="summer-2014",
        campaign_id="红七月",
        place="高楼",
        point=None,
        items=tuple(
            WantedItem(item_code=code, expected_attendance=50, remark=None) for code in codes
        ),
        wished_on=(),
        ruled_out_on=(),
        priority=3,
    )
    ids = iter(f"line-{number}" for number in range(50))
    lines = draft.lines_from(edition, lambda: next(ids))
    order = Order.drafted("order-1", "2014-0001", draft, lines, datetime(2014, 6, 1, tzinfo=UTC))
    order.submit(datetime(2014, 6, 2, tzinfo=UTC), date(2014, 6, 2))
    order.accept()
    return order


def booking(assignment: str, stop: str = "s1", revision: int = 1, plan: str = "p1") -> Booking:
    return Booking(
        plan_id=plan,
        revision=revision,
        stop_id=stop,
        assignment_id=assignment,
        team_code=f"team-{assignment}",
        on=date(2014, 6, 27),
        part="morning",
    )


def hear(order: Order, word: Word) -> None:
    match word:
        case ("assign", assignment, stop, revision, plan):
            order.schedule_line("line-0", booking(assignment, stop, int(revision), plan))
        case ("release", assignment):
            order.release_line("line-0", assignment)
        case ("unserved", revision, plan):
            order.leave_line_unserved("line-0", plan, int(revision), "unserved.no_free_team")
        case _:
            raise ValueError(word)


def interleavings(streams: Sequence[Sequence[Word]]) -> Iterator[list[Word]]:
    """All orders in which the streams can arrive that keep each stream's own."""
    if not any(streams):
        yield []
    for number, stream in enumerate(streams):
        if stream:
            rest = [*streams[:number], stream[1:], *streams[number + 1 :]]
            for tail in interleavings(rest):
                yield [stream[0], *tail]


@pytest.mark.parametrize(
    ("streams", "state", "assignment"),
    [
        pytest.param(
            [[("assign", "a1", "s1", "1", "p1"), ("assign", "a2", "s1", "2", "p1")]],
            "scheduled",
            "a2",
            id="a declined team is replaced at the stop",
        ),
        pytest.param(
            [
                [
                    ("assign", "a1", "s1", "1", "p1"),
                    ("release", "a1"),
                    ("assign", "a2", "s1", "2", "p1"),
                ],
                [("unserved", "1", "p0")],
            ],
            "scheduled",
            "a2",
            id="declined, then replaced; an older plan had no place",
        ),
        pytest.param(
            [
                [("assign", "a1", "s1", "1", "p1"), ("release", "a1")],
                [("assign", "a2", "s2", "2", "p1")],
            ],
            "scheduled",
            "a2",
            id="moved to another stop by the next revision",
        ),
        pytest.param(
            [
                [("assign", "a1", "s1", "1", "p1"), ("release", "a1")],
                [("assign", "a2", "s2", "2", "p1"), ("release", "a2")],
                [("assign", "a3", "s3", "3", "p1")],
            ],
            "scheduled",
            "a3",
            id="moved twice",
        ),
        pytest.param(
            [
                [("assign", "a1", "s1", "1", "p1"), ("release", "a1")],
                [("assign", "a2", "s2", "1", "p1")],
            ],
            "scheduled",
            "a2",
            id="moved within a revision",
        ),
        pytest.param(
            [[("assign", "a1", "s1", "1", "p1"), ("release", "a1")], [("unserved", "2", "p1")]],
            "unserved",
            None,
            id="left out by the next revision",
        ),
        pytest.param(
            [[("assign", "a1", "s1", "1", "p1"), ("release", "a1")], [("unserved", "1", "p1")]],
            "unserved",
            None,
            id="declined, and nobody else can",
        ),
        pytest.param(
            [[("unserved", "1", "p1")], [("assign", "a1", "s1", "2", "p1")]],
            "scheduled",
            "a1",
            id="left out at first, then placed",
        ),
        pytest.param(
            [
                [("unserved", "1", "p1"), ("unserved", "3", "p1")],
                [("assign", "a1", "s1", "2", "p1"), ("release", "a1")],
            ],
            "unserved",
            None,
            id="left out, placed, left out again",
        ),
        pytest.param(
            [[("unserved", "1", "p1")], [("assign", "a1", "s1", "1", "p2")]],
            "scheduled",
            "a1",
            id="left out by one plan, placed by the next",
        ),
        pytest.param(
            [
                [("assign", "a1", "s1", "4", "p1"), ("release", "a1")],
                [("assign", "a2", "s2", "1", "p2")],
            ],
            "scheduled",
            "a2",
            id="released by one plan, placed by the next",
        ),
        pytest.param(
            [[("assign", "a1", "s1", "1", "p1"), ("release", "a1")]], "waiting", None, id="released"
        ),
    ],
)
def test_however_the_streams_interleave_the_line_ends_alike(
    streams: list[list[Word]], state: str, assignment: str | None
) -> None:
    for words in interleavings(streams):
        order = make_order()
        for word in words:
            hear(order, word)
        (line,) = order.lines
        assert (line.state, line.assignment_id) == (state, assignment), words
        assert (line.unserved_reason is not None) == (state == "unserved"), words
        assert order.state == ("scheduled" if state == "scheduled" else "accepted"), words


def test_the_order_follows_its_lines() -> None:
    order = make_order("clinic", "law-advice", "appliances")
    order.schedule_line("line-0", booking("a0", "s1"))
    order.schedule_line("line-1", booking("a1", "s2"))
    order.leave_line_unserved("line-2", "p1", 1, "unserved.no_free_team")
    order.report_booth("line-0", "a0", 90)
    order.complete_stop("s1")
    assert (order.state, [line.state for line in order.lines]) == (
        "scheduled",
        ["served", "scheduled", "unserved"],
    )
    order.rate("line-0", 5, None)
    assert order.state == "scheduled", "a booth is still to come"
    order.complete_stop("s2")
    assert order.state == "served", "line 1 is not rated"
    order.rate("line-1", 4, "队伍太长")
    assert order.state == "rated"
    order.schedule_line("line-2", booking("a2", "s3", 2))
    assert order.state == "scheduled", "the line that nobody could serve has a booth now"
    order.release_line("line-2", "a2")
    assert order.state == "rated"
    order.close()
    order.schedule_line("line-2", booking("a3", "s4", 3))
    assert (order.state, order.lines[2].state) == ("closed", "waiting")


def test_a_served_line_is_out_of_the_plans_reach() -> None:
    order = make_order()
    order.schedule_line("line-0", booking("a1"))
    order.report_booth("line-0", "a1", 90)
    order.complete_stop("s1")
    order.schedule_line("line-0", booking("a2", "s2", 2))
    order.leave_line_unserved("line-0", "p1", 3, "unserved.no_free_team")
    order.release_line("line-0", "a1")
    order.cancel_stop("s1")
    order.move_stop("s1", date(2014, 7, 9), "afternoon")
    (line,) = order.lines
    assert (line.state, line.assignment_id, line.served, line.on) == (
        "served",
        "a1",
        90,
        date(2014, 6, 27),
    )
    order.report_booth("line-0", "a1", 95)
    assert line.served == 95, "a report that is corrected counts"


def test_cancelling_keeps_what_was_served() -> None:
    order = make_order("clinic", "law-advice", "appliances")
    order.schedule_line("line-0", booking("a0", "s1"))
    order.schedule_line("line-1", booking("a1", "s2"))
    order.leave_line_unserved("line-2", "p1", 1, "unserved.no_free_team")
    order.complete_stop("s1")
    order.cancel("days_impossible", "与村民大会冲突")
    assert [line.state for line in order.lines] == ["served", "cancelled", "cancelled"]
    assert [line.stop_id for line in order.lines] == ["s1", None, None]
    assert order.lines[2].unserved_reason is None
    with pytest.raises(IllegalTransition):
        order.rate("line-0", 5, None)


def test_what_is_served_cannot_be_cancelled_any_more() -> None:
    order = make_order()
    order.schedule_line("line-0", booking("a0"))
    order.complete_stop("s1")
    with pytest.raises(IllegalTransition) as refused:
        order.cancel("other", "太迟了")
    assert refused.value.possible == ("rate", "close", "correct")


def test_a_rating_is_given_once() -> None:
    order = make_order("clinic", "law-advice")
    order.schedule_line("line-0", booking("a0", "s1"))
    order.schedule_line("line-1", booking("a1", "s2"))
    with pytest.raises(IllegalTransition) as early:
        order.rate("line-0", 5, None)
    assert (early.value.state, early.value.possible) == ("scheduled", ())
    order.complete_stop("s1")
    assert order.rate("line-0", 5, "很好") is order.lines[0]
    assert order.rate("line-0", 5, "很好") is None
    with pytest.raises(Conflict, match="already_rated"):
        order.rate("line-0", 1, "很好")
    with pytest.raises(InvalidInput, match="unknown_line"):
        order.rate("line-9", 5, None)


def test_every_state_of_a_line_has_its_steps() -> None:
    assert {state for state, steps in Line.STEPS.items() if steps} == {"served"}
