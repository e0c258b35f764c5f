"""The scenes of the contract's pages and documents, which are for anybody."""

from collections.abc import Mapping

from tests.access.scene import PathFill, Scene

SCENES: Mapping[str, Scene] = {
    "GET /public/contract": Scene(),
    "GET /public/contract/events/{event_type}": Scene(),
    "GET /public/contract/asyncapi.json": Scene(),
    "GET /public/contract/schemas/{event_type}.json": Scene(),
}
PATHS: Mapping[str, PathFill] = {"event_type": lambda _place, _scope: "requests.order_accepted.v1"}
