"""Puts requests together; the only place that does."""

from pathlib import Path

from services.requests.consumers import SUBSCRIPTIONS
from services.requests.menu.queries import Menu
from services.requests.menu.routes import router as menu
from services.requests.orders.queries.tasks import SHARED_KINDS
from services.requests.orders.routes import router as orders
from services.requests.orders.use_cases.numbers import OrderNumbers
from services.requests.policy import POLICY
from services.requests.settings import RequestsSettings
from shared.cache.port import Cache
from shared.http.tasks import tasks_router
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS
from shared.privacy.tables import person_part
from shared.service import Service
from shared.tasks.retention import EndedTasks


def build(settings: RequestsSettings, *, broker: Broker, cache: Cache, clock: Clock) -> Service:
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai requests",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=SUBSCRIPTIONS,
        routers=[menu, orders, tasks_router],
        policy=POLICY,
        sealed=[person_part.c.data_sealed],
        prunes=[EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS, EndedTasks(SHARED_KINDS, clock)],
    )
    service.api.state.menu = Menu()
    service.api.state.shared_kinds = SHARED_KINDS
    service.api.state.numbers = OrderNumbers(service.database)
    return service
