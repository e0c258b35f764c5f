"""The scenes of the operations on windows, posts and holders."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import NAMES, Circuit, Kind, PathFill, Place, Scene, fields

OBJECT, PARTS = Kind.OBJECT, Kind.PARTS
WINDOW, KIND = "scene-window", "scene-kind"


def _window(place: Place, scope: Scope) -> dict[str, Any]:
    return NAMES | {"kind_code": KIND, "team_code": place.team, "place": "安阳路 1 号"}


def _holder(place: Place, scope: Scope) -> dict[str, Any]:
    return {"volunteer_no": place.volunteer, "first_on": "2199-01-01"}


SCENES: Mapping[str, Scene] = {
    "GET /window-kinds": Scene(),
    "GET /window-kinds/{code}": Scene(),
    "PUT /window-kinds/{code}": Scene(body=fields(**NAMES)),
    "GET /windows": Scene(),
    "GET /windows.xlsx": Scene(),
    "GET /windows/{code}": Scene(),
    "PUT /windows/{code}": Scene(body=_window),
    "POST /windows/{code}/close": Scene(),
    "POST /windows/{code}/reopen": Scene(),
    "GET /windows/{code}/posts": Scene(PARTS),
    "POST /windows/{code}/posts": Scene(OBJECT, body=fields(**NAMES)),
    "GET /window-posts/{post_id}": Scene(PARTS),
    "PUT /window-posts/{post_id}": Scene(OBJECT, body=fields(**NAMES)),
    "POST /window-posts/{post_id}/close": Scene(OBJECT),
    "POST /window-posts/{post_id}/holders": Scene(OBJECT, body=_holder),
    "GET /own-posts": Scene(),
    "POST /holdings/{holding_id}/end": Scene(OBJECT, body=fields(last_on="2199-01-01")),
    "POST /holdings/{holding_id}/pledge": Scene(OBJECT, body=fields(text="微笑服务")),
    "POST /holdings/{holding_id}/pledge/approve": Scene(OBJECT),
    "POST /holdings/{holding_id}/pledge/return": Scene(
        OBJECT, body=fields(reason_code="too_vague")
    ),
}
PATHS: Mapping[str, PathFill] = {
    "window-kinds/code": lambda p, s: KIND,
    "windows/code": lambda p, s: WINDOW,
    "post_id": lambda p, s: p["window_post"],
    "holding_id": lambda p, s: p["holding"],
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A window that the circuit's team keeps, with a post that its volunteer holds."""
    catalog = "/api/catalog"
    await _done(client.put(f"{catalog}/window-kinds/{KIND}", json=NAMES))
    window = NAMES | {"kind_code": KIND, "team_code": circuit.team, "place": "安阳路 1 号"}
    await _done(client.put(f"{catalog}/windows/{WINDOW}", json=window))
    post = await _done(client.post(f"{catalog}/windows/{WINDOW}/posts", json=NAMES))
    held = {"volunteer_no": circuit.volunteer, "first_on": "2014-06-27"}
    holding = await _done(client.post(f"{catalog}/window-posts/{post['id']}/holders", json=held))
    return {"window_post": post["id"], "holding": holding["id"]}


async def _done(answer: Any) -> Any:
    said = await answer
    assert said.is_success, said.text
    return said.json()
