"""Around every request: its trace, and its time."""

import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import metrics
from shared.telemetry.trace import begin_trace, tracing


class Observed:
    """Continues the caller's trace, answers with its number, measures the request by route."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        trace = begin_trace(Headers(scope=scope).get("traceparent"))
        status = 500
        began = time.perf_counter()

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-correlation-id", trace.correlation_id.encode())]
            await send(message)

        with tracing(trace):
            try:
                await self._app(scope, receive, observed_send)
            finally:
                route = getattr(scope.get("route"), "path", "unknown")
                metrics.REQUEST_SECONDS.labels(self._service, scope["method"], route, status).observe(
                    time.perf_counter() - began
                )
