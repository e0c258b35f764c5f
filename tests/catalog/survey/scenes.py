"""The scenes of the operations on surveys."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from shared.kernel.ids import new_id
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields

EDITION = "surveyed"


def _line(place: Place, scope: Scope) -> dict[str, Any]:
    return {"lines": [{"item_code": place["surveyed_item"], "offers": True, "remark": "请派车"}]}


def _reply(place: Place, scope: Scope) -> str:
    return place["survey_reply"]


def _proposal(place: Place, scope: Scope) -> dict[str, Any]:
    return {"name": f"修家电{new_id()}", "text": "到村里修电饭煲。"}


def _new_item(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "code": f"repair-{new_id()[-12:]}",
        "name": "修家电",
        "name_en": "Repairs",
        "category_code": "welfare",
        "teams": [place.team],
        "volunteers_needed": 2,
        "minutes_per_resident": 20,
    }


SCENES: Mapping[str, Scene] = {
    "POST /editions/{code}/survey/open": Scene(body=fields(until="2199-01-01")),
    "POST /editions/{code}/survey/prolong": Scene(body=fields(until="2199-01-01")),
    "POST /editions/{code}/survey/end": Scene(),
    "GET /editions/{code}/survey": Scene(),
    "POST /editions/{code}/survey/items/{item_code}/take-over": Scene(body=fields(seen="0" * 16)),
    "POST /editions/{code}/survey/items/{item_code}/keep": Scene(body=fields(seen="0" * 16)),
    "GET /survey-replies": Scene(Kind.LIST),
    "GET /survey-replies/{reply_id}": Scene(Kind.OBJECT),
    "PUT /survey-replies/{reply_id}": Scene(Kind.OBJECT, body=_line),
    "POST /survey-replies/{reply_id}/send": Scene(Kind.OBJECT),
    "POST /survey-replies/{reply_id}/proposals": Scene(Kind.OBJECT, body=_proposal),
    "GET /item-proposals/{proposal_id}": Scene(Kind.OBJECT),
    "POST /item-proposals/{proposal_id}/withdraw": Scene(Kind.OBJECT),
    "POST /item-proposals/{proposal_id}/take-over": Scene(body=_new_item),
    "POST /item-proposals/{proposal_id}/decline": Scene(body=fields(reason_code="not_now")),
}
PATHS: Mapping[str, PathFill] = {
    "item_code": lambda p, s: p["surveyed_item"],
    "reply_id": _reply,
    "proposal_id": lambda p, s: p["item_proposal"],
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """Asks the teams about a further edition."""
    item = circuit.assignment["item_code"]
    draft = {
        "title": "摸底中的目录",
        "effective_on": "2015-01-01",
        "retires_on": "2015-03-31",
        "item_codes": [item],
    }
    url = f"/api/catalog/editions/{EDITION}"
    assert (await client.put(url, json=draft)).is_success
    assert (await client.post(f"{url}/survey/open", json={"until": "2199-01-01"})).is_success
    replies = "/api/catalog/survey-replies"
    asked = {"edition_code": EDITION, "team_code": circuit.team}
    (reply,) = (await client.get(replies, params=asked)).json()["items"]
    said = {"name": "磨剪刀", "text": "到村里磨剪刀、菜刀。"}
    made = await client.post(f"{replies}/{reply['id']}/proposals", json=said)
    proposal = made.raise_for_status().json()["id"]
    return {"survey_reply": reply["id"], "surveyed_item": item, "item_proposal": proposal}
