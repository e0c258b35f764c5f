"""Hours never overlap twice, classes never mix, and what a person must look at does not count until then."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch.attendance.domain.hours import (
    EVIDENCE,
    Anomaly,
    Evidence,
    HoursClaim,
    ServiceHours,
    Span,
    Work,
    anomalies_of,
    totals_of,
    travel_minutes,
)
from shared.kernel.errors import Conflict, IllegalTransition

ON = date(2014, 6, 27)
EIGHT = datetime(2014, 6, 27, 0, tzinfo=UTC)
GAOLOU, TAOSHAN = (27.8136, 120.2775), (27.8468, 120.4918)


def at(minute: int) -> datetime:
    return EIGHT + timedelta(minutes=minute)


def hours(no: int, start: int = 0, end: int = 180, evidence: Evidence = "checked") -> ServiceHours:
    return ServiceHours(
        id=f"a{no}:V-000001",
        assignment_id=f"a{no}",
        stop_id=f"s{no}",
        team_code="health",
        volunteer_no="V-000001",
        on=ON,
        part="morning",
        starts_at=at(start),
        ends_at=at(end),
        minutes=end - start,
        evidence=evidence,
    )


def span(each: ServiceHours, place: tuple[float, float] = GAOLOU) -> Span:
    return Span(each.id, each.stop_id, each.starts_at, each.ends_at, each.minutes, place)


ACTS = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from(["put", "keep", "withdraw", "weigh"]),
        st.integers(0, 500),
        st.integers(1, 300),
        st.sampled_from(EVIDENCE),
    ),
    max_size=25,
)


@given(ACTS)
def test_whatever_is_done_no_two_that_count_overlap_and_classes_stay_apart(
    acts: list[tuple[int, str, int, int, Evidence]],
) -> None:
    kept = {no: hours(no) for no in range(4)}
    touched: set[int] = set()

    def weighed(no: int) -> list[Anomaly]:
        others = [span(each) for other, each in kept.items() if other in touched and each.counts]
        return anomalies_of(span(kept[no]), others)

    for no, act, start, length, evidence in acts:
        mine = kept[no]
        with suppress(Conflict, IllegalTransition):
            if act == "put":
                mine.change(at(start), at(start + length), length, evidence, [])
                mine.weigh(weighed(no))
                touched.add(no)
            elif no in touched and act == "keep":
                mine.anomalies = list(weighed(no))
                mine.keep("核对过")
            elif no in touched and act == "withdraw":
                mine.withdraw("重复")
            elif no in touched and mine.state != "withdrawn":
                mine.weigh(weighed(no))
        counting = [each for number, each in kept.items() if number in touched and each.counts]
        assert not any(span(one).overlaps(span(other)) for one, other in combinations(counting, 2))
        totals = totals_of([each for number, each in kept.items() if number in touched])
        assert set(totals) == set(EVIDENCE)
        for each in EVIDENCE:
            assert totals[each] == sum(one.minutes for one in counting if one.evidence == each)


def test_each_anomaly_is_found() -> None:
    mine = hours(1)
    assert anomalies_of(span(mine), []) == []
    assert anomalies_of(span(mine), [span(mine)]) == []
    assert anomalies_of(span(mine), [span(hours(2, 100, 200))]) == ["overlap"]
    assert anomalies_of(span(mine), [span(hours(2, 180, 300))]) == []  # the same place
    minutes = travel_minutes(GAOLOU, TAOSHAN)
    near, far = int(180 + minutes) - 1, int(180 + minutes) + 1
    assert anomalies_of(span(mine), [span(hours(2, near, 300), TAOSHAN)]) == ["travel"]
    assert anomalies_of(span(mine), [span(hours(2, far, 300), TAOSHAN)]) == []
    assert anomalies_of(span(mine), [span(hours(2, 190, 500))]) == ["too_many"]
    assert anomalies_of(span(hours(1, 0, 301)), []) == ["too_long"]
    assert anomalies_of(span(mine), [], Work(served=73, minutes_each=5, minutes=180)) == [
        "served_more"
    ]
    assert anomalies_of(span(mine), [], Work(served=72, minutes_each=5, minutes=180)) == []


def test_a_person_lets_stand_all_but_two_places_at_a_time() -> None:
    mine = hours(1)
    mine.weigh(["too_long"])
    assert mine.state == "held"
    mine.keep("收摊晚")
    assert mine.counts
    mine.weigh(["too_long"])
    assert mine.counts  # that was settled
    mine.weigh(["too_long", "travel"])
    assert mine.state == "held"
    mine.weigh(["overlap"])
    with pytest.raises(Conflict, match="hours_overlap"):
        mine.keep("都算")
    mine.change(at(0), at(60), 60, "by_hand", [], "按签到表")
    assert (mine.state, mine.settled, mine.evidence) == ("recorded", [], "by_hand")
    with pytest.raises(IllegalTransition):
        mine.keep("再算")
    mine.withdraw("没来")
    with pytest.raises(IllegalTransition):
        mine.withdraw("没来")


def claim() -> HoursClaim:
    return HoursClaim(
        id="c1",
        assignment_id="a1",
        stop_id="s1",
        team_code="health",
        volunteer_no="V-000001",
        side="volunteer",
        starts_at=at(0),
        ends_at=at(200),
        words="手机没电",
        asked_at=at(300),
    )


def test_both_sides_words_stay_and_only_a_dispute_is_decided() -> None:
    one = claim()
    with pytest.raises(IllegalTransition):
        one.decide(at(400), "按签到表", accepts=True)
    one.say(at(400), "十一点就走了", agrees=False)
    with pytest.raises(IllegalTransition):
        one.say(at(410), "改口", agrees=True)
    one.decide(at(500), "按签到表", accepts=True)
    assert (one.words, one.answer, one.decision) == ("手机没电", "十一点就走了", "按签到表")
    assert (one.state, one.is_open) == ("accepted", False)
    agreed = claim()
    agreed.say(at(400), None, agrees=True)
    with pytest.raises(IllegalTransition):
        agreed.decide(at(500), "不算", accepts=False)
