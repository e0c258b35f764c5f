"""Puts dispatch together; the only place that does."""

from datetime import timedelta
from pathlib import Path

from services.dispatch.attendance.jobs import weighing_of_hours
from services.dispatch.attendance.routes import router as attendance
from services.dispatch.attendance.use_cases.retention import old_hours
from services.dispatch.availability.jobs import forgetting_days
from services.dispatch.availability.routes import router as availability
from services.dispatch.calendars.domain import hours_of
from services.dispatch.calendars.jobs import tidying_calendars
from services.dispatch.calendars.routes import router as calendars
from services.dispatch.confirmation.jobs import confirmation_notices
from services.dispatch.confirmation.routes import router as confirmation
from services.dispatch.consumers import SUBSCRIPTIONS
from services.dispatch.corrections.routes import router as corrections
from services.dispatch.demand.routes import router as demand
from services.dispatch.directory.routes import router as directory
from services.dispatch.incidents.routes import router as incidents
from services.dispatch.planning.optimizer.list_planner import ListPlanner
from services.dispatch.planning.problem.capacity import WithinCapacity
from services.dispatch.planning.problem.circuit import TourPlanner
from services.dispatch.plans.adapters.planning_process import OPTIMIZER, REPAIRER, ProcessPlanner
from services.dispatch.plans.jobs import Planners, planning
from services.dispatch.plans.queries.planning_problem import COVERAGE_WEIGHT
from services.dispatch.plans.routes import ROUTERS as PLANS
from services.dispatch.plans.use_cases.retention import old_runs
from services.dispatch.policy import POLICY
from services.dispatch.preparation.jobs import preparation_reminders
from services.dispatch.preparation.routes import router as preparation
from services.dispatch.rescheduling.routes import router as rescheduling
from services.dispatch.residents.routes.public import router as residents
from services.dispatch.rosters.jobs import unanswered_offers
from services.dispatch.rosters.routes import router as rosters
from services.dispatch.settings import DispatchSettings
from services.dispatch.stops.domain.confirmation import Deadlines
from services.dispatch.stops.jobs import missing_reports
from services.dispatch.stops.queries.confirmation import DEADLINES
from services.dispatch.stops.routes import router as stops
from services.dispatch.tasks.queries import SHARED_KINDS
from services.dispatch.tasks.routes import router as tasks
from services.dispatch.tickets.jobs import staffing_of_booths
from services.dispatch.tickets.routes import router as tickets
from shared.cache.port import Cache
from shared.contracts.dispatch import TaskHolderChanged
from shared.http.tasks import tasks_router
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.privacy.retention import EXPIRED_PARTS, OLD_IDEMPOTENCY_KEYS
from shared.privacy.tables import person_part
from shared.service import Service
from shared.tasks.retention import EndedTasks


def build(
    settings: DispatchSettings,
    *,
    broker: Broker,
    cache: Cache,
    clock: Clock,
    planner: TourPlanner | None = None,
    planners: Planners | None = None,
) -> Service:
    """``planner`` answers at once; ``planners`` search in the planning runs, by purpose."""
    service = Service.assemble(
        settings,
        package=Path(__file__).parent,
        title="Diancai dispatch",
        broker=broker,
        cache=cache,
        clock=clock,
        subscriptions=SUBSCRIPTIONS,
        routers=[
            directory,
            demand,
            *PLANS,
            stops,
            confirmation,
            preparation,
            incidents,
            availability,
            corrections,
            rosters,
            attendance,
            calendars,
            residents,
            rescheduling,
            tickets,
            tasks,
            tasks_router,
        ],
        policy=POLICY,
        sealed=[person_part.c.data_sealed],
        prunes=[
            EXPIRED_PARTS,
            OLD_IDEMPOTENCY_KEYS,
            old_runs(timedelta(days=settings.candidates_kept_days)),
            EndedTasks(SHARED_KINDS, clock),
            *old_hours(settings.hours_kept_years, clock),
        ],
    )
    service.database.info[DEADLINES] = Deadlines(
        within=settings.confirm_within_days,
        before_stop=settings.confirm_before_stop_days,
        reminder=settings.confirm_reminder_days,
        escalation=settings.confirm_escalation_days,
    )
    service.database.info[COVERAGE_WEIGHT] = settings.coverage_weight
    service.api.state.public_url = settings.public_url.rstrip("/")
    service.api.state.hours = hours_of(settings.morning_hours, settings.afternoon_hours)
    service.api.state.shared_kinds = SHARED_KINDS
    service.api.state.task_holder_changed = TaskHolderChanged
    service.api.state.planner = WithinCapacity(planner or ListPlanner())
    searching = planners or {"plan": ProcessPlanner(OPTIMIZER), "repair": ProcessPlanner(REPAIRER)}
    within = {purpose: WithinCapacity(each) for purpose, each in searching.items()}
    service.jobs.append(confirmation_notices(service.uow))
    service.jobs.append(preparation_reminders(service.uow))
    service.jobs.append(forgetting_days(service.uow))
    service.jobs.append(tidying_calendars(service.uow))
    service.jobs.append(missing_reports(service.uow))
    service.jobs.append(unanswered_offers(service.uow))
    service.jobs.append(staffing_of_booths(service.uow))
    service.jobs.append(weighing_of_hours(service.uow))
    service.jobs.append(planning(service.uow, cache, within))
    return service
