"""Dispatch's own copies of what catalog announces: townships, teams, items and campaigns."""

from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, TEAMS, TOWNSHIPS, campaign
from tests.dispatch.desk import JULY, ask
from tests.support.house import House


async def test_a_list_is_read_stretch_by_stretch_in_the_order_of_codes(dispatch: House) -> None:
    first = await ask(dispatch, "GET", "/teams", limit=3)
    assert [team["code"] for team in first["items"]] == sorted(TEAMS)[:3]
    rest = await ask(dispatch, "GET", "/teams", limit=3, after=first["next_after"])
    assert [team["code"] for team in rest["items"]] == sorted(TEAMS)[3:]
    assert rest["next_after"] is None


async def test_what_is_announced_last_replaces_what_was_known(dispatch: House) -> None:
    moved = TownshipChanged(code=GAOLOU, name="高楼镇", name_en="Gaolou Town", centre=Point(lat=27.8, lon=120.3))
    await dispatch.hear(f"township:{GAOLOU}", moved)
    townships = (await ask(dispatch, "GET", "/townships"))["items"]
    assert len(townships) == len(TOWNSHIPS)
    (gaolou,) = (township for township in townships if township["code"] == GAOLOU)
    assert gaolou == {"code": GAOLOU, "name": "高楼镇", "name_en": "Gaolou Town", "lat": 27.8, "lon": 120.3}


async def test_an_earlier_revision_of_a_campaign_changes_nothing(dispatch: House) -> None:
    renamed = campaign(revision=3).model_copy(update={"name": "红七月"})
    await dispatch.hear(f"campaign:{CAMPAIGN}", renamed)
    await dispatch.hear(f"campaign:{CAMPAIGN}", campaign(revision=2))
    refused = await ask(dispatch, "POST", "/plans", JULY, status=409)
    assert "红七月" in refused["detail"]
    assert "服务月" not in refused["detail"]
