"""The scenes of imports' operations."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, PathFill, Scene, fields

TABLE = "代码,名称,英文名称\nimported,新单位,New Agency\n".encode()

SCENES: Mapping[str, Scene] = {
    "POST /imports": Scene(file=TABLE, query=fields(about="agencies")),
    "GET /imports": Scene(),
    "GET /imports/{import_id}": Scene(),
    "POST /imports/{import_id}/columns": Scene(body=fields(columns={"code": 0, "name": 1})),
    "GET /imports/{import_id}/rows": Scene(),
    "POST /imports/{import_id}/left-out": Scene(body=fields(row=2, left_out=True)),
    "GET /imports/{import_id}/faulty": Scene(),
    "POST /imports/{import_id}/start": Scene(),
    "POST /imports/{import_id}/cancel": Scene(),
}
PATHS: Mapping[str, PathFill] = {"imports/import_id": lambda p, s: p["import"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    made = await client.post("/api/catalog/imports", params={"about": "agencies"}, content=TABLE)
    return {"import": made.json()["id"]}
