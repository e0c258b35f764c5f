"""What the routes that all services have in common know about their service.

Their routers are made once, at import, like those of the services. FastAPI remembers the endpoints
that it has seen. An endpoint made anew for each application would keep that application, and all
that it refers to, for good.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from shared.kernel.access import Policy
from shared.messaging.broker import Broker
from shared.messaging.consumer import Consumer
from shared.messaging.relay_wakeup import RelayWakeup


@dataclass(frozen=True, slots=True)
class ServiceContext:
    """The parts of a service that :mod:`shared.http.operations`, ``parking`` and ``people`` use.

    ``Service.assemble`` puts it into ``api.state.context``.
    """

    service: str
    policy: Policy
    broker: Broker
    consumer: Consumer | None
    wakeup: RelayWakeup


async def _context(
    request: Request,
) -> ServiceContext:  # async, or FastAPI runs it in another thread
    context: ServiceContext = request.app.state.context
    return context


Context = Annotated[ServiceContext, Depends(_context)]


async def _consumer(context: Context) -> Consumer:
    assert context.consumer is not None  # noqa: S101 - a service without one doesn't have these operations
    return context.consumer


Consuming = Annotated[Consumer, Depends(_consumer)]
"""The consumer, for operations of services that have one."""
