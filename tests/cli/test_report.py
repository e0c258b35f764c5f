"""The demonstration's report on a terminal as narrow as they come."""

from io import StringIO

import pytest
from rich.console import Console

from cli.demo import Outcome
from cli.report import show
from cli.scenario import ruian_2014

WIDTH = 80


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_stop_is_one_line_of_eighty_columns(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIANCAI_LANGUAGE", language)
    scenario = ruian_2014()
    townships = scenario.townships
    places = [scenario.place(township) for township in townships]
    booths = [
        {"state": "done", "served": 1_000, "line_id": "1", "team_name": "法律援助服务队"}
    ] * 12
    stops = [
        {
            "on": "2014-07-16",
            "part": "afternoon",
            "township_name": township["name"],
            "place": place,
            "postponed_from": None,
            "assignments": booths,
        }
        for township, place in zip(townships, places, strict=True)
    ]
    plan = {"campaign_name": "红七月、服务月", "distance_km": 90.6, "stops": stops}
    written = StringIO()
    show(Console(file=written, width=WIDTH), Outcome({"stops": len(stops)}, plan, []))
    lines = written.getvalue().splitlines()
    for place in places:
        assert sum(place in line for line in lines) == 1, written.getvalue()
