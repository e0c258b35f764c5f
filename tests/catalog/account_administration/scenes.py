"""The scenes of the operations on accounts."""

from collections.abc import Mapping

import httpx

from tests.access.scene import Circuit, PathFill, Scene, fields

ACCOUNT = {"login": "重名", "roles": ["subscriber"]}
SCENES: Mapping[str, Scene] = {
    "POST /accounts": Scene(body=fields(**ACCOUNT)),
    "GET /accounts": Scene(),
    "POST /accounts/search": Scene(body=fields(login="重")),
    "POST /accounts/search.xlsx": Scene(body=fields(login="重")),
    "GET /accounts/roles": Scene(),
    "GET /accounts/coordinators": Scene(),
    "POST /accounts/{account_id}/disable": Scene(),
    "POST /accounts/{account_id}/enable": Scene(),
    "POST /accounts/{account_id}/erase": Scene(),
    "POST /accounts/{account_id}/name": Scene(body=fields(name="王科长")),
    "POST /accounts/{account_id}/sign-out": Scene(),
    "POST /accounts/{account_id}/reset": Scene(),
}
PATHS: Mapping[str, PathFill] = {"account_id": lambda p, s: p["account"]}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    return {"account": (await client.post("/api/catalog/accounts", json=ACCOUNT)).json()["id"]}
