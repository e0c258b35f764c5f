"""Around every request: how large it may be and how long it may take, and what browsers are told of the answer."""

import asyncio

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import DomainError

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Answers that need others set their own."""


class TooSlow(DomainError):
    """The answer took too long; what was begun was undone."""

    status = 503

    def __init__(self) -> None:
        super().__init__("too_slow")


class Guarded:
    """Refuses bodies above ``max_bytes`` (also such that don't say their length) and ends what has not begun
    to answer within ``max_seconds``; an answer that has begun, such as a live stream, goes on."""

    def __init__(self, app: ASGIApp, *, max_bytes: int, max_seconds: float) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        taken = 0
        declared = int(Headers(scope=scope).get("content-length") or 0)

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if max(taken, declared) > self._max_bytes:
                raise HTTPException(413)
            return message

        try:
            async with asyncio.timeout(self._max_seconds) as deadline:

                async def dressed(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        deadline.reschedule(None)
                        headers = MutableHeaders(scope=message)
                        for name, value in SECURITY_HEADERS.items():
                            headers.setdefault(name, value)
                    await send(message)

                await self._app(scope, counted, dressed)
        except TimeoutError as error:
            if deadline.expired():
                raise TooSlow from error
            raise
        return None
