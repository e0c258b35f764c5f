"""Notices give a reason by its code's words; what somebody typed is nowhere in notify."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from services.notify.store.tables import digest_entry, message
from shared.contracts.dispatch import AssignmentDeclined, StopCancelled
from shared.db.engine import Database
from tests.notify.rui_an import booth_event, directory, messages, stop_event, tell
from tests.support.house import House
from tests.support.tree import migrations_of

STOP = "s-330381125000"


@pytest.mark.parametrize(
    ("code", "words"),
    [("weather", "原因：天气原因"), ("other", "原因：其他原因"), ("asked_by_a_later_release", "原因：其他原因")],
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
    declined = booth_event(AssignmentDeclined, STOP, "legal-advice", "justice", reason_code="no_volunteers")
    await tell(notify, *directory(), declined)
    told = (await messages(notify, "coordinator"))[-1]
    assert "人手不够" in told["text"]
    assert told["about"] == f"stop:{STOP}"


async def test_what_older_notices_repeat_of_typed_words_is_taken_out(store_url: str) -> None:
    typed = "张三家，电话 13800138000"
    database = Database(store_url)
    migrations = migrations_of("notify")
    await migrations.upgrade(database, "0006")
    lines = [{"code": "line.stop_moved", "reason": typed}, {"code": "line.unserved", "reason": "unserved.no_team"}]
    row = {
        "recipient_id": "coordinator",
        "code": "message.order_returned",
        "about": "order:1",
        "created_at": datetime(2014, 6, 27, tzinfo=UTC),
        "read_at": None,
        "event_seq": 1,
        "version": 1,
    }
    async with database.engine.begin() as connection:
        for key, params in (("m1", {"order": "1", "reason": typed, "lines": lines}), ("m2", {"reason": "stop moved"})):
            await connection.execute(insert(message).values(id=key, params=params, **row))
        entry = {"event_id": "e1", "digest_id": "d", "kind": "changed", "data": {"reason": typed, "place": "村口"}}
        await connection.execute(insert(digest_entry).values(**entry))
    await migrations.upgrade(database)
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(message.c.id, message.c.params))
        stored = {row.id: row.params for row in rows}
        gathered = await connection.scalar(select(digest_entry.c.data))
    await database.close()
    assert typed not in str(stored) + str(gathered)
    assert stored["m1"]["reason_code"] == "other"
    assert [line["reason_code"] for line in stored["m1"]["lines"]] == ["other", "unserved.no_team"]
    assert stored["m2"] == {"reason_code": "stop_moved"}
    assert gathered == {"place": "村口", "reason_code": "other"}
