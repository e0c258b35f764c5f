"""What comes to a township, as a calendar (RFC 5545)."""

from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU
from tests.support.house import House

CALENDAR = f"/api/dispatch/public/townships/{GAOLOU}/calendar"


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").split("\r\n")


async def test_each_stop_is_an_event_of_its_day(dispatch: House) -> None:
    stop = next(
        each
        for each in (await desk.published_plan(dispatch))["stops"]
        if each["township_code"] == GAOLOU
    )
    answer = await dispatch.client.get(CALENDAR, headers={"Authorization": ""})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["content-disposition"].endswith(f'"diancai-{GAOLOU}.ics"')
    assert all(len(line.encode()) <= 75 for line in answer.text.split("\r\n"))
    lines = unfolded(answer.text)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    assert "DTSTART;VALUE=DATE:20140627" in lines
    assert "DTEND;VALUE=DATE:20140628" in lines
    assert f"LOCATION:高楼镇 {stop['place']}" in lines
    (summary,) = (line for line in lines if line.startswith("SUMMARY:"))
    assert summary.startswith("SUMMARY:上午 · ")
    assert stop["id"] not in answer.text


async def test_an_event_keeps_its_id_when_its_stop_moves(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    stop = next(each for each in plan["stops"] if each["township_code"] == GAOLOU)
    before = unfolded((await dispatch.client.get(CALENDAR)).text)
    await desk.postpone(dispatch, stop)
    after = unfolded((await dispatch.client.get(CALENDAR)).text)
    ids = [[line for line in lines if line.startswith("UID:")] for lines in (before, after)]
    assert ids[0] == ids[1] != []
    assert "DTSTART;VALUE=DATE:20140627" not in after


async def test_commas_and_semicolons_are_escaped(dispatch: House) -> None:
    await desk.published_plan(dispatch)
    answer = await dispatch.client.get(CALENDAR, headers={"Accept-Language": "en"})
    (summary,) = (line for line in unfolded(answer.text) if line.startswith("SUMMARY:"))
    assert "\\, " in summary
    assert answer.text.count("BEGIN:VEVENT") == 1
