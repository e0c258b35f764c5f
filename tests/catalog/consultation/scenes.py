"""The scenes of the operations on consultations."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields

DRAFT = "/api/catalog/editions/consulted"
RESIDENTS_TOO = {"until": "2199-01-01", "residents_may_speak": True}
SAID = {"stance": "for", "text": "好"}


def _opinion(place: Place, scope: Scope) -> dict[str, Any]:
    mine = scope is Scope.OWN_TEAM
    speaker = {"team_code": place.team} if mine else {"township_code": place.township}
    return speaker | SAID | ({"came_by": "telephone"} if scope is Scope.ANY else {})


def _answers(place: Place, scope: Scope) -> dict[str, Any]:
    return {"opinion_ids": [place["opinion"]], "answer": "已采纳"}


def _of(place: Place, scope: Scope) -> str:
    return place["team_opinion" if scope is Scope.OWN_TEAM else "opinion"]


UNTIL = fields(until="2199-01-01")
MAKE, OBJECT = Kind.MAKE, Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /editions/{code}/consultation": Scene(),
    "POST /editions/{code}/consultation": Scene(body=UNTIL),
    "POST /editions/{code}/consultation/prolong": Scene(body=UNTIL),
    "POST /editions/{code}/consultation/end": Scene(),
    "POST /editions/{code}/opinions": Scene(MAKE, body=_opinion),
    "GET /editions/{code}/opinions": Scene(),
    "GET /editions/{code}/opinions/counts": Scene(),
    "GET /public/consultations": Scene(),
    "GET /public/consultations/{code}": Scene(),
    "POST /public/consultations/{code}": Scene(form=fields(stance="for", text="好")),
    "GET /public/opinions": Scene(),
    "POST /public/opinions": Scene(form=fields(receipt="2345-6789-ABCD")),
    "POST /editions/{code}/answers": Scene(body=_answers, absent=True),
    "POST /editions/{code}/answers/publish": Scene(),
    "GET /opinions/{opinion_id}": Scene(OBJECT),
    "PUT /opinions/{opinion_id}": Scene(OBJECT, body=fields(stance="against", text="不好")),
    "POST /opinions/{opinion_id}/withdraw": Scene(OBJECT),
}
PATHS: Mapping[str, PathFill] = {
    "opinion_id": _of,
    "consultations/code": lambda p, s: p["consulted"],
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A draft that is up for consultation, and an opinion on it of the township and of the team."""
    draft = {
        "title": "征求意见稿",
        "effective_on": "2198-01-01",
        "retires_on": "2198-12-31",
        "item_codes": [circuit.assignment["item_code"]],
    }
    (await client.put(DRAFT, json=draft)).raise_for_status()
    (await client.post(f"{DRAFT}/consultation", json=RESIDENTS_TOO)).raise_for_status()
    found = {"consulted": DRAFT.rpartition("/")[2]}
    for name, speaker in (
        ("opinion", {"township_code": circuit.township}),
        ("team_opinion", {"team_code": circuit.team}),
    ):
        given = await client.post(f"{DRAFT}/opinions", json=speaker | SAID | {"came_by": "letter"})
        given.raise_for_status()
        found[name] = given.json()["id"]
    return found
