"""Entity tags (RFC 9110, 8.8.3): which version of an object was read, and which one a change is
meant for.

A tag is ``"<version>-<digest>"``. The version counts the changes of the object; ``If-Match``
compares it. The digest covers the answer, which may also show other objects; ``If-None-Match``
compares it.

Answers that are polled (:data:`POLLED`) have one too; their version is 0, for nothing changes them.
"""

import hashlib
import re
from functools import lru_cache
from itertools import pairwise
from typing import Any

from fastapi import Depends, Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.precondition import Target

TAG = re.compile(r'(W/)?"([0-9]{1,9})-[0-9a-f]+"')
CHANGING = ("put", "post", "patch", "delete")
NEEDED = "428"
"""The response that tells of an operation that it replaces what is there."""


def target_of(request: Request) -> Target | None:
    """Returns the object that a request is about, with the request's preconditions.

    It is the object that the address names last, or the one that a POST creates. ``If-Match: *``
    allows any version and also none, for entering something and correcting it are one operation. A
    weak tag, or one that is not ours, matches no version. ``If-None-Match: *`` requires that the
    object does not exist yet.
    """
    collection, parameter = named_last(getattr(request.scope.get("route"), "path", ""))
    if parameter is None:
        return Target(kind_of(collection), None) if request.method == "POST" else None
    target = Target(
        kind_of(collection), str(request.path_params[parameter]), replaces=request.method == "PUT"
    )
    if request.method in ("GET", "HEAD"):
        return target
    if (said := request.headers.get("if-match")) is not None:
        target.overwrites = said.strip() == "*"
        if not target.overwrites:
            target.versions = frozenset(
                int(number) for weak, number in TAG.findall(said) if not weak
            )
    target.is_new = target.replaces and request.headers.get("if-none-match", "").strip() == "*"
    return target


@lru_cache(maxsize=1000)
def named_last(path: str) -> tuple[str, str | None]:
    """Returns a path's last parameter and the collection before it; without parameters, the path's
    last word.
    """
    parts = path.strip("/").split("/")
    for collection, part in reversed(list(pairwise(parts))):
        if part.startswith("{"):
            return collection, part.strip("{}")
    return parts[-1], None


@lru_cache(maxsize=1000)
def kind_of(collection: str) -> str:
    """Returns the kind of a collection's members: ``planning-runs`` contains ``planning_run``."""
    name = collection.replace("-", "_")
    if name.endswith("ies"):
        return f"{name.removesuffix('ies')}y"
    return name.removesuffix("es" if name.endswith("shes") else "s")


async def _polled(request: Request) -> None:
    request.state.is_polled = True


POLLED = Depends(_polled)
"""The dependency of an operation that clients ask again and again, to see whether anything changed."""


class EntityTags:
    """Adds an entity tag to answers about one object and to those that are polled, and answers 304
    to clients that have the same answer.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        scope.setdefault("state", {})
        held: Message | None = None

        async def send_tagged(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                if _version_in(scope, message["status"]) is not None:
                    held = message
                    return
            elif held is not None:
                start, held = held, None
                version = _version_in(scope, start["status"])
                if not message.get("more_body"):
                    body = message.get("body", b"")
                    tag = f'"{version}-{hashlib.sha256(body).hexdigest()[:16]}"'
                    start["headers"] = [*start["headers"], (b"etag", tag.encode())]
                    if _has_it(scope, start["status"], tag):
                        start["status"] = 304
                        del MutableHeaders(scope=start)["content-length"]
                        message["body"] = b""
                await send(start)
            await send(message)

        return await self._app(scope, receive, send_tagged)


def _version_in(scope: Scope, status: int) -> int | None:
    """Returns the version of what is answered; None where the answer gets no tag."""
    target: Target | None = scope["state"].get("target")
    if target is not None and target.found is not None:
        return target.found if status in (200, 201, 202, 412) else None
    return 0 if status == 200 and scope["state"].get("is_polled") else None


def _has_it(scope: Scope, status: int, tag: str) -> bool:
    if scope["method"] not in ("GET", "HEAD") or status != 200:
        return False
    said = Headers(scope=scope).get("if-none-match", "")
    return tag in (part.strip().removeprefix("W/") for part in said.split(","))


def document(operations: dict[str, dict[str, Any]]) -> None:
    """Adds what this module does to the OpenAPI operations of one address."""
    for method, operation in operations.items():
        if method not in CHANGING:
            _add_header(operation, "If-None-Match", "304 if same")
            operation["responses"]["304"] = {
                "description": "What the reader has is the present state"
            }
            continue
        what = "the entity tag of what was read; 412 when it was changed since"
        if NEEDED in operation["responses"]:
            what += ". Needed to change what is there; * overwrites it"
            _add_header(operation, "If-None-Match", "*: 412 when there is one already")
        _add_header(operation, "If-Match", what)
        operation["responses"]["412"] = operation["responses"]["429"]


def _add_header(operation: dict[str, Any], name: str, what: str) -> None:
    header = {
        "name": name,
        "in": "header",
        "required": False,
        "schema": {"type": "string"},
        "description": what,
    }
    operation.setdefault("parameters", []).append(header)
