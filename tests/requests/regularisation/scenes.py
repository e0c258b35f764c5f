"""The scenes of the operations on proposed recurring services."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, Kind, PathFill, Scene, fields

OBJECT = Kind.OBJECT
PATH = "/recurrence-proposals/{proposal_id}"
TERMS = fields(cadence="monthly", residents=80, starts_on="2014-07-12")
SCENES: Mapping[str, Scene] = {
    "GET /recurrence-proposals": Scene(),
    "GET /recurrence-proposals.xlsx": Scene(),
    "GET /recurrence-proposals/counts": Scene(),
    "POST /recurrence-proposals/search": Scene(),
    f"GET {PATH}": Scene(OBJECT),
    f"POST {PATH}/confirm": Scene(OBJECT, body=TERMS),
    f"POST {PATH}/decline": Scene(OBJECT, body=fields(reason_code="too_often")),
    f"POST {PATH}/hand-on": Scene(body=lambda p, s: {"team_code": p.team}),
}


PATHS: Mapping[str, PathFill] = {
    "recurrence-proposals/proposal_id": lambda p, s: p["recurrence_proposal"]
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """What the queue at the first stop's clinic and three wishes propose; the circuit's team takes it on, so that its
    township reads it too."""
    api = "/api/requests"
    for what in ("请常来量血压", "盼望定期测血糖", "医生什么时候再来"):
        wish = {
            "township_code": circuit.township,
            "what": what,
            "residents": 90,
            "came_by": "visit",
        }
        made = (await client.post(f"{api}/wishes", json=wish)).raise_for_status().json()
        answer = {
            "wish_ids": [made["id"]],
            "edition_id": circuit.order["edition_id"],
            "item_code": "health-clinic",
        }
        matched = await client.post(f"{api}/wish-groups/{made['group_id']}/match", json=answer)
        matched.raise_for_status()
    (await client.post(f"{api}/recurrence-proposals/search")).raise_for_status()
    found = await client.get(
        f"{api}/recurrence-proposals",
        params={"township_code": circuit.township, "item_code": "health-clinic"},
    )
    (proposal,) = found.json()["items"]
    if proposal["team_code"] != circuit.team:
        asked = await client.post(
            f"{api}/recurrence-proposals/{proposal['id']}/hand-on",
            json={"team_code": circuit.team},
            params={"confirm": "team_new_to_item"},
        )
        asked.raise_for_status()
    confirmed = await client.post(
        f"{api}/recurrence-proposals/{proposal['id']}/confirm",
        json={"cadence": "monthly", "residents": 80, "starts_on": "2014-07-12"},
    )
    confirmed.raise_for_status()
    return {"recurrence_proposal": proposal["id"]}
