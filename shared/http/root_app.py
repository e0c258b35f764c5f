"""The outermost application of a process: what applies to every answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Message, Receive, Scope, Send

from shared.http import problems
from shared.http.texts import Texts

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
    "Cache-Control": "no-store",
}
"""Answers that need others set their own."""

_HEADERS = [(name.lower().encode(), value.encode()) for name, value in SECURITY_HEADERS.items()]
"""As an ASGI server takes them."""


class RootApp(Starlette):
    """An application whose every answer carries the security headers, also refusals and faults
    outside the services.

    HEAD works wherever GET does (RFC 9110, 9.3.2), and a refusal is always a problem document.
    """

    def __init__(self, routes: Sequence[BaseRoute], lifespan: Lifespan[Any]) -> None:
        super().__init__(routes=routes, lifespan=lifespan)
        self.router.redirect_slashes = False  # as in shared.service
        self.add_exception_handler(Exception, problems.install(self, Texts()))

    def build_middleware_stack(self) -> ASGIApp:
        return _HeadersAndHead(super().build_middleware_stack())


class _HeadersAndHead:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = message.get("headers", [])
                names = {name for name, _ in given}
                message["headers"] = [
                    *given,
                    *(header for header in _HEADERS if header[0] not in names),
                ]
            await send(message)

        if scope["method"] == "HEAD":
            return await self._answer_head(scope, receive, send_with_headers)
        return await self._app(scope, receive, send_with_headers)

    async def _answer_head(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers as GET would, without the body.

        A streaming answer is told that the client has left as soon as its head is sent.
        """
        sent = asyncio.Event()

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b""})
                sent.set()

        async def receive_until_sent() -> Message:
            received = asyncio.ensure_future(receive())
            head_sent = asyncio.ensure_future(sent.wait())
            waiting: list[asyncio.Future[Any]] = [received, head_sent]
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                return {"type": "http.disconnect"} if sent.is_set() else received.result()
            finally:
                for task in waiting:
                    task.cancel()

        await self._app({**scope, "method": "GET"}, receive_until_sent, send_head)
