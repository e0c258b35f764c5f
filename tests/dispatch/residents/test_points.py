"""Announced stops on a map: GeoJSON (RFC 7946)."""

from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, HULING, TOWNSHIPS, order_all
from tests.support.house import House

POINTS = "/api/dispatch/public/stops.geojson"
PUBLIC = {"Authorization": ""}


async def test_a_campaign_s_stops_are_on_the_map(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    answer = await dispatch.client.get(POINTS, params={"campaign_id": CAMPAIGN}, headers=PUBLIC)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found.keys() == {"type", "features"}
    assert found["type"] == "FeatureCollection"
    features = found["features"]
    assert len(features) == len(plan["stops"])
    by_day = [each["properties"]["on"] for each in features]
    assert by_day == sorted(by_day)
    first = next(each for each in features if each["properties"]["township_code"] == GAOLOU)
    stop = next(each for each in plan["stops"] if each["township_code"] == GAOLOU)
    assert (first["type"], first["geometry"]["type"]) == ("Feature", "Point")
    lon, lat = first["geometry"]["coordinates"]
    assert (lat, lon) == (stop["point"]["lat"], stop["point"]["lon"])
    assert lon > 90 > lat  # longitude comes first
    said = first["properties"]
    assert (said["place"], said["on"], said["state"]) == (stop["place"], stop["on"], "planned")
    assert {item["code"] for item in said["items"]} == {
        entry["item_code"] for entry in stop["assignments"]
    }
    assert stop["id"] not in answer.text
    assert "volunteers" not in answer.text
    tag = {"If-None-Match": answer.headers["etag"]}
    again = await dispatch.client.get(POINTS, params={"campaign_id": CAMPAIGN}, headers=tag)
    assert again.status_code == 304


async def test_a_township_s_stops_without_what_was_called_off(dispatch: House) -> None:
    plan = await desk.published_plan(dispatch)
    for code in TOWNSHIPS:
        answer = await dispatch.client.get(POINTS, params={"township_code": code})
        held = {each["properties"]["township_code"] for each in answer.json()["features"]}
        assert held == {code}
    stop = next(each for each in plan["stops"] if each["township_code"] == HULING)
    await desk.call_off(dispatch, stop)
    left = (await dispatch.client.get(POINTS, params={"township_code": HULING})).json()
    assert left == {"type": "FeatureCollection", "features": []}


async def test_proposed_stops_are_not_public(dispatch: House) -> None:
    await order_all(dispatch)
    await desk.propose(dispatch)
    answer = await dispatch.client.get(POINTS, params={"campaign_id": CAMPAIGN})
    assert answer.json()["features"] == []


async def test_whoever_names_nothing_or_what_is_not_there_is_told(dispatch: House) -> None:
    refused = await dispatch.client.get(POINTS)
    assert refused.status_code == 422
    assert refused.json()["code"] == "township_or_campaign"
    for query in ({"township_code": "330381999000"}, {"campaign_id": "none"}):
        missing = await dispatch.client.get(POINTS, params=query)
        assert missing.status_code == 404, missing.text


async def test_the_township_s_page_leads_to_it(dispatch: House) -> None:
    await desk.published_plan(dispatch)
    page = await dispatch.client.get(
        f"/api/dispatch/public/townships/{GAOLOU}", headers={"Accept": "text/html"}
    )
    assert f'href="../stops.geojson?township_code={GAOLOU}"' in page.text
