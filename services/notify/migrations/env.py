"""Alembic's entry; see shared.db.migrate."""

from services.notify.addresses import tables as _addresses  # noqa: F401  # its tables join the metadata
from services.notify.archive import tables as _archive  # noqa: F401
from services.notify.database import metadata
from services.notify.digests import tables as _digests  # noqa: F401
from services.notify.inbox import tables as _inbox  # noqa: F401
from services.notify.networks import tables as _networks  # noqa: F401
from services.notify.preferences import tables as _preferences  # noqa: F401
from services.notify.robots import tables as _robots  # noqa: F401
from services.notify.sms import tables as _sms  # noqa: F401
from services.notify.subscribers import tables as _subscribers  # noqa: F401
from services.notify.templates import tables as _templates  # noqa: F401
from shared.audit.tables import metadata as audit
from shared.db.migrate import run_env
from shared.db.successors import metadata as successors
from shared.identity.tables import metadata as identity
from shared.messaging.tables import metadata as messaging
from shared.privacy.tables import metadata as privacy

run_env([metadata, audit, messaging, identity, privacy, successors])
