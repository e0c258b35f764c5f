"""What a scene is: for an operation, a request that is right, to find out who may make it.

The scenes of a capability stand beside its tests, in ``tests/<service>/<capability>/scenes.py``; see
:mod:`tests.access.scenes`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from cli.client import Json
from shared.kernel.access import Scope


class Kind(StrEnum):
    """What someone gets whose scope does not hold the object."""

    OBJECT = "object"  # 404, as if there were none
    LIST = "list"  # 200, and nothing in it
    PARTS = "parts"  # 200, without the parts that are others'
    MAKE = "make"  # 403, for it would be made for somebody else


@dataclass(frozen=True)
class Circuit:
    """The circuit of 2014 after it was played: its plan, and a stop, an assignment and an order of it."""

    plan: Json
    stop: Json
    assignment: Json
    order: Json
    volunteer: str

    @property
    def township(self) -> str:
        return str(self.stop["township_code"])

    @property
    def team(self) -> str:
        return str(self.assignment["team_code"])


@dataclass(frozen=True)
class Place:
    """What the scenes are about: all of it belongs to one township, one team and one volunteer.

    ``objects`` are the ids and codes that the capabilities' ``find_objects`` returned.
    """

    township: str
    team: str
    volunteer: str
    objects: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.objects[name]

    def post(self, scope: Scope) -> str:
        """The recipient that a scope is for."""
        team, volunteer = f"team.{self.team}", f"volunteer.{self.volunteer}"
        return {Scope.OWN_TEAM: team, Scope.SELF: volunteer}.get(scope, f"township.{self.township}")


Fill = Callable[[Place, Scope], dict[str, Any]]
PathFill = Callable[[Place, Scope], str]
FindObjects = Callable[[httpx.AsyncClient, Circuit], Awaitable[dict[str, str]]]


@dataclass(frozen=True)
class Scene:
    kind: Kind = Kind.LIST
    body: Fill | None = None
    query: Fill | None = None
    form: Fill | None = None
    file: bytes | None = None
    """The body, where it is a file."""
    headers: Mapping[str, str] = field(default_factory=dict)
    absent: bool = False
    """What is asked for is not there: 404 is the answer of those who get in."""


def fields(**values: Any) -> Fill:
    """The same values, whatever the place."""
    return lambda place, scope: values


REASON = fields(reason_code="other", reason="台风预警")
NAMES = {"name": "名称", "name_en": "Name"}


def shared_tasks(code: str, about: str) -> dict[str, Scene]:
    """The scenes of taking tasks and handing them over, about a task that waits no more."""
    task = {"code": code, "about": about}
    return {
        "POST /tasks/take": Scene(body=fields(**task), absent=True),
        "POST /tasks/hand-over": Scene(body=fields(**task, colleague="nobody"), absent=True),
        "POST /tasks/give-back": Scene(body=fields(**task), absent=True),
    }
