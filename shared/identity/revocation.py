"""Revoked tokens. Every service records revocations from the provider's events."""

import time
from collections import OrderedDict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.contracts.catalog import AccessRevoked
from shared.db.engine import Database, dialect_of
from shared.identity.tables import revoked_access
from shared.unit_of_work import UnitOfWork

FRESH_SECONDS = 5.0
"""What the store said about an account is believed this long."""

REMEMBERED = 10_000
"""Accounts; more than are signed in at once."""


class Revocations:
    """Reads revocations from the service's own store, and caches the answers for a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: OrderedDict[tuple[str, str | None], tuple[float, datetime | None]] = (
            OrderedDict()
        )

    async def is_void(self, subject: str, sid: str | None, issued_at: datetime) -> bool:
        """Returns whether a token of ``subject`` that was issued then is revoked.

        All tokens of the account may be, or those of the sign-in ``sid``.
        """
        key = (subject, sid)
        now = time.monotonic()
        asked_at, before = self._known.get(key, (float("-inf"), None))
        if now - asked_at > FRESH_SECONDS:
            async with self._database.reading() as session:
                before = await session.scalar(
                    select(func.max(revoked_access.c.before)).where(
                        revoked_access.c.subject.in_({subject, sid or subject})
                    )
                )
            self._known[key] = now, before
            self._known.move_to_end(key)
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return before is not None and issued_at <= before


async def note_revocation(uow: UnitOfWork, event: AccessRevoked) -> None:
    """Records that tokens of the account, or of one sign-in, that were issued until ``before`` are
    void.

    A later moment is kept when an earlier one arrives.
    """
    async with uow.transaction() as tx:
        make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
        row = make(revoked_access).values(subject=event.sid or event.subject, before=event.before)
        await tx.session.execute(
            row.on_conflict_do_update(
                index_elements=[revoked_access.c.subject],
                set_={"before": row.excluded.before},
                where=revoked_access.c.before < row.excluded.before,
            )
        )
