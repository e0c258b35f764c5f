"""Revoked tokens. Every service records revocations from the provider's events."""

import time
from collections import OrderedDict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from shared.contracts.catalog import AccessRevoked
from shared.db.engine import Database, dialect_of
from shared.identity.tables import revoked_access
from shared.kernel.shared_reads import SharedReads
from shared.unit_of_work import UnitOfWork

FRESH_SECONDS = 5.0
"""What the store said about an account is believed this long."""

MOST_AT_ONCE = 500
"""Accounts that one question to the store is about."""

REMEMBERED = 10_000
"""Accounts; more than are signed in at once."""

Key = tuple[str, str | None]
"""An account, and one of its sign-ins."""

Answers = dict[Key, datetime | None]
"""Until when tokens that were issued are void; None: none is."""


class Revocations:
    """Reads revocations from the service's own store, and caches the answers for a moment.

    Those who ask at the same moment, such as all streams that a signal wakes, are answered by one question. It
    begins after they asked, so that what was revoked before counts.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._wanted: set[Key] = set()
        """What the next question is about."""
        self._reads = SharedReads()
        self._known: OrderedDict[Key, tuple[float, datetime | None]] = OrderedDict()

    async def is_void(self, subject: str, sid: str | None, issued_at: datetime) -> bool:
        """Returns whether a token of ``subject`` that was issued then is revoked.

        All tokens of the account may be, or those of the sign-in ``sid``.
        """
        key = (subject, sid)
        asked_at, before = self._known.get(key, (float("-inf"), None))
        if time.monotonic() - asked_at > FRESH_SECONDS:
            self._wanted.add(key)
            before = (await self._reads.read("wanted", self._ask_wanted))[key]
        return before is not None and issued_at <= before

    async def _ask_wanted(self) -> Answers:
        wanted, self._wanted = list(self._wanted), set()
        answers: Answers = {}
        for first in range(0, len(wanted), MOST_AT_ONCE):
            answers |= await self._ask(wanted[first : first + MOST_AT_ONCE])
        return answers

    async def _ask(self, keys: list[Key]) -> Answers:
        now = time.monotonic()
        subjects = {subject for key in keys for subject in key if subject is not None}
        async with self._database.reading() as session:
            rows = await session.execute(
                select(revoked_access.c.subject, func.max(revoked_access.c.before).label("before"))
                .where(revoked_access.c.subject.in_(sorted(subjects)))
                .group_by(revoked_access.c.subject)
            )
            found = {row.subject: row.before for row in rows}
        answers: Answers = {}
        for key in keys:
            moments = [found[subject] for subject in key if subject in found]
            answers[key] = max(moments, default=None)
            self._known[key] = now, answers[key]
            self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return answers


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
