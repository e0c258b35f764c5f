"""The scenes of the operations on honours and objections."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import NAMES, Circuit, Kind, PathFill, Place, Scene, fields

OBJECT = Kind.OBJECT


def _nomination(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "award": "model_post",
        "window_code": place["honoured_window"],
        "post_id": place["honoured_post"],
        "citation": "全年零投诉。",
    }


END = fields(reason_code="other", reason="重新评定")
SCENES: Mapping[str, Scene] = {
    "GET /honours": Scene(),
    "GET /honours.xlsx": Scene(),
    "POST /honours": Scene(OBJECT, body=_nomination),
    "GET /honours/{honour_id}": Scene(),
    "POST /honours/{honour_id}/publicise": Scene(body=fields(until_on="2199-01-01")),
    "POST /honours/{honour_id}/award": Scene(
        body=fields(awarding_body="市直机关党工委", expires_on="2199-01-01")
    ),
    "POST /honours/{honour_id}/decline": Scene(body=END),
    "POST /honours/{honour_id}/withdraw": Scene(body=END),
    "GET /honours/{honour_id}/objections": Scene(),
    "POST /honours/{honour_id}/objections": Scene(
        body=fields(text="排队太久", came_by="telephone")
    ),
    "POST /objections/{objection_id}/answer": Scene(
        body=fields(text="已核实", upheld=False), absent=True
    ),
    "GET /volunteers/{volunteer_no}/awards": Scene(OBJECT),
    "GET /public/honours": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "honour_id": lambda p, s: p["honour"],
    "objection_id": lambda p, s: "none",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A post that is nominated and shown to the public."""
    url = "/api/catalog"
    window = NAMES | {"kind_code": "scene-honours", "team_code": circuit.team, "place": "一楼"}

    async def done(method: str, path: str, body: Any) -> Any:
        answer = await client.request(method, f"{url}/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    await done("PUT", "window-kinds/scene-honours", NAMES)
    await done("PUT", "windows/scene-honours", window)
    post = await done("POST", "windows/scene-honours/posts", NAMES)
    nomination = {
        "award": "model_post",
        "window_code": "scene-honours",
        "post_id": post["id"],
        "citation": "全年零投诉。",
    }
    honour = await done("POST", "honours", nomination)
    until = datetime.fromisoformat(honour["nominated_at"]).date() + timedelta(days=10)
    await done("POST", f"honours/{honour['id']}/publicise", {"until_on": until.isoformat()})
    return {
        "honour": honour["id"],
        "honoured_window": "scene-honours",
        "honoured_post": post["id"],
    }
