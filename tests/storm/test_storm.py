"""The storm's own parts: a seed stands for a sequence, the books see what is wrong with them, nothing is left behind.
A breeze of it runs here; the storm itself by ``make storm``."""

from collections.abc import Sequence
from itertools import islice

import pytest

from cli.client import Json
from cli.reconcile import Assignment, Books, Order
from shared.kernel.clock import utc_now
from tests.storm.faults import KINDS, sequence
from tests.storm.ledger import Ledger
from tests.storm.options import Options
from tests.storm.outside import Heard, Outside, disorder
from tests.storm.storm import storm
from tests.support.fixtures import Figures

BODY: Json = {"lines": [{"item_code": "yizhen", "expected_attendance": 80}], "priority": 3}


def drawn(seed: int) -> list[tuple[str, float]]:
    return [(fault.kind.name, fault.dice.random()) for fault in islice(sequence(seed), 40)]


def heard(*numbers: int) -> list[Heard]:
    return [Heard("/diancai/requests", "order:1", number) for number in numbers]


def test_a_seed_stands_for_one_sequence_of_faults() -> None:
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_every_kind_of_fault_comes_up() -> None:
    assert {name for seed in range(20) for name, _ in drawn(seed)} == {kind.name for kind in KINDS}


@pytest.mark.parametrize(
    ("numbers", "begins", "is_wrong"),
    [
        ((1, 2, 2, 1, 3), True, False),
        ((1, 3, 2), True, True),
        ((1, 3), True, True),
        ((2, 3), True, True),
        ((2, 3), False, False),
        ((3, 2), False, True),
    ],
)
def test_a_subscriber_outside_sees_gaps_and_inversions(
    numbers: Sequence[int], begins: bool, is_wrong: bool
) -> None:
    assert bool(disorder(heard(*numbers), begins=begins)) == is_wrong


def test_a_subscriber_outside_misses_what_never_came() -> None:
    outside = Outside(lambda: "amqp://127.0.0.1:1")
    outside.stretches[0] += heard(1, 1, 2)
    assert outside.unheard({"requests": 2}) == []
    assert outside.unheard({"requests": 3}) == ["requests: 2 of 3 events were heard"]


@pytest.fixture
def ledger() -> Ledger:
    """One order, taken on."""
    made = Ledger()
    made.made("key", "order-1", BODY)
    made.took("order-1", "submitted")
    made.took("order-1", "accepted")
    return made


@pytest.fixture
def books() -> Books:
    """In which it is there, with one line."""
    kept = Books()
    kept.orders["order-1"] = Order("330381125000", utc_now(), "accepted", {"line-1": "yizhen"})
    return kept


def test_the_ledger_agrees_with_what_is_as_acknowledged(ledger: Ledger, books: Books) -> None:
    orders = {"order-1": BODY}
    books.notices["coordinator", "order:order-1"] = {"first"}
    books.notices["township.330381125000", "order:order-1"] = {"second"}
    assert ledger.lost(books, orders) == []
    assert ledger.doubled(books, orders) == []
    assert ledger.without_one_fate(books, [{"line_id": "line-1", "state": "open"}]) == []


def test_the_ledger_misses_an_order_a_state_and_a_change(ledger: Ledger, books: Books) -> None:
    assert ledger.lost(books, {}) == ["order-1: is gone"]
    ledger.took("order-1", "cancelled")
    assert (
        "cancelled was acknowledged, the log says accepted"
        in ledger.lost(books, {"order-1": BODY})[0]
    )
    ledger.took("order-1", "accepted")
    ledger.bodies["order-1"] = BODY | {"priority": 5}
    assert "its last change" in ledger.lost(books, {"order-1": BODY})[0]


def test_the_ledger_sees_a_notice_too_many(ledger: Ledger, books: Books) -> None:
    books.notices["coordinator", "order:order-1"] = {"first", "again"}
    assert ledger.doubled(books, {"order-1": BODY}) == [
        "order-1: coordinator was told 2 times, and not 1"
    ]
    assert "order-2: nobody asked for it" in ledger.doubled(
        books, {"order-1": BODY, "order-2": BODY}
    )


@pytest.mark.parametrize(
    ("state", "teams", "is_wrong"),
    [
        ("open", 0, False),
        ("planned", 1, False),
        ("open", 1, True),
        ("planned", 2, True),
        ("cancelled", 0, True),
    ],
)
def test_every_line_has_one_fate(
    ledger: Ledger, books: Books, state: str, teams: int, is_wrong: bool
) -> None:
    for number in range(teams):
        books.assignments[f"a-{number}"] = Assignment(
            "stop-1", "order-1", "line-1", f"team-{number}", utc_now()
        )
    assert bool(ledger.without_one_fate(books, [{"line_id": "line-1", "state": state}])) == is_wrong


@pytest.mark.long
@pytest.mark.usefixtures("programs")
async def test_a_quarter_of_a_minute_of_storm_costs_nothing(figures: Figures) -> None:
    """The first faults of seed 1: events again, a server and a process killed, a process ended."""
    outcome = await storm(Options(seed=1, minutes=0.25))
    figures.note("a short storm", outcome.line())
    assert outcome.faults
    assert outcome.orders
    assert (outcome.problems, outcome.parked) == ([], 0)
