"""Order forms as a clerk fills them in."""

from collections.abc import Sequence
from typing import Any

from tests.requests.township import CAMPAIGN, GAOLOU
from tests.support.house import House
from tests.support.workbooks import Cell, xlsx

HEADINGS: list[Cell] = [
    *("项目代码", "服务项目", "预计人数", "希望日期", "不便日期"),
    *("服务地点", "联系人", "联系电话", "备注"),
]
CLINIC: list[Cell] = [
    "clinic",
    "健康义诊",
    120,
    "6月28日、6月29日",
    "",
    "文化礼堂",
    "陈主任",
    "",
    "",
]
LAW: list[Cell] = ["law-advice", "法律咨询", "４０人", "", "", "", "", "", "请带宣传册"]
APPLIANCES: list[Cell] = ["appliances", "家电维修", "", "", "", "", "", "", ""]


def form(
    *rows: Sequence[Cell],
    edition: str = "summer-2014",
    campaign: str = CAMPAIGN,
    township: str = GAOLOU,
) -> bytes:
    return xlsx(
        [
            ["志愿服务点单表"],
            ["目录版次", edition, "2014年夏季菜单"],
            ["活动", campaign],
            ["镇街", township],
            ["填写方法：……"],
            [],
            HEADINGS,
            *rows,
        ]
    )


async def ask(house: House, path: str, file: bytes, **query: Any) -> Any:
    """The answer, with its status."""
    headers = query.pop("headers", {"Accept-Language": "zh-CN"})
    return await house.client.post(
        f"/api/requests/order-forms{path}", params=query, content=file, headers=headers
    )


async def preview(house: House, file: bytes, **query: Any) -> Any:
    answer = await ask(house, "/preview", file, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enter(house: House, file: bytes, **query: Any) -> list[Any]:
    answer = await ask(house, "", file, **query)
    assert answer.status_code == 201, answer.text
    orders: list[Any] = answer.json()["orders"]
    return orders


async def orders_of(house: House) -> list[Any]:
    answer = await house.client.get("/api/requests/orders")
    assert answer.status_code == 200, answer.text
    orders: list[Any] = answer.json()["items"]
    return orders
