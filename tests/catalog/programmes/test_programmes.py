"""Programmes of windows: begun, handed in with evidence, returned, accepted, overdue; who is told once of what."""

import asyncio
import os
from pathlib import Path
from typing import Any

from services.catalog.programmes.use_cases.evidence import remove_orphans
from services.catalog.programmes.use_cases.running import see_to_programmes
from tests.catalog.corps import put
from tests.catalog.counter import (
    CATALOG,
    LEADER,
    OTHER_LEADER,
    STAGES,
    WINDOW,
    Counter,
)
from tests.requests.attachments.files import png
from tests.support.fixtures import on_sqlite

PROGRAMME = {
    "name": "1+X 窗口党员亮身份",
    "name_en": "Windows 1+X",
    "stages": STAGES,
    "window_codes": ["registry"],
}


ORPHAN = "01a22eeb-c88a-74b9-9c77-43e29b03261f"


async def begun(counter: Counter) -> list[str]:
    """The ids of the window's stages, once the programme has begun."""
    await put(counter.house, "programmes/one-plus-x", PROGRAMME)
    await counter.did("programmes/one-plus-x/begin")
    stages = await counter.read("programmes/one-plus-x/stages", LEADER)
    return [each["id"] for each in stages["items"]]


async def send_photo(counter: Counter, stage: str, data: bytes) -> tuple[int, Any]:
    answer = await counter.house.client.post(
        f"{CATALOG}/window-stages/{stage}/photos",
        content=data,
        headers=LEADER | {"Content-Type": "image/png"},
    )
    return answer.status_code, answer.json()


async def test_a_window_goes_through_a_stage_with_evidence(counter: Counter) -> None:
    first, second = await begun(counter)
    path = f"window-stages/{first}"
    tasks = (await counter.read("tasks", LEADER))["items"]
    assert [(each["code"], each["about"]) for each in tasks] == [
        ("stage_to_hand_in", f"window_stage:{first}")
    ]
    missing = await counter.ask(f"{path}/hand-in", LEADER)
    assert (missing.status_code, missing.json()["code"]) == (409, "evidence_missing")
    assert "文字说明" in missing.json()["detail"]
    early = await counter.ask(f"window-stages/{second}/evidence", LEADER, text="提前做了")
    assert early.json()["code"] == "stage_not_begun"
    await counter.did(f"{path}/evidence", LEADER, text="两个岗位都已佩戴工作牌。")
    wrong = await counter.ask(f"{path}/evidence", LEADER, url="file:///etc/passwd")
    assert wrong.status_code == 422
    for said in ({"text": "一", "url": "https://a.example/b"}, {}):
        both = await counter.ask(f"{path}/evidence", LEADER, **said)
        assert (both.status_code, both.json()["code"]) == (422, "text_or_link")
    status, said = await send_photo(counter, first, png(640, 480))
    assert status == 201
    photo = next(each for each in said["evidence"] if each["form"] == "photo")
    shown = await counter.house.client.get(f"{CATALOG}/{path}/photos/{photo['id']}", headers=LEADER)
    assert shown.headers["content-type"] == "image/png"
    assert shown.headers["cache-control"].startswith("private")
    for who in (OTHER_LEADER,):
        hidden = await counter.house.client.get(
            f"{CATALOG}/{path}/photos/{photo['id']}", headers=who
        )
        assert hidden.status_code == 404
    await counter.did(f"{path}/hand-in", LEADER)
    locked = await counter.ask(f"{path}/evidence", LEADER, text="再补")
    assert locked.json()["code"] == "illegal_transition"
    (task,) = (await counter.read("tasks"))["items"]
    assert (task["code"], task["facts"]["window"]) == ("stage_to_decide", WINDOW["name"])
    await counter.did(f"{path}/return", reason_code="unclear", reason="看不出是哪个岗位")
    back = await counter.read(path, LEADER)
    assert (back["state"], back["reason"]) == ("returned", "看不出是哪个岗位")
    await counter.did(f"{path}/evidence", LEADER, text="左起为一号窗口。")
    await counter.did(f"{path}/hand-in", LEADER)
    done = await counter.did(f"{path}/accept")
    assert (done["state"], done["is_late"]) == ("accepted", False)
    said_events = await counter.events("StageOpened", "StageReturned", "StageAccepted")
    assert [type(each).__name__ for each in said_events] == [
        "StageOpened",
        "StageReturned",
        "StageAccepted",
    ]


