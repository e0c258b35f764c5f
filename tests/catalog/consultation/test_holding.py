"""A consultation is opened, prolonged and ended; who is asked hears of it, and has it among what waits."""

from datetime import date

from services.catalog.consultation.use_cases.opinions import open_consultation
from services.catalog.editions.domain import Edition
from shared.contracts.catalog import ConsultationOpened, ConsultationProlonged
from tests.catalog.consultation.forum import (
    AGAINST,
    CLERK,
    EDITION,
    FOR,
    GAOLOU,
    LEADER,
    MAYU,
    OFFICER,
    OTHER_OFFICER,
    UNTIL,
    Forum,
)

TASKS = "/api/catalog/tasks"


async def test_opening_tells_all_townships_and_teams_once(forum: Forum) -> None:
    found = await forum.ask("GET", EDITION)
    assert (found["state"], found["consultation_until"]) == ("consultation", UNTIL)
    again = await forum.ask(
        "POST", f"{EDITION}/consultation", status=409, json={"until": "2014-07-20"}
    )
    assert (again["code"], again["state"]) == ("illegal_transition", "consultation")
    said = [e for e in await forum.house.published("catalog") if isinstance(e, ConsultationOpened)]
    assert said == [
        ConsultationOpened(
            edition_id="summer-2014",
            title="2014年夏季菜单",
            until_on=date(2014, 7, 10),
            township_codes=(MAYU, GAOLOU),
            team_codes=("clinic-two", "health"),
        )
    ]


async def test_a_day_that_is_past_is_refused(forum: Forum) -> None:
    refused = await forum.ask(
        "POST", f"{EDITION}/consultation/prolong", status=422, json={"until": "2014-06-26"}
    )
    assert (refused["code"], refused["field"]) == ("day_is_past", "until")


async def test_prolonging_tells_the_other_day_and_the_same_day_tells_nobody(forum: Forum) -> None:
    for _ in range(2):
        body = {"until": "2014-07-20", "residents_may_speak": False}
        found = await forum.ask("POST", f"{EDITION}/consultation/prolong", json=body)
        assert (found["consultation_until"], found["residents_may_speak"]) == ("2014-07-20", False)
    said = await forum.house.published("catalog")
    prolonged = [event for event in said if isinstance(event, ConsultationProlonged)]
    assert [event.until_on for event in prolonged] == [date(2014, 7, 20)]


async def test_whoever_is_asked_has_it_among_what_waits_until_they_spoke(forum: Forum) -> None:
    for speaker, said in ((OFFICER, AGAINST), (LEADER, FOR)):
        waiting = await forum.ask("GET", TASKS, by=speaker)
        assert waiting["counts"] == {"consultation_open": 1}
        (task,) = waiting["items"]
        assert (task["about"], task["due_on"]) == ("consultation:summer-2014", UNTIL)
        assert task["facts"] == {"title": "2014年夏季菜单"}
        given = await forum.say(said, by=speaker)
        assert (await forum.ask("GET", TASKS, by=speaker))["items"] == []
    assert (await forum.ask("GET", TASKS, by=CLERK))["items"] == [], "its township has spoken"
    await forum.ask("POST", f"/api/catalog/opinions/{given['id']}/withdraw", by=LEADER)
    assert (await forum.ask("GET", TASKS, by=LEADER))["counts"] == {"consultation_open": 1}
    assert (await forum.ask("GET", TASKS, by=OTHER_OFFICER))["counts"] == {"consultation_open": 1}
    forum.clock.move(days=14)
    assert (await forum.ask("GET", TASKS, by=OTHER_OFFICER))["counts"] == {}, "it is over"


async def test_the_corps_has_the_opinions_to_answer_among_what_waits(forum: Forum) -> None:
    assert "opinions_to_answer" not in (await forum.ask("GET", TASKS))["counts"]
    given = await forum.say(AGAINST, by=OFFICER)
    (task,) = (await forum.ask("GET", TASKS))["items"]
    assert (task["code"], task["about"]) == ("opinions_to_answer", "opinions:summer-2014")
    assert (task["facts"]["count"], task["due_on"]) == (1, UNTIL)
    assert (await forum.ask("GET", f"{TASKS}?holder=nobody"))["items"] == [task]
    about = {"code": task["code"], "about": task["about"]}
    assert (await forum.ask("POST", f"{TASKS}/take", json=about))["holder"]["is_mine"]
    assert (await forum.ask("GET", f"{TASKS}?holder=nobody"))["items"] == []
    assert len((await forum.ask("GET", f"{TASKS}?holder=me"))["items"]) == 1
    await forum.answer("已记录", given)
    await forum.publish_answers()
    assert (await forum.ask("GET", TASKS))["items"] == []


async def test_after_the_end_nobody_speaks_and_what_was_said_stays(forum: Forum) -> None:
    given = await forum.say(AGAINST, by=OFFICER)
    ended = await forum.ask("POST", f"{EDITION}/consultation/end")
    assert ended["state"] == "draft"
    refused = await forum.say(FOR, by=LEADER, status=409)
    assert refused["code"] == "consultation_closed"
    again = await forum.ask("POST", f"{EDITION}/consultation/end", status=409)
    assert again["code"] == "consultation_closed"
    await forum.answer("已记录", given)
    assert await forum.publish_answers() == {"published": 1, "waiting": 0}
    await forum.open("2014-07-20")
    assert (await forum.say(AGAINST, by=OFFICER))["number"] == 2


async def test_a_survey_is_not_ended_by_mistake(forum: Forum) -> None:
    await forum.ask("POST", f"{EDITION}/consultation/end")
    uow = forum.house.uow("catalog")
    async with uow.transaction() as tx:
        (await tx.get(Edition, "summer-2014")).open_survey(date(2014, 7, 1), today=uow.today())
    refused = await forum.ask("POST", f"{EDITION}/consultation/end", status=409)
    assert refused["code"] == "consultation_closed"
    opened = await open_consultation(uow, "summer-2014", date(2014, 7, 9), residents=False)
    assert opened.state == "consultation"
