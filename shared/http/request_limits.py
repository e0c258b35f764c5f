"""Limits on the size of a request, and on the time until its answer begins."""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.kernel.errors import DomainError


class TooSlow(DomainError):
    """The answer took too long; its transaction was rolled back."""

    status = 503

    def __init__(self) -> None:
        super().__init__("too_slow")


class RequestLimits:
    """Refuses bodies above ``max_bytes``, also those that don't declare their length, and ends
    requests whose answer has not begun within ``max_seconds``. An answer that has begun, such as a
    live stream, continues. ``takes_file`` says which requests may bring ``max_file_bytes``.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_bytes: int,
        max_file_bytes: int,
        takes_file: Callable[[Scope], bool],
        max_seconds: float,
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._max_file_bytes = max_file_bytes
        self._takes_file = takes_file
        self._max_seconds = max_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        taken = 0
        declared = int(Headers(scope=scope).get("content-length") or 0)
        most = self._max_bytes
        if declared > most or not declared:  # only then it matters which operation it is
            most = self._max_file_bytes if self._takes_file(scope) else most

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if max(taken, declared) > most:
                raise HTTPException(413)
            return message

        try:
            async with asyncio.timeout(self._max_seconds) as deadline:

                async def send_in_time(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        deadline.reschedule(None)
                    await send(message)

                await self._app(scope, counted, send_in_time)
        except TimeoutError as error:
            if deadline.expired():
                raise TooSlow from error
            raise
        return None
