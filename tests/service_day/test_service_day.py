"""A few stops with queues, and the system killed in the midst of them; `python -m tests.service_day` lives through the
whole circuit."""

from pathlib import Path

import pytest

from tests.service_day.circuit import live_through


@pytest.mark.long
async def test_killed_among_residents_stewards_and_volunteers_all_figures_add_up(
    tmp_path: Path,
) -> None:
    lived = await live_through(tmp_path, seed=2014, residents=600, volunteers=60, kills=2, stops=3)
    figures = lived.figures()
    assert lived.wrong == []
    assert figures["kills"] == 4
    assert sum(figures["fates"].values()) == figures["residents"]
    assert figures["without_connection"] > 5
    assert figures["told"] > 100
    assert figures["inside"] >= 0.8
    attendance = figures["attendance"]
    assert attendance["volunteers"] > 50
    assert attendance["scans"].keys() == {"accepted", "repeated", "refused"}
    assert attendance["hours"].keys() == {"checked", "cosigned", "by_hand"}
