"""The table of plain notices: each row is told, with all that its text needs, in both languages."""

import pytest

from services.notify.inbox.handlers import NOTICES, Notice
from shared.contracts import Event
from shared.contracts.requests import OrderCancelled, OrderReturned, ServiceRated
from shared.http.texts import LANGUAGES
from tests.notify.rui_an import GAOLOU, ORDER, accepted, directory, messages, ordered, tell
from tests.support.house import House

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
)


def test_every_event_with_a_row_has_an_example_here() -> None:
    assert {type(event) for event in EVENTS} == set(NOTICES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
async def test_a_row_is_told_with_all_that_its_text_needs(notify: House, event: Event) -> None:
    await tell(notify, *directory(), (f"order:{ORDER}", event))
    rows: list[Notice[Event]] = list(NOTICES[type(event)])
    for row in rows:
        for language in LANGUAGES:
            (told,) = await messages(notify, row.recipient_of(event), language)
            assert told["code"] == row.code
            assert told["about"] == f"order:{ORDER}"
            assert told["subject"]
            assert "{" not in told["subject"] + told["text"]
    counts = (await notify.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == len(rows)
