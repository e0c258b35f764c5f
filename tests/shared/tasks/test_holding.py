"""The rules of who works on a task, without a store."""

from datetime import UTC, date, datetime, timedelta

import pytest

from shared.kernel.errors import Conflict
from shared.tasks.holding import Holding, TaskHeld

NOW = datetime(2014, 6, 27, 1, tzinfo=UTC)
TODAY = date(2014, 6, 27)
LAST = date(2014, 7, 3)


def free() -> Holding:
    return Holding(id="order_to_accept/order:1", code="order_to_accept", object_id="1", since=NOW)


def taken(by: str = "li") -> Holding:
    holding = free()
    holding.take(by, NOW, instead_of=None)
    return holding


def delegated() -> Holding:
    holding = taken("li")
    holding.hand_over("li", "wang", NOW, until_on=LAST)
    return holding


def test_whoever_takes_it_has_it_and_the_next_is_refused() -> None:
    holding = taken("li")
    with pytest.raises(TaskHeld):
        holding.take("wang", NOW, instead_of=None)
    with pytest.raises(TaskHeld):  # she believes that somebody else has it
        holding.take("wang", NOW, instead_of="chen")
    assert holding.holder == "li"
    later = NOW + timedelta(hours=1)
    holding.take("li", later, instead_of=None)
    assert holding.since == NOW, "taking it twice changes nothing"
    holding.take("wang", later, instead_of="li")
    assert (holding.holder, holding.since, holding.given_by) == ("wang", later, None)


def test_only_the_holder_hands_it_over_or_anybody_while_nobody_has_it() -> None:
    holding = free()
    holding.hand_over("li", "wang", NOW, until_on=None)
    assert (holding.holder, holding.given_by, holding.until_on) == ("wang", "li", None)
    holding.hand_over("li", "wang", NOW, until_on=None)  # the same request again
    with pytest.raises(TaskHeld):
        holding.hand_over("li", "chen", NOW, until_on=None)
    with pytest.raises(TaskHeld):
        holding.give_back("li", NOW)
    holding.give_back("wang", NOW)
    holding.give_back("wang", NOW)
    assert holding.holder is None


def test_a_delegated_task_returns_after_its_last_day() -> None:
    holding = delegated()
    holding.settle(LAST)
    assert (holding.holder, holding.until_on, holding.returns_to) == ("wang", LAST, "li")
    holding.settle(LAST + timedelta(days=1))
    assert (holding.holder, holding.until_on, holding.returns_to) == ("li", None, None)


def test_a_delegated_task_is_given_back_to_whoever_delegated_it() -> None:
    holding = delegated()
    holding.give_back("wang", NOW)
    assert (holding.holder, holding.until_on, holding.returns_to) == ("li", None, None)


def test_whoever_delegated_it_takes_it_back_knowing_who_has_it() -> None:
    holding = delegated()
    with pytest.raises(TaskHeld):
        holding.take("li", NOW, instead_of=None)
    holding.take("li", NOW, instead_of="wang")
    assert (holding.holder, holding.until_on, holding.returns_to) == ("li", None, None)


def test_nobody_passes_on_more_than_was_delegated() -> None:
    holding = delegated()
    with pytest.raises(Conflict) as refused:
        holding.hand_over("wang", "chen", NOW, until_on=LAST + timedelta(days=7))
    assert refused.value.code == "task_is_delegated"
    holding.hand_over("wang", "chen", NOW, until_on=None)
    assert (holding.holder, holding.until_on, holding.returns_to) == ("chen", LAST, "li")
    holding.hand_over("chen", "li", NOW, until_on=None)
    assert (holding.holder, holding.until_on, holding.returns_to) == ("li", None, None)


@pytest.mark.parametrize(
    ("who", "holder", "until_on", "returns_to"),
    [
        ("wang", "li", None, None),
        ("li", "wang", LAST, None),
        ("chen", "wang", LAST, "li"),
    ],
)
def test_whoever_leaves_has_no_task_any_more(
    who: str, holder: str, until_on: date | None, returns_to: str | None
) -> None:
    holding = delegated()
    for _ in range(2):
        holding.leave(who, NOW)
        assert (holding.holder, holding.until_on, holding.returns_to) == (
            holder,
            until_on,
            returns_to,
        )


def test_what_would_return_to_somebody_who_left_is_nobodys() -> None:
    holding = delegated()
    holding.leave("li", NOW)
    holding.settle(LAST + timedelta(days=1))
    assert (holding.holder, holding.until_on) == (None, None)
