"""The scenes of imports' operations."""

from collections.abc import Mapping

import httpx
from joserfc import jwt

from shared.kernel.access import Role, Scope
from tests.access.scene import Circuit, Kind, PathFill, Place, Scene, fields
from tests.support.tokens import KEY, bearer

TABLE = "姓名,手机号,同意时间,同意书版本\n林志远,13700137000,2014-06-01,v1\n".encode()
"""A table of volunteers: a leader may import no other."""


def _of_team(place: Place, scope: Scope) -> dict[str, str]:
    return {"about": "volunteers", "team_code": place.team}


OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /imports": Scene(Kind.MAKE, file=TABLE, query=_of_team),
    "GET /imports": Scene(),
    "GET /imports/{import_id}": Scene(OBJECT),
    "POST /imports/{import_id}/columns": Scene(
        OBJECT, body=fields(columns={"name": 0, "phone": 1})
    ),
    "GET /imports/{import_id}/rows": Scene(OBJECT),
    "POST /imports/{import_id}/left-out": Scene(OBJECT, body=fields(row=2, left_out=True)),
    "GET /imports/{import_id}/faulty": Scene(OBJECT),
    "POST /imports/{import_id}/start": Scene(OBJECT),
    "POST /imports/{import_id}/cancel": Scene(OBJECT),
}
PATHS: Mapping[str, PathFill] = {"imports/import_id": lambda p, s: p["import"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    asked = {"about": "volunteers", "team_code": circuit.team}
    issuer = jwt.decode(client.headers["authorization"].split()[1], KEY).claims["iss"]
    leader = bearer(Role.LEADER, team_code=circuit.team, iss=issuer)
    made = await client.post("/api/catalog/imports", params=asked, content=TABLE, headers=leader)
    return {"import": made.json()["id"]}
