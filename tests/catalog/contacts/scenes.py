"""The scenes of the operations on contacts."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields


def _holder(place: Place, scope: Scope) -> dict[str, Any]:
    if scope is Scope.OWN_TEAM:
        return {"holder": "team", "code": place.team}
    return {"holder": "township", "code": place.township}


def _contact(place: Place, scope: Scope) -> dict[str, Any]:
    return _holder(place, scope) | {
        "name": "王小明",
        "duty": "联络员",
        "office_phone": "0577-65812345",
    }


OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /contacts": Scene(OBJECT, query=_holder),
    "POST /contacts": Scene(Kind.MAKE, body=_contact),
    "GET /contacts/{contact_id}": Scene(OBJECT),
    "PUT /contacts/{contact_id}": Scene(OBJECT, body=fields(duty="站长")),
    "POST /contacts/{contact_id}/reveal": Scene(OBJECT, body=fields(field="mobile_phone")),
    "POST /contacts/{contact_id}/remove": Scene(OBJECT),
    "POST /contacts/{contact_id}/export": Scene(OBJECT),
}
PATHS: Mapping[str, PathFill] = {
    "contact_id": lambda p, s: p[
        "contact_of_team" if s is Scope.OWN_TEAM else "contact_of_township"
    ]
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A contact of the team, and one of the township."""
    made = {}
    for holder, code in (("team", circuit.team), ("township", circuit.township)):
        said = {"holder": holder, "code": code, "name": "陈晓", "mobile_phone": "13900139001"}
        answer = await client.post("/api/catalog/contacts", json=said)
        answer.raise_for_status()
        made[f"contact_of_{holder}"] = str(answer.json()["id"])
    return made
