"""Days and times at the edge of the calendar are refused in words, wherever one is taken; none is a fault."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.embedded import build_all
from services.requests.bootstrap import build
from services.requests.settings import RequestsSettings
from shared.http.inputs import FIRST_YEAR, LAST_YEAR
from tests.support.house import House, running_house

FORMATS = ("date", "date-time")
YEARS = f"{FIRST_YEAR}-{LAST_YEAR}"


def days_in(
    schema: Any, document: dict[str, Any], path: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, Any]]:
    """Every day or time that a schema takes, and where."""
    if isinstance(schema, list):
        for part in schema:
            yield from days_in(part, document, path, seen)
    elif isinstance(schema, dict):
        if (name := str(schema.get("$ref", "")).rpartition("/")[2]) and name not in seen:
            yield from days_in(
                document["components"]["schemas"][name], document, path, (*seen, name)
            )
        if schema.get("format") in FORMATS:
            yield path, schema
        for key, part in schema.items():
            if isinstance(part, (dict, list)):
                yield from days_in(part, document, f"{path}/{key}", seen)


def test_every_day_that_is_taken_has_its_years(tmp_path: Path) -> None:
    taken, without = 0, []
    for service in build_all(tmp_path):
        document = service.api.openapi()
        for path, methods in document["paths"].items():
            for method, said in methods.items():
                asked = [said.get("requestBody", {}), said.get("parameters", [])]
                for where, schema in days_in(asked, document):
                    taken += 1
                    if schema.get("x-years") != YEARS:
                        without.append(f"{service.name} {method} {path}{where}")
    assert taken >= 10
    assert without == []


@pytest.fixture
async def requests(tmp_path: Path) -> AsyncIterator[House]:
    settings = RequestsSettings(database_url=f"sqlite:///{tmp_path}/requests.db")
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        yield house


def order(day: object) -> dict[str, Any]:
    return {
        "township_code": "330381125000",
        "edition_id": "menu-2014",
        "campaign_id": "hongqiyue-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": "health", "expected_attendance": 80}],
        "wished_on": [day],
    }


async def refusal(answer: httpx.Response) -> str:
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return f"{error['field']}: {error['detail']}"


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
async def test_a_day_outside_the_calendar_is_refused_by_its_field(
    requests: House, day: str
) -> None:
    answer = await requests.client.post(
        "/api/requests/orders", json=order(day), headers={"Accept-Language": "zh-CN"}
    )
    assert await refusal(answer) == "wished_on[0]: 年份须在 1900 年到 2199 年之间。"


@pytest.mark.parametrize(
    "moment",
    [
        "0001-01-01T00:00:00+14:00",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59-14:00",
        "9999-12-31T23:59:59.999999Z",
    ],
)
async def test_a_time_outside_the_calendar_is_refused_by_its_parameter(
    requests: House, moment: str
) -> None:
    answer = await requests.client.get(
        "/api/requests/events/position", params={"since": moment}, headers={"Accept-Language": "en"}
    )
    assert await refusal(answer) == "since: The year must be from 1900 to 2199."
