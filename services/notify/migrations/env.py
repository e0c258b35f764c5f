"""Alembic's entry; see shared.db.migrate."""

from services.notify.database import metadata
from services.notify.digests import tables as _digests  # noqa: F401  # its tables join the metadata
from services.notify.inbox import tables as _inbox  # noqa: F401
from shared.audit.tables import metadata as audit
from shared.db.migrate import run_env
from shared.db.successors import metadata as successors
from shared.identity.tables import metadata as identity
from shared.messaging.tables import metadata as messaging
from shared.privacy.tables import metadata as privacy

run_env([metadata, audit, messaging, identity, privacy, successors])
