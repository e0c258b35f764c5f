"""Random histories of posts and badges: whatever is done in whatever order, the rules hold."""

from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.catalog.badges.domain import LONGEST_DAYS, Badge, require_period
from services.catalog.windows.domain import Holding
from shared.kernel.clock import utc_now
from shared.kernel.errors import DomainError

FIRST = date(2014, 6, 27)
DAYS = st.integers(0, 40).map(lambda days: FIRST + timedelta(days=days))
SPANS = st.tuples(DAYS, st.none() | st.integers(0, 20))
STEPS = st.lists(st.tuples(SPANS, st.none() | DAYS), max_size=30)


def held(number: int, first: date, last: date | None) -> Holding:
    return Holding(
        id=str(number),
        post_id="post",
        window_code="registry",
        volunteer_no=f"V-{number:06}",
        first_on=first,
        last_on=last,
    )


@given(STEPS)
@settings(max_examples=200)
def test_on_no_day_two_hold_a_post(
    steps: list[tuple[tuple[date, int | None], date | None]],
) -> None:
    holdings: list[Holding] = []
    for number, ((first, length), ends) in enumerate(steps):
        last = None if length is None else first + timedelta(days=length)
        if not any(each.overlaps(first, last) for each in holdings):
            holdings.append(held(number, first, last))
        if ends is not None and holdings:
            try:
                holdings[-1].end(ends)
            except DomainError:
                assert holdings[-1].ended_before(ends) or ends < holdings[-1].first_on
    for day in (FIRST + timedelta(days=days) for days in range(70)):
        assert sum(each.covers(day) for each in holdings) <= 1


@given(DAYS, st.integers(-3, 120), DAYS, st.booleans())
@settings(max_examples=300)
def test_a_badge_holds_within_its_days_and_never_once_it_is_revoked(
    first: date, length: int, today: date, revoked: bool
) -> None:
    last = first + timedelta(days=length)
    try:
        require_period(first, last, FIRST)
    except DomainError:
        assert length < 0 or length >= LONGEST_DAYS or last < FIRST
        return
    badge = Badge(
        number="B-2014-000001",
        holding_id="1",
        window_code="registry",
        volunteer_no="V-000001",
        window_name="婚姻登记中心",
        window_name_en="Registry",
        post_name="一号窗口",
        post_name_en="Counter 1",
        pledge=None,
        is_named=False,
        valid_from=first,
        valid_until=last,
        issued_at=utc_now(),
    )
    if revoked:
        badge.revoke(utc_now(), "lost", None)
    assert (badge.standing(today) == "valid") == (not revoked and first <= today <= last)
    claims = badge.claims("https://fuwu.example.gov.cn")
    assert (claims["exp"] - claims["nbf"]) == (length + 1) * 86_400
