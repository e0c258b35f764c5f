"""The demonstration's clock: business stands at a half-day of 2014 until somebody moves it on."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from cli.demonstration_clock import DemonstrationClock, clock_routes, demonstration_api
from shared.kernel.access import Role
from shared.kernel.clock import business_day, business_now
from shared.kernel.errors import Conflict
from tests.support.house import House
from tests.support.tokens import bearer


@pytest.fixture
def clock(tmp_path: Path) -> DemonstrationClock:
    return DemonstrationClock(tmp_path / "clock.json")


def test_it_begins_on_the_first_morning_and_goes_by_half_days(clock: DemonstrationClock) -> None:
    assert business_now(clock).isoformat() == "2014-06-09T08:00:00+08:00"
    clock.next_half_day()
    assert business_now(clock).isoformat() == "2014-06-09T14:00:00+08:00"
    clock.next_half_day()
    assert business_now(clock).isoformat() == "2014-06-10T08:00:00+08:00"
    clock.next_day()
    assert business_now(clock).isoformat() == "2014-06-11T08:00:00+08:00"


def test_tokens_and_leases_go_by_real_time(clock: DemonstrationClock) -> None:
    assert abs(clock() - datetime.now(UTC)) < timedelta(minutes=1)
    assert business_day(clock) == date(2014, 6, 9)


def test_it_is_kept_with_the_data(clock: DemonstrationClock, tmp_path: Path) -> None:
    clock.move_to(date(2014, 7, 16), "afternoon")
    assert business_now(DemonstrationClock(tmp_path / "clock.json")) == business_now(clock)
    with pytest.raises(Conflict):
        clock.move_to(date(2014, 7, 16), "morning")
    with pytest.raises(Conflict):
        clock.move_to(date(9999, 12, 31), "morning")
    clock.move_to(date(2015, 12, 31), "afternoon")
    clock.next_day()
    assert business_day(clock) == date(2015, 12, 31)


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"moment": "yesterday"}', '{"moment": 7}', "{}"]
)
def test_a_damaged_file_is_no_reason_not_to_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "clock.json").write_text(content, "utf-8")
    assert business_day(DemonstrationClock(tmp_path / "clock.json")) == date(2014, 6, 9)


async def test_everybody_sees_it_and_whoever_signed_in_moves_it(
    clock: DemonstrationClock, catalog: House
) -> None:
    authenticator = catalog.services["catalog"].api.state.authenticator
    app = demonstration_api(clock_routes(clock, authenticator))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://it"
    ) as client:
        assert (await client.get("/clock")).json() == {"on": "2014-06-09", "part": "morning"}
        assert (await client.post("/clock", json={"step": "day"})).status_code == 401
        officer = bearer(Role.OFFICER, township_code="330381125000")
        moved = await client.post("/clock", json={"step": "half_day"}, headers=officer)
        assert moved.json() == {"on": "2014-06-09", "part": "afternoon"}
        there = await client.post(
            "/clock", json={"on": "2014-07-01", "part": "morning"}, headers=officer
        )
        assert there.json() == {"on": "2014-07-01", "part": "morning"}
        back = await client.post("/clock", json={"on": "2014-06-09"}, headers=officer)
        assert (back.status_code, back.json()["code"]) == (409, "clock_back")
        assert "2014年6月9日" in back.json()["detail"]
        for body in ({}, {"step": "day", "on": "2014-07-02"}):
            unclear = await client.post("/clock", json=body, headers=officer)
            assert (unclear.status_code, unclear.json()["code"]) == (422, "clock_step_or_day")
        far = await client.post("/clock", json={"on": "9999-12-31"}, headers=officer)
        assert (far.status_code, far.json()["code"]) == (409, "clock_too_far")
