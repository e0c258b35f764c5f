"""Who is told what of recurring orders."""

from datetime import date
from typing import Any

from shared.contracts.requests import OccurrenceBlocked, RecurringOrderChanged
from tests.notify.rui_an import GAOLOU, Told, codes, directory, messages, tell
from tests.support.house import House

TOWN, CORPS = f"township.{GAOLOU}", "coordinator"
SERIES = "01900000-0000-7000-8000-0000000000aa"


def changed(step: Any, state: Any, revision: int) -> Told:
    return f"recurring_order:{SERIES}", RecurringOrderChanged(
        series_id=SERIES,
        number=7,
        township_code=GAOLOU,
        item_codes=("clinic",),
        rrule="FREQ=WEEKLY;BYDAY=TU",
        starts_on=date(2014, 7, 1),
        last_on=None,
        state=state,
        step=step,
        reason_code="incomplete" if step == "returned" else None,
        origin_id=None,
        follows_id=None,
        revision=revision,
    )


async def test_each_side_is_told_what_the_other_does(anywhere: House) -> None:
    steps = [
        ("proposed", "proposed"),
        ("returned", "returned"),
        ("proposed", "proposed"),
        ("accepted", "active"),
        ("changed", "active"),
        ("ended", "ended"),
    ]
    story = [changed(step, state, number) for number, (step, state) in enumerate(steps, 1)]
    await tell(anywhere, *directory(), *story)
    told = [f"message.recurring_{step}" for step in ("returned", "accepted", "ended")]
    assert sorted(await codes(anywhere, TOWN)) == sorted(told)
    told = [f"message.recurring_{step}" for step in ("proposed", "proposed", "ended")]
    assert sorted(await codes(anywhere, CORPS)) == sorted(told)


async def test_a_day_without_an_order_is_told_in_words(anywhere: House) -> None:
    blocked = OccurrenceBlocked(
        series_id=SERIES,
        number=7,
        township_code=GAOLOU,
        on=date(2014, 9, 2),
        fault="item_gone",
        item_code="clinic",
    )
    await tell(anywhere, *directory(), (f"recurring_order:{SERIES}", blocked))
    for recipient in (TOWN, CORPS):
        (message,) = await messages(anywhere, recipient)
        assert "9月2日 周二" in message["text"]
        assert "现行目录中没有所需项目" in message["text"]
        assert message["about"] == f"recurring_order:{SERIES}"
