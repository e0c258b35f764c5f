"""Tracing and timing of every request."""

import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry import metrics
from shared.telemetry.trace import begin_trace, tracing


class RequestTelemetry:
    """Continues the caller's trace, returns its id, measures the request by route, and turns
    uncaught exceptions into answers while the trace is still active.
    """

    def __init__(
        self, app: ASGIApp, service: str, on_fault: Callable[[Request, Exception], Response]
    ) -> None:
        self._app = app
        self._service = service
        self._on_fault = on_fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        trace = begin_trace(Headers(scope=scope).get("traceparent"))
        status = 500
        started = False
        began = time.perf_counter()

        async def observed_send(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                message["headers"] = [
                    *message["headers"],
                    (b"x-correlation-id", trace.correlation_id.encode()),
                ]
            await send(message)

        with tracing(trace):
            try:
                await self._app(scope, receive, observed_send)
            except Exception as error:
                if started:
                    raise
                await self._on_fault(Request(scope), error)(scope, receive, observed_send)
            finally:
                route = getattr(scope.get("route"), "path", "unknown")
                metrics.REQUEST_SECONDS.labels(
                    self._service, scope["method"], route, status
                ).observe(time.perf_counter() - began)
