"""Notices give a reason by its code's words; what somebody typed is nowhere in notify."""

import pytest

from shared.contracts.dispatch import AssignmentDeclined, StopCancelled
from tests.notify.rui_an import booth_event, directory, messages, stop_event, tell
from tests.support.house import House

STOP = "s-330381125000"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("weather", "原因：天气原因"),
        ("other", "原因：其他原因"),
        ("asked_by_a_later_release", "原因：其他原因"),
    ],
)
async def test_a_code_is_said_in_words_and_an_unknown_one_as_another_reason(
    notify: House, code: str, words: str
) -> None:
    await tell(notify, *directory(), stop_event(StopCancelled, STOP, reason_code=code))
    told = await messages(notify, "township.330381125000")
    assert words in told[-1]["text"]
    assert "见该站点" in told[-1]["text"]
    assert told[-1]["about"] == f"stop:{STOP}"


async def test_the_corps_hears_why_a_team_declines_and_where_to_read_more(notify: House) -> None:
    declined = booth_event(
        AssignmentDeclined, STOP, "legal-advice", "justice", reason_code="no_volunteers"
    )
    await tell(notify, *directory(), declined)
    told = (await messages(notify, "coordinator"))[-1]
    assert "人手不够" in told["text"]
    assert told["about"] == f"stop:{STOP}"
