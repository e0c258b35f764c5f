"""Gathers the scenes of all capabilities, which nobody lists.

A module ``tests/<service>/<capability>/scenes.py`` has

- ``SCENES``: a scene for each operation of the capability, by its method and path;
- ``PATHS``, where a path has parameters that no other capability fills: by the parameter's name, or by
  ``collection/name`` where several collections have one of that name;
- ``find_objects``, where scenes need ids and codes: finds or makes them by HTTP, and returns them by name.
"""

import re
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import TypeVar

import httpx

from shared.kernel.access import Scope
from tests.access import operations
from tests.access.scene import Circuit, PathFill, Place, Scene
from tests.support.tree import ROOT, SERVICES, capabilities_of


def _modules(service: str) -> list[ModuleType]:
    names = [f"tests.{service}.{capability.name}.scenes" for capability in capabilities_of(service)]
    return [
        import_module(name) for name in names if (ROOT / f"{name.replace('.', '/')}.py").exists()
    ]


V = TypeVar("V")


def _joined(parts: list[Mapping[str, V]]) -> dict[str, V]:
    joined: dict[str, V] = {}
    for part in parts:
        assert not joined.keys() & part.keys(), f"twice: {joined.keys() & part.keys()}"
        joined |= part
    return joined


MODULES = {service: _modules(service) for service in SERVICES}
SCENES: Mapping[str, Mapping[str, Scene]] = {
    service: _joined([operations.SCENES, *(module.SCENES for module in MODULES[service])])
    for service in SERVICES
}
PATHS: Mapping[str, PathFill] = _joined(
    [
        operations.PATHS,
        *(getattr(module, "PATHS", {}) for service in SERVICES for module in MODULES[service]),
    ]
)


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """What the capabilities' scenes are about, by name."""
    finding = [
        getattr(module, "find_objects", None) for service in SERVICES for module in MODULES[service]
    ]
    return _joined([await find(client, circuit) for find in finding if find is not None])


def parameters_of(template: str, place: Place, scope: Scope) -> dict[str, str]:
    """The parameters of a path, filled in."""
    filled = {}
    for collection, name in re.findall(r"([^/{}]+)/\{(\w+)\}", template):
        fill = PATHS.get(f"{collection}/{name}") or PATHS[name]
        filled[name] = fill(place, scope)
    return filled


def path_of(template: str, place: Place, scope: Scope) -> str:
    """A path with its parameters filled in."""
    return template.format_map(parameters_of(template, place, scope))
