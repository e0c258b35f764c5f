"""Puts requests together; the only place that does."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

from services.requests.attachments.jobs import tidying
from services.requests.attachments.routes import router as attachments
from services.requests.attachments.tables import OLD_ATTACHMENTS
from services.requests.consumers import SUBSCRIPTIONS
from services.requests.corrections.routes import router as corrections
from services.requests.coverage.jobs import ledger_comparison
from services.requests.coverage.routes import router as coverage
from services.requests.figures.routes import router as figures
from services.requests.limits.routes import router as limits
from services.requests.menu.queries import Menu
from services.requests.menu.routes import router as menu
from services.requests.order_forms.routes import router as order_forms
from services.requests.orders.queries.kept import count_differences
from services.requests.orders.routes import router as orders
from services.requests.orders.tables import SEALED, forget_persons
from services.requests.orders.use_cases.counting import note_open_lines
from services.requests.orders.use_cases.numbers import OrderNumbers
from services.requests.policy import POLICY
from services.requests.ratings.jobs import follow_up_notices
from services.requests.ratings.routes import router as ratings
from services.requests.recurrence.jobs import recurring
from services.requests.recurrence.routes import router as recurrence
from services.requests.recurrence.tables import SEALED_PHONE, forget_contacts
from services.requests.recurrence.use_cases.making import OccurrenceMaking
from services.requests.regularisation.domain.rule import Thresholds
from services.requests.regularisation.jobs import regular_needs
from services.requests.regularisation.routes import router as regularisation
from services.requests.settings import RequestsSettings
from services.requests.tasks.queries import SHARED_KINDS
from services.requests.tasks.routes import router as tasks
from services.requests.wishes.routes import router as wishes
from shared.cache.port import Cache
from shared.contracts.requests import TaskHolderChanged
from shared.http.tasks import tasks_router
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS, by_business_time
from shared.privacy.tables import person_part
from shared.service import SelfCheck, Service
from shared.storage.opening import open_files
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
        routers=[
            menu,
            limits,
            order_forms,
            attachments,
            orders,
            corrections,
            ratings,
            wishes,
            recurrence,
            regularisation,
            coverage,
            figures,
            tasks,
            tasks_router,
        ],
        policy=POLICY,
        sealed=[person_part.c.data_sealed, *SEALED, SEALED_PHONE],
        prunes=[
            EXPIRED_PARTS,
            OLD_IDEMPOTENCY_KEYS,
            EndedTasks(SHARED_KINDS, clock),
            by_business_time(forget_persons, clock),
            note_open_lines,
            by_business_time(forget_contacts, clock),
            by_business_time(OLD_ATTACHMENTS, clock),
        ],
    )
    service.api.state.public_url = settings.public_url.rstrip("/")
    files = open_files(settings.files_url, ca_file=settings.tls_ca_file)
    service.api.state.files = files
    service.jobs.append(tidying(service.uow, files))
    service.api.state.menu = menu_at_hand = Menu()
    making = OccurrenceMaking(menu_at_hand, timedelta(days=settings.recurring_ahead_days))
    service.api.state.making = making
    service.jobs.append(recurring(service.uow, making))
    service.api.state.shared_kinds = SHARED_KINDS
    service.api.state.task_holder_changed = TaskHolderChanged
    service.api.state.numbers = OrderNumbers(service.database)
    service.jobs.append(follow_up_notices(service.uow))
    service.api.state.regular = thresholds_of(settings)
    service.jobs.append(regular_needs(service.uow, service.api.state.regular))
    service.jobs.append(ledger_comparison(service.uow, service.database))
    service.self_checks.append(
        SelfCheck("coverage ledger", count_differences, "report it with this service's log")
    )
    return service


def thresholds_of(settings: RequestsSettings) -> Thresholds:
    """What the settings say of when a recurring service is proposed."""
    return Thresholds(
        **{each.name: getattr(settings, f"regular_{each.name}") for each in fields(Thresholds)}
    )
