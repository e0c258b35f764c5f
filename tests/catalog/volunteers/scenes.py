"""The scenes of the operations on volunteers."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import Circuit, Kind, Place, Scene, fields


def _volunteer(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "team_code": place.team,
        "name": "王小明",
        "phone": "１３８００１３８０００",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }


def _service(place: Place, scope: Scope) -> dict[str, Any]:
    return {"consents": ["pictures"]}


QUALIFICATION = {
    "qualification": "执业医师",
    "granted_on": "2014-01-01",
    "expires_on": "2099-01-01",
}
OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /volunteers": Scene(Kind.MAKE, body=_volunteer),
    "GET /volunteers": Scene(),
    "GET /volunteers.xlsx": Scene(),
    "GET /volunteers/{volunteer_no}": Scene(OBJECT),
    "PUT /volunteers/{volunteer_no}": Scene(OBJECT, body=fields(phone="13800138001")),
    "GET /qualifications": Scene(),
    "POST /volunteers/{volunteer_no}/service": Scene(OBJECT, body=_service),
    "GET /volunteers/{volunteer_no}/qualifications": Scene(OBJECT),
    "POST /volunteers/{volunteer_no}/qualifications": Scene(OBJECT, body=fields(**QUALIFICATION)),
    "POST /volunteers/{volunteer_no}/qualifications/{qualification_id}/revoke": Scene(
        OBJECT, body=fields(reason_code="withdrawn")
    ),
    "POST /volunteers/{volunteer_no}/reveal": Scene(
        OBJECT, body=fields(field="phone", purpose="emergency", reason="站点有急事")
    ),
    "POST /volunteers/{volunteer_no}/export": Scene(OBJECT),
    "POST /volunteers/{volunteer_no}/erase": Scene(OBJECT, body=fields(reason="本人要求")),
    "GET /volunteers/{volunteer_no}/requests": Scene(OBJECT),
}

PATHS = {"qualification_id": lambda place, scope: place["qualification_id"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A qualification of the volunteer, which an item needs."""
    items = (await client.get("/api/catalog/items")).json()["items"]
    item = next(each for each in items if each["code"] == circuit.assignment["item_code"])
    body = {name: item[name] for name in item if name not in ("code", "picture")}
    put = await client.put(
        f"/api/catalog/items/{item['code']}",
        json=body | {"qualification": QUALIFICATION["qualification"]},
        headers={"If-Match": "*"},
    )
    assert put.is_success, put.text
    path = f"/api/catalog/volunteers/{circuit.volunteer}/qualifications"
    granted = await client.post(path, json=QUALIFICATION)
    assert granted.is_success, granted.text
    return {"qualification_id": str(granted.json()["id"])}
