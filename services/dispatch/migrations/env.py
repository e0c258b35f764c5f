"""Alembic's entry; see shared.db.migrate."""

from services.dispatch.attendance import tables as _attendance  # noqa: F401  # its tables join the metadata
from services.dispatch.availability import tables as _availability  # noqa: F401
from services.dispatch.calendars import tables as _calendars  # noqa: F401
from services.dispatch.corrections import tables as _corrections  # noqa: F401
from services.dispatch.database import metadata
from services.dispatch.demand import tables as _demand  # noqa: F401
from services.dispatch.directory import tables as _directory  # noqa: F401
from services.dispatch.incidents import tables as _incidents  # noqa: F401
from services.dispatch.plans import tables as _plans  # noqa: F401
from services.dispatch.preparation import tables as _preparation  # noqa: F401
from services.dispatch.rosters import tables as _rosters  # noqa: F401
from services.dispatch.stops import tables as _stops  # noqa: F401
from services.dispatch.tickets import tables as _tickets  # noqa: F401
from shared.audit.tables import metadata as audit
from shared.db.idempotency import metadata as idempotency
from shared.db.migrate import run_env
from shared.db.successors import metadata as successors
from shared.identity.tables import metadata as identity
from shared.messaging.tables import metadata as messaging
from shared.privacy.tables import metadata as privacy
from shared.tasks.tables import metadata as tasks

run_env([metadata, audit, messaging, identity, idempotency, privacy, tasks, successors])
