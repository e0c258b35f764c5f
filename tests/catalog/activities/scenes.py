"""The scenes of the operations on activities."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import REASON, Circuit, Kind, PathFill, Place, Scene, fields
from tests.requests.attachments.files import jpeg

OBJECT = Kind.OBJECT
WHERE = {"on": "2014-07-01", "starts_at": "09:00", "ends_at": "11:00", "place": "西山革命烈士陵园"}
ACTIVITY: dict[str, Any] = WHERE | {
    "name": "入党宣誓仪式",
    "name_en": "Oath ceremony",
    "activity_kind": "ceremony",
    "parts": [{"starts_at": "09:00", "name": "缅怀先烈", "name_en": "Remembrance"}],
    "register_until": "2014-06-30",
}
SURE = fields(confirm=["activity_in_the_past", "registration_is_over"])


def _person(place: Place, scope: Scope) -> dict[str, Any]:
    return {"volunteer_nos": [place.volunteer]}


def _present(place: Place, scope: Scope) -> dict[str, Any]:
    return {"present": [place.volunteer]}


ONE = "/activities/{activity_id}"
SCENES: Mapping[str, Scene] = {
    "GET /activities": Scene(),
    "GET /activities.xlsx": Scene(),
    "POST /activities": Scene(body=fields(**ACTIVITY), query=SURE),
    f"GET {ONE}": Scene(),
    f"PUT {ONE}": Scene(body=fields(**ACTIVITY), query=SURE),
    f"POST {ONE}/announce": Scene(query=SURE),
    f"POST {ONE}/move": Scene(
        body=fields(**(WHERE | {"on": "2014-07-02"}), reason_code="weather"), query=SURE
    ),
    f"POST {ONE}/call-off": Scene(body=REASON),
    f"POST {ONE}/hold": Scene(),
    f"GET {ONE}/registrations": Scene(),
    f"GET {ONE}/registrations.xlsx": Scene(),
    f"POST {ONE}/register": Scene(OBJECT, body=_person, query=SURE),
    f"POST {ONE}/withdraw": Scene(OBJECT, body=_person),
    f"POST {ONE}/attendance": Scene(OBJECT, body=_present),
    f"POST {ONE}/photo": Scene(file=jpeg(640, 480)),
    f"GET {ONE}/photo": Scene(absent=True),
    f"POST {ONE}/photo/people": Scene(body=_person, absent=True),
    f"DELETE {ONE}/photo": Scene(),
    f"GET {ONE}/photo/file": Scene(absent=True),
    "GET /public/activities": Scene(),
    f"GET /public{ONE}": Scene(),
    f"GET /public{ONE}/photo": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {"activity_id": lambda p, s: p["activity"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """An announced activity for which the volunteer is registered."""
    sure = {"confirm": ["activity_in_the_past", "registration_is_over"]}
    path = "/api/catalog/activities"
    answer = await client.post(path, json=ACTIVITY, params=sure)
    answer.raise_for_status()
    made = str(answer.json()["id"])
    (await client.post(f"{path}/{made}/announce", params=sure)).raise_for_status()
    said = {"volunteer_nos": [circuit.volunteer]}
    (await client.post(f"{path}/{made}/register", json=said, params=sure)).raise_for_status()
    return {"activity": made}
