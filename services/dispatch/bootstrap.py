"""Puts dispatch together; the only place that does."""

from pathlib import Path

from services.dispatch.adapters.list_planner import ListPlanner
from services.dispatch.api.routes import router
from services.dispatch.application.policy import POLICY
from services.dispatch.consumers import SUBSCRIPTIONS
from services.dispatch.domain.planning.circuit import TourPlanner
from services.dispatch.settings import DispatchSettings
from services.dispatch.store import tables as _mapped  # noqa: F401  # maps the domain's classes
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS
from shared.privacy.router import people_router
from shared.privacy.tables import person_part
from shared.service import Service


def build(
    settings: DispatchSettings, *, broker: Broker, cache: Cache, clock: Clock, planner: TourPlanner | None = None
) -> Service:
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai dispatch",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=SUBSCRIPTIONS,
        routers=[router, people_router(settings.name, POLICY)],
        policy=POLICY,
        sealed=[person_part.c.data_sealed],
        prunes=[EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS],
    )
    service.api.state.planner = planner or ListPlanner()
    return service
