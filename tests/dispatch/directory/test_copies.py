"""Dispatch's own copies of what catalog announces. Campaigns: tests/dispatch/plans/test_campaign_themes.py."""

from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged
from tests.dispatch.conftest import GAOLOU, TEAMS, TOWNSHIPS
from tests.dispatch.desk import ask
from tests.support.house import House


async def test_a_list_is_read_stretch_by_stretch_in_the_order_of_codes(dispatch: House) -> None:
    first = await ask(dispatch, "GET", "/teams", limit=3)
    assert [team["code"] for team in first["items"]] == sorted(TEAMS)[:3]
    rest = await ask(dispatch, "GET", "/teams", limit=3, after=first["next_after"])
    assert [team["code"] for team in rest["items"]] == sorted(TEAMS)[3:]
    assert rest["next_after"] is None


async def test_what_is_announced_last_replaces_what_was_known(dispatch: House) -> None:
    moved = TownshipChanged(
        code=GAOLOU, name="高楼镇", name_en="Gaolou Town", centre=Point(lat=27.8, lon=120.3)
    )
    await dispatch.hear(f"township:{GAOLOU}", moved)
    townships = (await ask(dispatch, "GET", "/townships"))["items"]
    assert len(townships) == len(TOWNSHIPS)
    (gaolou,) = (township for township in townships if township["code"] == GAOLOU)
    assert gaolou == {
        "code": GAOLOU,
        "name": "高楼镇",
        "name_en": "Gaolou Town",
        "lat": 27.8,
        "lon": 120.3,
    }
