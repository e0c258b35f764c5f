"""The same stop: which of the published ones goes on in a new circuit."""

from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.planning.problem.circuit import PlannedStop
from services.dispatch.planning.problem.problem import Booth, Site, Slot
from services.dispatch.stops.domain.stop_matching import PublishedStop, same_stops, stop_changes

GAOLOU, HULING = "高楼镇", "湖岭镇"
MONDAY, TUESDAY, FRIDAY = Slot(0), Slot(1), Slot(4)


def booths(slot: Slot, **teams: str) -> tuple[Booth, ...]:
    """By line, who stands there."""
    return tuple(Booth(line, team, slot, 3) for line, team in teams.items())


def held(stop_id: str, slot: Slot, site: str = GAOLOU, **teams: str) -> PublishedStop:
    return PublishedStop(stop_id, site, slot, frozenset(booths(slot, **teams)))


def planned(slot: Slot, site: str = GAOLOU, **teams: str) -> PlannedStop:
    return PlannedStop(Site(site, site, (0, 0)), slot, booths(slot, **teams))


def test_a_stop_that_keeps_a_booth_stays_wherever_the_others_go() -> None:
    was = held("s1", MONDAY, 义诊="卫生队", 普法="司法队", 惠农="农业队")
    new = [planned(MONDAY, 义诊="卫生队"), planned(TUESDAY, 普法="司法队", 惠农="农业队")]
    assert same_stops([was], new) == {(GAOLOU, MONDAY): "s1"}
    assert [change.how for change in stop_changes([was], new)] == ["scheduled"]


def test_a_stop_goes_where_most_of_its_lines_go() -> None:
    was = held("s1", MONDAY, 义诊="卫生队", 普法="司法队", 惠农="农业队")
    new = [planned(TUESDAY, 义诊="卫生队"), planned(FRIDAY, 普法="律师队", 惠农="农业队")]
    assert same_stops([was], new) == {(GAOLOU, FRIDAY): "s1"}
    changes = stop_changes([was], new)
    assert [(c.how, c.stop, c.before, c.after, c.booths) for c in changes] == [
        ("scheduled", None, None, TUESDAY, 1),
        ("moved", "s1", MONDAY, FRIDAY, 2),
    ]


def test_of_two_stops_with_as_many_lines_in_common_the_one_whose_teams_stay_is_the_same() -> None:
    was = [held("s1", MONDAY, 义诊="卫生队"), held("s2", TUESDAY, 普法="司法队")]
    new = [planned(FRIDAY, 义诊="红十字队", 普法="司法队")]
    assert same_stops(was, new) == {(GAOLOU, FRIDAY): "s2"}
    assert [(c.how, c.stop) for c in stop_changes(was, new)] == [
        ("cancelled", "s1"),
        ("moved", "s2"),
    ]


def test_two_stops_of_one_place_that_change_days_both_go_on() -> None:
    was = [held("s1", MONDAY, 义诊="卫生队"), held("s2", FRIDAY, 普法="司法队")]
    new = [planned(MONDAY, 普法="司法队"), planned(FRIDAY, 义诊="卫生队")]
    assert same_stops(was, new) == {(GAOLOU, MONDAY): "s2", (GAOLOU, FRIDAY): "s1"}


def test_with_nothing_in_common_a_stop_is_the_same_on_the_same_half_day_only() -> None:
    was = [held("s1", MONDAY, 义诊="卫生队"), held("s2", TUESDAY, HULING, 义诊二="卫生队")]
    new = [planned(MONDAY, 普法="司法队"), planned(FRIDAY, HULING, 惠农="农业队")]
    assert same_stops(was, new) == {(GAOLOU, MONDAY): "s1"}
    assert [(c.how, c.stop) for c in stop_changes(was, new)] == [
        ("cancelled", "s2"),
        ("scheduled", None),
    ]


@st.composite
def circuits(draw: st.DrawFn) -> list[PlannedStop]:
    """Six lines at two sites, each somewhere or nowhere."""
    at: dict[tuple[str, Slot], dict[str, str]] = {}
    for number in range(6):
        if (day := draw(st.integers(-1, 2))) >= 0:
            place = (GAOLOU, HULING)[number % 2], Slot(day)
            at.setdefault(place, {})[f"项目{number}"] = draw(st.sampled_from(["卫生队", "司法队"]))
    return [planned(slot, site, **teams) for (site, slot), teams in at.items()]


@given(circuits(), circuits())
def test_no_stop_goes_on_twice_and_none_whose_booths_stay_is_moved_or_gone(
    before: list[PlannedStop], after: list[PlannedStop]
) -> None:
    was = [
        PublishedStop(f"s{n}", stop.site.id, stop.slot, frozenset(stop.booths))
        for n, stop in enumerate(before)
    ]
    same = same_stops(was, after)
    assert len(set(same.values())) == len(same)
    assert same == same_stops(was[::-1], after[::-1])
    site = {stop.id: stop.site for stop in was}
    assert all(site[stop_id] == place[0] for place, stop_id in same.items())
    left = {booth for stop in after for booth in stop.booths}
    kept = {stop.id for stop in was if stop.booths & left}
    changed = {change.stop for change in stop_changes(was, after)}
    assert not kept & changed
    assert {change.stop for change in stop_changes(was, before)} == set()
