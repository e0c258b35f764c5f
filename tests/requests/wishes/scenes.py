"""The scenes of the operations on wishes."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields


def _wish(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "township_code": place.township,
        "what": "".join(chr(0x4E00 + byte) for byte in uuid4().bytes),  # like no other
        "residents": 40,
        "came_by": "phone",
    }


def _answer(**values: Any) -> Any:
    return lambda place, scope: {"wish_ids": [place["kept_wish"]]} | values


def _match(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "wish_ids": [place["kept_wish"]],
        "edition_id": place["edition"],
        "item_code": place["item"],
    }


MAKE, OBJECT = Kind.MAKE, Kind.OBJECT
NAMES = {"item_name": "夜间义诊", "item_name_en": "Evening clinic"}
SCENES: Mapping[str, Scene] = {
    "POST /wishes": Scene(MAKE, body=_wish),
    "GET /wishes": Scene(),
    "GET /wishes/{wish_id}": Scene(OBJECT),
    "PUT /wishes/{wish_id}": Scene(OBJECT, body=fields(what="上门理发，每月一次", residents=60)),
    "POST /wishes/{wish_id}/withdraw": Scene(OBJECT),
    "GET /wish-groups": Scene(),
    "GET /wish-groups/counts": Scene(),
    "GET /wish-groups/{group_id}": Scene(),
    "GET /wish-groups/{group_id}/alike": Scene(),
    "POST /wish-groups/{group_id}/gather": Scene(body=_answer()),
    "POST /wish-groups/{group_id}/part": Scene(body=_answer()),
    "POST /wish-groups/{group_id}/match": Scene(body=_match),
    "POST /wish-groups/{group_id}/adopt": Scene(body=_answer(edition_id="next", **NAMES)),
    "POST /wish-groups/{group_id}/decline": Scene(body=_answer(reason_code="unsafe")),
}
PATHS: Mapping[str, PathFill] = {
    "wish_id": lambda p, s: p["wish"],
    "group_id": lambda p, s: p["wish_group"],
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """Two wishes of the township, each in a group of its own: one is withdrawn on the way."""
    made = {}
    for name, what in (("wish", "上门理发"), ("kept_wish", "夜间义诊")):
        said = {"township_code": circuit.township, "what": what, "residents": 80}
        answer = await client.post("/api/requests/wishes", json=said | {"came_by": "visit"})
        answer.raise_for_status()
        made[name] = answer.json()
    ids = {name: str(wish["id"]) for name, wish in made.items()}
    return ids | {"wish_group": made["kept_wish"]["group_id"]}
