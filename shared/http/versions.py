"""Entity tags (RFC 9110, 8.8.3): which version of an object was read, and which one a change is meant for.

A tag is ``"<version>-<digest>"``. The version counts the changes of the object and is what ``If-Match`` compares; the
digest covers the answer, which also shows what follows from other objects, and is what ``If-None-Match`` compares.
"""

import hashlib
import re
from typing import Any

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.precondition import Target

TAG = re.compile(r'(W/)?"([0-9]{1,9})-[0-9a-f]+"')
CHANGING = ("put", "post", "patch", "delete")


def target_of(request: Request) -> Target | None:
    """The object that the address names last, with the versions of ``If-Match``. ``*`` is any version; a weak tag,
    or one that is not ours, is none."""
    if not request.path_params:
        return None
    key = str(list(request.path_params.values())[-1])
    said = request.headers.get("if-match")
    if said is None or request.method in ("GET", "HEAD"):
        return Target(key)
    if said.strip() == "*":
        return Target(key, is_any=True)
    return Target(key, frozenset(int(number) for weak, number in TAG.findall(said) if not weak))


class Tagged:
    """Gives answers about one object their entity tag, and answers 304 to whoever has the very same already."""

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
                target: Target | None = scope["state"].get("target")
                if target is not None and target.found is not None and message["status"] in (200, 201, 202, 412):
                    held = message
                    return
            elif held is not None:
                start, held = held, None
                target = scope["state"]["target"]
                if not message.get("more_body"):
                    body = message.get("body", b"")
                    tag = f'"{target.found}-{hashlib.sha256(body).hexdigest()[:16]}"'
                    headers = MutableHeaders(scope=start)
                    headers["ETag"] = tag
                    if _has_it(scope, start["status"], tag):
                        start["status"] = 304
                        del headers["content-length"]
                        message["body"] = b""
                await send(start)
            await send(message)

        return await self._app(scope, receive, send_tagged)


def _has_it(scope: Scope, status: int, tag: str) -> bool:
    if scope["method"] not in ("GET", "HEAD") or status != 200:
        return False
    said = Headers(scope=scope).get("if-none-match", "")
    return tag in (part.strip().removeprefix("W/") for part in said.split(","))


def document(operations: dict[str, dict[str, Any]]) -> None:
    """Adds to the OpenAPI operations of one address what this module does."""
    for method, operation in operations.items():
        name = "If-Match" if method in CHANGING else "If-None-Match"
        what = "the entity tag of what was read; 412 when it was changed since" if method in CHANGING else "304 if same"
        operation.setdefault("parameters", []).append(
            {"name": name, "in": "header", "required": False, "schema": {"type": "string"}, "description": what}
        )
        if method not in CHANGING:
            operation["responses"]["304"] = {"description": "What the reader has is the present state"}
            continue
        for status in ("412", "428"):
            operation["responses"][status] = operation["responses"]["429"]
