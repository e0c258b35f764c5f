"""Puts catalog together; the only place that does."""

from pathlib import Path

from services.catalog.api.routes import router
from services.catalog.application.policy import POLICY
from services.catalog.consumers import SUBSCRIPTIONS
from services.catalog.settings import CatalogSettings
from services.catalog.store import tables as _mapped  # noqa: F401  # maps the domain's classes
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.service import Service


def build(settings: CatalogSettings, *, broker: Broker, cache: Cache, clock: Clock) -> Service:
    return Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai catalog",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=SUBSCRIPTIONS,
        routers=[router],
        policy=POLICY,
    )