async def test_a_team_is_told_once_of_each_day(counter: Counter) -> None:
    first, _ = await begun(counter)
    uow = counter.house.uow("catalog")
    for _ in range(2):
        await asyncio.gather(see_to_programmes(uow), see_to_programmes(uow))
    assert len(await counter.events("StageOpened")) == 1
    counter.clock.move(days=8)  # 5 July: the first stage is over, the second has begun
    for _ in range(2):
        await see_to_programmes(uow)
    assert [each.stage_id for each in await counter.events("StageOverdue")] == [first]
    assert len(await counter.events("StageOpened")) == 2
    late = await counter.read(f"window-stages/{first}", LEADER)
    assert late["is_overdue"]
    prolonged = [STAGES[0] | {"ends_on": "2014-07-10"}, STAGES[1]]
    await put(counter.house, "programmes/one-plus-x", PROGRAMME | {"stages": prolonged})
    assert not (await counter.read(f"window-stages/{first}", LEADER))["is_overdue"]
    counter.clock.move(days=6)
    await see_to_programmes(uow)
    assert len(await counter.events("StageOverdue")) == 2
    await counter.did(f"window-stages/{first}/evidence", LEADER, text="补交")
    assert (await counter.did(f"window-stages/{first}/hand-in", LEADER))["is_late"]


@on_sqlite
async def test_what_a_programme_can_t_be(counter: Counter) -> None:
    url = f"{CATALOG}/programmes/other"

    async def refused(**changes: object) -> str:
        answer = await counter.house.client.put(
            url, json=PROGRAMME | changes, headers={"If-None-Match": "*"}
        )
        assert answer.is_client_error, answer.text
        return str(answer.json()["code"])

    assert await refused(stages=[]) == "programme_without_stages"
    assert await refused(stages=STAGES[::-1]) == "stages_out_of_order"
    assert await refused(stages=[STAGES[0] | {"ends_on": "2014-06-01"}]) == "days_reversed"
    assert await refused(window_codes=["registry", "registry"]) == "repeated_code"
    assert await refused(window_codes=["nowhere"]) == "unknown_code"
    await put(counter.house, "programmes/empty", PROGRAMME | {"window_codes": []})
    empty = await counter.ask("programmes/empty/begin")
    assert empty.json()["code"] == "programme_without_windows"
    await begun(counter)
    running = f"{CATALOG}/programmes/one-plus-x"
    for changes, code in (
        ({"stages": STAGES[:1]}, "programme_stages_fixed"),
        (
            {
                "stages": [
                    STAGES[1] | {"starts_on": "2014-06-27"},
                    STAGES[0] | {"starts_on": "2014-07-05", "ends_on": "2014-07-20"},
                ]
            },
            "programme_stages_fixed",
        ),
        ({"window_codes": []}, "programme_windows_stay"),
    ):
        answer = await counter.house.client.put(
            running, json=PROGRAMME | changes, headers={"If-Match": "*"}
        )
        assert answer.json()["code"] == code


async def test_a_photo_that_is_refused_or_taken_back_leaves_no_file(
    counter: Counter, tmp_path: Path
) -> None:
    first, _ = await begun(counter)
    files = counter.house.services["catalog"].api.state.files

    async def stored() -> list[str]:
        return [each.key async for each in files.stored("evidence")]

    assert (await send_photo(counter, first, png(640, 480)[:-8]))[0] == 422
    assert (await send_photo(counter, first, b"%PDF-1.7"))[0] == 422
    assert await stored() == []
    _, said = await send_photo(counter, first, png(640, 480))
    assert len(await stored()) == 1
    (photo,) = said["evidence"]
    gone = await counter.house.client.delete(
        f"{CATALOG}/window-stages/{first}/evidence/{photo['id']}", headers=LEADER
    )
    assert gone.status_code == 204
    assert await stored() == []
    await files.put(f"evidence/{ORPHAN}", b"left by a killed upload")
    await remove_orphans(counter.house.uow("catalog"), files)
    assert await stored() == [f"evidence/{ORPHAN}"], "somebody may be giving it just now"
    os.utime(tmp_path / "files" / "evidence" / ORPHAN, (0, 0))
    await remove_orphans(counter.house.uow("catalog"), files)
    assert await stored() == []
