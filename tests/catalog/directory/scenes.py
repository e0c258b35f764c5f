"""The scenes of the directory's operations."""

from collections.abc import Mapping

import httpx

from tests.access.scene import NAMES, Circuit, PathFill, Scene, fields

SCENES: Mapping[str, Scene] = {
    "PUT /agencies/{code}": Scene(body=fields(**NAMES)),
    "GET /agencies": Scene(),
    "GET /agencies.xlsx": Scene(),
    "GET /agencies/{code}": Scene(),
    "PUT /categories/{code}": Scene(body=fields(**NAMES)),
    "GET /categories": Scene(),
    "GET /categories.xlsx": Scene(),
    "GET /categories/{code}": Scene(),
    "PUT /townships/{code}": Scene(body=fields(**NAMES, lat=27.8, lon=120.3)),
    "GET /townships": Scene(),
    "GET /townships.xlsx": Scene(),
    "GET /townships/{code}": Scene(),
    "PUT /teams/{code}": Scene(
        body=lambda p, s: NAMES | {"agency_code": p["agency"], "members": 9}
    ),
    "POST /teams/{code}/retire": Scene(),
    "POST /teams/{code}/reinstate": Scene(),
    "GET /teams": Scene(),
    "GET /teams.xlsx": Scene(),
    "GET /teams/{code}": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "agencies/code": lambda p, s: p["agency"],
    "categories/code": lambda p, s: p["category"],
    "townships/code": lambda p, s: p.township,
    "teams/code": lambda p, s: p.team,
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    agencies = (await client.get("/api/catalog/agencies")).json()["items"]
    items = (await client.get("/api/catalog/items")).json()["items"]
    return {"agency": agencies[0]["code"], "category": items[0]["category_code"]}
