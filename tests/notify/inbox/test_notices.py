"""The table of plain notices: each row is told, with all that its text needs, in both languages."""

from datetime import date
from typing import Any

import pytest

from services.notify.inbox.handlers import NOTICES, Notice
from shared.contracts import Event
from shared.contracts.catalog import (
    ConsultationOpened,
    ConsultationProlonged,
    OpinionAnswered,
    SurveyAnswered,
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
)
from shared.contracts.requests import OrderCancelled, OrderReturned, ServiceRated
from shared.http.texts import LANGUAGES
from tests.notify.rui_an import GAOLOU, ORDER, accepted, directory, messages, ordered, tell
from tests.support.house import House

CONSULTATION: dict[str, Any] = {
    "edition_id": "summer-2014",
    "title": "2014年夏季菜单",
    "until_on": date(2014, 7, 10),
    "township_codes": (GAOLOU,),
    "team_codes": ("health",),
}
_ASKED: dict[str, Any] = {
    "edition_id": "2014-q4",
    "title": "第四季度目录",
    "until_on": "2014-09-20",
}
EVENTS: tuple[Event, ...] = (
    ordered()[1],
    accepted()[1],
    OrderReturned(order_id=ORDER, township_code=GAOLOU, reason_code="incomplete"),
    OrderCancelled(order_id=ORDER, township_code=GAOLOU, reason_code="duplicate"),
    ServiceRated(
        order_id=ORDER,
        line_id="l1",
        township_code=GAOLOU,
        assignment_id="a1",
        team_code="health",
        item_code="health-clinic",
        item_name="医疗义诊",
        item_name_en="Health clinic",
        score=5,
    ),
    ConsultationOpened(**CONSULTATION),
    ConsultationProlonged(**CONSULTATION),
    OpinionAnswered(
        edition_id="summer-2014",
        title="2014年夏季菜单",
        opinion_id="o1",
        number=3,
        speaker="township",
        township_code=GAOLOU,
        team_code=None,
    ),
    SurveyOpened(**_ASKED, team_codes=("health", "justice")),
    SurveyProlonged(**_ASKED, team_codes=("health",)),
    SurveyReminded(**_ASKED, team_code="health"),
    SurveyOverdue(**_ASKED, team_code="health"),
    SurveyAnswered(edition_id="2014-q4", title="第四季度目录", team_code="health", is_late=False),
)


def test_every_event_with_a_row_has_an_example_here() -> None:
    assert {type(event) for event in EVENTS} == set(NOTICES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
async def test_a_row_is_told_with_all_that_its_text_needs(notify: House, event: Event) -> None:
    await tell(notify, *directory(), (f"order:{ORDER}", event))
    rows: list[Notice[Event]] = list(NOTICES[type(event)])
    for row in rows:
        for language in LANGUAGES:
            for recipient in row.recipients_of(event):
                (told,) = await messages(notify, recipient, language)
                assert told["code"] == row.code
                assert told["about"] == f"order:{ORDER}"
                assert told["subject"]
                assert "{" not in told["subject"] + told["text"]
    counts = (await notify.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == sum(len(list(row.recipients_of(event))) for row in rows) > 0


async def test_a_resident_who_spoke_gets_no_message(notify: House) -> None:
    event = OpinionAnswered(
        edition_id="summer-2014",
        title="2014年夏季菜单",
        opinion_id="o2",
        number=4,
        speaker="resident",
        township_code=None,
        team_code=None,
    )
    await tell(notify, *directory(), ("opinion:o2", event))
    counts = (await notify.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == 0
