"""What follows from marks in whatever order they come, and which scans are taken."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.dispatch.attendance.domain.attendance import Attendance, Mark, minutes_of, spells_of
from services.dispatch.attendance.domain.scan import Scan, fault_of
from services.dispatch.attendance.use_cases import codes
from shared.db.vault import Vault
from shared.kernel.errors import Conflict, IllegalTransition

ON = date(2014, 6, 27)
ANY_PACE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
EIGHT = datetime(2014, 6, 27, 0, tzinfo=UTC)
MARKS = st.lists(
    st.builds(
        lambda minute, way, by: Mark(EIGHT + timedelta(minutes=minute), way, by),
        st.integers(0, 300),
        st.sampled_from(["in", "out"]),
        st.sampled_from(["code", "list"]),
    ),
    max_size=12,
)


def attendance(*marks: Mark) -> Attendance:
    kept = Attendance(
        id="a1:V-000001",
        assignment_id="a1",
        stop_id="s1",
        team_code="health",
        volunteer_no="V-000001",
        on=ON,
        part="morning",
    )
    for mark in marks:
        kept.mark(mark)
    return kept


def state_of(kept: Attendance) -> str:
    return kept.state


def mark(minute: int, way: str, by: str = "code") -> Mark:
    return Mark(
        EIGHT + timedelta(minutes=minute),
        "in" if way == "in" else "out",
        "list" if by == "list" else "code",
    )


@ANY_PACE
@given(MARKS, st.randoms(use_true_random=False))
def test_the_order_in_which_phones_connect_means_nothing(marks: list[Mark], chance: Random) -> None:
    other = list(marks)
    chance.shuffle(other)
    one, two = attendance(*marks), attendance(*other)
    assert (one.state, one.spells, one.minutes) == (two.state, two.spells, two.minutes)


@ANY_PACE
@given(MARKS)
def test_nobody_is_there_twice_at_a_time(marks: list[Mark]) -> None:
    spells = spells_of(marks)
    assert all(start < end for start, end in spells)
    assert all(before[1] <= after[0] for before, after in pairwise(spells))
    if spells:
        whole = spells[-1][1] - spells[0][0]
        assert minutes_of(spells) <= whole / timedelta(minutes=1)


@ANY_PACE
@given(MARKS)
def test_a_mark_that_is_said_again_changes_nothing(marks: list[Mark]) -> None:
    kept = attendance(*marks)
    before = kept.state, kept.spells
    for each in marks:
        assert not kept.mark(each)
    assert (kept.state, kept.spells) == before


def test_each_state_follows_from_what_was_said() -> None:
    assert attendance().state == "expected"
    assert attendance(mark(0, "in")).state == "present"
    assert attendance(mark(0, "in"), mark(200, "out")).state == "left"
    assert attendance(mark(200, "out")).state == "unmatched"
    again = attendance(mark(0, "in"), mark(60, "out"), mark(90, "in"))
    assert (again.state, again.minutes) == ("present", 60)
    several = attendance(mark(5, "in", "list"), mark(0, "in"), mark(180, "out"), mark(190, "out"))
    assert (several.minutes, several.came_at) == (190, EIGHT)


def test_whoever_has_come_is_not_absent() -> None:
    kept = attendance()
    kept.miss()
    assert state_of(kept) == "absent"
    kept.expect()
    kept.miss()
    kept.mark(mark(0, "in"))  # the phone connects later, and was there
    assert state_of(kept) == "present"
    with pytest.raises(IllegalTransition):
        kept.miss()
    with pytest.raises(IllegalTransition):
        kept.expect()


def test_nobody_comes_and_goes_without_end() -> None:
    kept = attendance(*(mark(minute, "in") for minute in range(40)))
    with pytest.raises(Conflict, match="too_many_marks"):
        kept.mark(mark(41, "in"))


def scan(**more: object) -> Scan:
    said: dict[str, object] = {
        "nonce": "n" * 16,
        "stop_id": "s1",
        "volunteer_no": "V-000001",
        "way": "in",
        "by": "code",
        "device_at": EIGHT,
    }
    return Scan(**(said | more))  # type: ignore[arg-type]


def fault(one: Scan, **more: object) -> str | None:
    said: dict[str, object] = {
        "at": one.at,
        "now": EIGHT,
        "real_now": EIGHT,
        "on": ON,
        "is_open": True,
        "booth": "a1",
        "code_fits": True,
    }
    return fault_of(one, **(said | more))  # type: ignore[arg-type]


def test_each_fault_is_told() -> None:
    assert fault(scan()) is None
    assert fault(scan(device_at=EIGHT + timedelta(minutes=3))) == "clock_ahead"
    ahead = scan(device_at=EIGHT + timedelta(minutes=9), device_ahead=timedelta(minutes=9))
    assert (ahead.at, fault(ahead)) == (EIGHT, None)
    assert fault(scan(), is_open=False) == "stop_not_held"
    assert fault(scan(), on=ON + timedelta(days=1)) == "other_day"
    later = EIGHT + timedelta(days=11)
    assert fault(scan(), now=later, real_now=later) == "too_late"
    late = EIGHT + timedelta(days=9)
    assert fault(scan(), now=late, real_now=late) is None
    assert fault(scan(), booth=None) == "not_rostered"
    assert fault(scan(), code_fits=False) == "code_unknown"
    assert fault(scan(by="list"), code_fits=False) is None


@pytest.fixture
def vault(tmp_path: object) -> Vault:
    return Vault(tmp_path / "keys", create=True)  # type: ignore[operator]


def test_a_code_is_taken_one_step_before_and_after(vault: Vault) -> None:
    import pyotp

    code = pyotp.TOTP(codes.secret_of(vault, "s1")).at(EIGHT)
    for seconds, taken in ((-31, False), (-30, True), (0, True), (59, True), (60, False)):
        at = EIGHT + timedelta(seconds=seconds)
        assert codes.fits(vault, "s1", code, at) is taken, seconds
    assert not codes.fits(vault, "s2", code, EIGHT)
    assert not codes.fits(vault, "s1", None, EIGHT)


def test_a_roster_that_was_changed_is_none(vault: Vault) -> None:
    from services.dispatch.attendance.domain.scan import Sealed

    sealed = Sealed("s1", ON, "morning", {"a1": ["V-000001"]}, timedelta(seconds=-7))
    text = codes.seal_roster(vault, sealed)
    opened = codes.open_roster(vault, text, "s1")
    assert opened == sealed
    assert opened is not None
    assert opened.booth_of("V-000001") == "a1"
    assert codes.open_roster(vault, text[:-2] + ("AA" if text[-2:] != "AA" else "BB"), "s1") is None
    assert codes.open_roster(vault, text, "s2") is None
    assert codes.open_roster(vault, None, "s1") is None
