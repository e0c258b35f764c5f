"""The scenes of the operations on programmes and stages."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import NAMES, Circuit, Kind, PathFill, Place, Scene, fields
from tests.requests.attachments.files import png

OBJECT = Kind.OBJECT
PROGRAMME, DRAFT = "scene-programme", "scene-draft"
"""One that runs, and one whose stages may still change."""
STAGE: dict[str, Any] = NAMES | {
    "asks": "佩戴工作牌。",
    "asks_en": "Wear a badge.",
    "starts_on": "2014-06-27",
    "ends_on": "2014-07-04",
    "forms": [],
}


def _programme(place: Place, scope: Scope) -> dict[str, Any]:
    return NAMES | {"stages": [STAGE], "window_codes": ["scene-stages"]}


SCENES: Mapping[str, Scene] = {
    "GET /programmes": Scene(),
    "GET /programmes/{code}": Scene(),
    "PUT /programmes/{code}": Scene(body=_programme),
    "POST /programmes/{code}/begin": Scene(),
    "POST /programmes/{code}/end": Scene(),
    "GET /programmes/{code}/stages": Scene(),
    "GET /programmes/{code}/stages.xlsx": Scene(),
    "GET /window-stages/{stage_id}": Scene(OBJECT),
    "POST /window-stages/{stage_id}/evidence": Scene(OBJECT, body=fields(text="已佩戴")),
    "POST /window-stages/{stage_id}/photos": Scene(OBJECT, file=png(400, 300)),
    "DELETE /window-stages/{stage_id}/evidence/{evidence_id}": Scene(OBJECT, absent=True),
    "GET /window-stages/{stage_id}/photos/{evidence_id}": Scene(OBJECT, absent=True),
    "POST /window-stages/{stage_id}/hand-in": Scene(OBJECT),
    "POST /window-stages/{stage_id}/accept": Scene(OBJECT),
    "POST /window-stages/{stage_id}/return": Scene(OBJECT, body=fields(reason_code="unclear")),
}
PATHS: Mapping[str, PathFill] = {
    "programmes/code": lambda p, s: DRAFT,
    "stage_id": lambda p, s: p["window_stage"],
    "evidence_id": lambda p, s: "none",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A programme that runs, with a stage of a window that the circuit's team keeps."""
    url = "/api/catalog"
    window = NAMES | {"kind_code": "scene-stages", "team_code": circuit.team, "place": "一楼"}
    programme = NAMES | {"stages": [STAGE], "window_codes": ["scene-stages"]}
    asked: list[tuple[str, str, Any]] = [
        ("PUT", "window-kinds/scene-stages", NAMES),
        ("PUT", "windows/scene-stages", window),
        ("PUT", f"programmes/{PROGRAMME}", programme),
        ("POST", f"programmes/{PROGRAMME}/begin", None),
        ("PUT", f"programmes/{DRAFT}", programme),
    ]
    for method, path, body in asked:
        answer = await client.request(method, f"{url}/{path}", json=body)
        assert answer.is_success, answer.text
    stages = (await client.get(f"{url}/programmes/{PROGRAMME}/stages")).json()["items"]
    return {"window_stage": stages[0]["id"]}
