"""Alembic's entry; see shared.db.migrate."""

from services.catalog.accounts import tables as _accounts  # noqa: F401  # its tables join the metadata
from services.catalog.activities import tables as _activities  # noqa: F401
from services.catalog.badges import tables as _badges  # noqa: F401
from services.catalog.campaigns import tables as _campaigns  # noqa: F401
from services.catalog.comparison import tables as _comparison  # noqa: F401
from services.catalog.consultation import tables as _consultation  # noqa: F401
from services.catalog.contacts import tables as _contacts  # noqa: F401
from services.catalog.courses import tables as _courses  # noqa: F401
from services.catalog.database import metadata
from services.catalog.directory import tables as _directory  # noqa: F401
from services.catalog.doubles import tables as _doubles  # noqa: F401
from services.catalog.editions import tables as _editions  # noqa: F401
from services.catalog.honours import tables as _honours  # noqa: F401
from services.catalog.imports import tables as _imports  # noqa: F401
from services.catalog.items import tables as _items  # noqa: F401
from services.catalog.pictures import tables as _pictures  # noqa: F401
from services.catalog.programmes import tables as _programmes  # noqa: F401
from services.catalog.records import tables as _records  # noqa: F401
from services.catalog.successions import tables as _successions  # noqa: F401
from services.catalog.survey import tables as _survey  # noqa: F401
from services.catalog.volunteers import tables as _volunteers  # noqa: F401
from services.catalog.windows import tables as _windows  # noqa: F401
from services.catalog.wishes import tables as _wishes  # noqa: F401
from shared.audit.tables import metadata as audit
from shared.db.migrate import run_env
from shared.identity.tables import metadata as identity
from shared.messaging.tables import metadata as messaging
from shared.privacy.tables import metadata as privacy
from shared.tasks.tables import metadata as tasks

run_env([metadata, audit, messaging, identity, privacy, tasks])
