"""Residents' ratings stand beside the townships' in a campaign's figures, and are never mixed with them."""

from typing import Any

from services.requests.ratings.domain import LEAST_TO_RANK
from shared.kernel.access import Role
from tests.requests.figures.test_figures import OF_JULY, OPEN, figures
from tests.requests.ratings.rating import CORPS, path_of, ratings, stand
from tests.requests.township import GAOLOU, Dispatch
from tests.support.excel import rows_of
from tests.support.tokens import bearer


async def rate(dispatch: Dispatch, booth: str, count: int, score: int) -> None:
    path = await path_of(dispatch.house, booth)
    for number in range(count):
        answer = await dispatch.house.client.post(
            path,
            data={"score": str(score)},
            headers={"User-Agent": f"{booth} {score} {number}", "Authorization": ""},
        )
        assert answer.status_code == 200


def by_residents(found: Any) -> Any:
    return {item["code"]: item["resident_ratings"] for item in found["items"]}


async def test_they_are_shown_once_enough_residents_rated(dispatch: Dispatch) -> None:
    house = dispatch.house
    await stand(dispatch)
    await rate(dispatch, "a0", LEAST_TO_RANK - 1, 5)
    await rate(dispatch, "a1", 3, 1)
    found = await figures(house)
    assert by_residents(found) == {
        "clinic": {"count": LEAST_TO_RANK - 1, "mean": None, "scores": None},
        "law-advice": {"count": 3, "mean": None, "scores": None},
    }
    # All items together are enough.
    total = found["total"]
    assert total["resident_ratings"]["scores"] == [3, 0, 0, 0, LEAST_TO_RANK - 1]
    assert total["ratings"]["count"] == 0

    line = dispatch.order["lines"][0]["id"]
    await dispatch.says(dispatch.reported(0, "a0", 118), dispatch.completed())
    await house.client.post(
        f"/api/requests/orders/{dispatch.order['id']}/ratings", json={"line_id": line, "score": 2}
    )
    await rate(dispatch, "a0", 1, 3)
    for path in (OF_JULY, OPEN):
        found = (await house.client.get(path)).json()
        clinic = next(item for item in found["items"] if item["code"] == "clinic")
        assert clinic["ratings"]["scores"] == [0, 1, 0, 0, 0]
        assert clinic["resident_ratings"] == {
            "count": LEAST_TO_RANK,
            "mean": 4.9,
            "scores": [0, 0, 1, 0, LEAST_TO_RANK - 1],
        }
    heads, row = rows_of((await house.client.get(f"{OF_JULY}.xlsx")).content)
    assert dict(zip(heads, row, strict=True))["居民评价数"] == str(LEAST_TO_RANK + 3)

    # What is hidden counts in no figure.
    hidden = next(each for each in await ratings(house) if each["score"] == 3)
    await house.client.post(
        f"/api/requests/ratings/{hidden['id']}/hide",
        json={"reason_code": "off_topic"},
        headers=CORPS,
    )
    assert by_residents(await figures(house))["clinic"]["mean"] is None


async def test_a_township_sees_its_own(dispatch: Dispatch) -> None:
    await stand(dispatch)
    await rate(dispatch, "a0", 1, 4)
    own = await figures(dispatch.house, **bearer(Role.OFFICER, township_code=GAOLOU))
    other = await figures(dispatch.house, **bearer(Role.OFFICER, township_code="330381102000"))
    assert own["total"]["resident_ratings"]["count"] == 1
    assert other["total"]["resident_ratings"]["count"] == 0
