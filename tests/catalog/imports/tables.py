"""Sends tables, as a coordinator does."""

from typing import Any

from tests.support.house import House
from tests.support.waiting import until
from tests.support.workbooks import Cell, xlsx

AGENCIES = [["代码", "名称", "英文名称"], ["bureau", "卫生局", "Health Bureau"]]
TEAMS: list[list[Cell]] = [
    ["瑞安市志愿服务队一览表"],
    [],
    ["服务队名称", "所属单位", "人数（人）", "备注"],
    ["医疗卫生志愿服务队", "卫生局", 12, "周末可出队"],
    ["法律援助志愿服务队", "卫生局", "８人", ""],
]


NOTHING = {"new": 0, "alike": 0, "changed": 0, "unchanged": 0, "faulty": 0, "left_out": 0}
"""The counts of an import without rows."""


async def send(house: House, about: str, file: bytes, *, language: str = "zh-CN") -> Any:
    """Sends a file, and returns the import."""
    answer = await house.client.post(
        "/api/catalog/imports",
        params={"about": about},
        content=file,
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rows_of(house: House, made: Any, *, language: str = "zh-CN", **query: str) -> list[Any]:
    answer = await house.client.get(
        f"/api/catalog/imports/{made['id']}/rows",
        params=query,
        headers={"Accept-Language": language},
    )
    assert answer.status_code == 200, answer.text
    rows: list[Any] = answer.json()["items"]
    return rows


async def start(house: House, made: Any, *, status: int = 202) -> Any:
    answer = await house.client.post(f"/api/catalog/imports/{made['id']}/start")
    assert answer.status_code == status, answer.text
    return answer.json()


async def settled(house: House, made: Any) -> Any:
    """The import, once no worker has it any more."""

    async def over() -> Any:
        now = (await house.client.get(f"/api/catalog/imports/{made['id']}")).json()
        return now if now["state"] not in ("queued", "running") else None

    return await until(over)


async def bring_in(house: House, about: str, rows: list[Any]) -> Any:
    """Sends a table without faults, applies it, and returns the import."""
    made = await send(house, about, xlsx(rows))
    await start(house, made)
    done = await settled(house, made)
    assert done["state"] == "done", done
    return done
