"""Alembic's entry; see shared.db.migrate."""

from services.requests.attachments import tables as _attachments  # noqa: F401  # its tables join the metadata
from services.requests.corrections import tables as _corrections  # noqa: F401
from services.requests.database import metadata
from services.requests.limits import tables as _limits  # noqa: F401
from services.requests.menu import tables as _menu  # noqa: F401  # its tables join the metadata
from services.requests.order_forms import tables as _order_forms  # noqa: F401
from services.requests.orders import tables as _orders  # noqa: F401
from services.requests.ratings import tables as _ratings  # noqa: F401
from services.requests.recurrence import tables as _recurrence  # noqa: F401
from services.requests.regularisation import tables as _regularisation  # noqa: F401
from services.requests.wishes import tables as _wishes  # noqa: F401
from shared.audit.tables import metadata as audit
from shared.db.idempotency import metadata as idempotency
from shared.db.migrate import run_env
from shared.db.successors import metadata as successors
from shared.identity.tables import metadata as identity
from shared.messaging.tables import metadata as messaging
from shared.privacy.tables import metadata as privacy
from shared.tasks.tables import metadata as tasks

run_env([metadata, audit, messaging, identity, idempotency, privacy, tasks, successors])
