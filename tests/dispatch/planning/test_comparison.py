"""What differs between two plans: hypothesis draws them."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.planning.problem.comparison import Comparison, compare
from services.dispatch.planning.problem.problem import Booth, Slot

LINES = [f"点单{n}" for n in range(5)]
TOWNSHIP_OF = {line: "高楼镇" if n % 2 else "湖岭镇" for n, line in enumerate(LINES)}
MIRRORED = {"added": "lost", "lost": "added", "moved": "moved"}

plans = st.dictionaries(
    st.sampled_from(LINES),
    st.tuples(st.sampled_from(["医疗队", "司法队"]), st.integers(0, 2), st.integers(0, 1)),
).map(
    lambda plan: [Booth(line, team, Slot(day, part), 3) for line, (team, day, part) in plan.items()]
)


@given(plans, plans)
def test_it_names_every_line_that_is_served_otherwise_and_no_other(
    before: list[Booth], after: list[Booth]
) -> None:
    found = compare(before, after, TOWNSHIP_OF)
    assert {change.line for change in found.changes} == {
        booth.line for booth in set(before) ^ set(after)
    }
    assert compare(before, before, TOWNSHIP_OF) == Comparison(())
    back = compare(after, before, TOWNSHIP_OF)
    assert [(c.line, MIRRORED[c.how], c.after, c.before) for c in back.changes] == [
        (c.line, c.how, c.before, c.after) for c in found.changes
    ]


@given(plans, plans)
def test_the_tallies_add_up(before: list[Booth], after: list[Booth]) -> None:
    found = compare(before, after, TOWNSHIP_OF)
    for how in ("added", "lost", "moved"):
        assert sum(getattr(tally, how) for tally in found.townships.values()) == sum(
            change.how == how for change in found.changes
        )
    gained = sum(tally.added - tally.lost for tally in found.teams.values())
    assert gained == len(after) - len(before)
    other_day = sum(tally.days_changed for tally in found.townships.values())
    assert other_day == sum(change.changes_day for change in found.changes)
