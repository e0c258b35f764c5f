"""New things of many requests, committed together.

What a request adds without having read anything needs no transaction of its own: whatever has come while the last
commit was under way shares the next one, and commits keep a distance. So at a quiet moment each has its own, and under
load a commit, and the statements before it, serve many. (Group commit: DeWitt et al., "Implementation techniques for
main memory database systems", SIGMOD 1984.)
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert

from shared.audit.tables import audit_log
from shared.db.bulk_insert import Row, in_parameter, insert_together, rows_of
from shared.db.engine import Database, store_is_away
from shared.db.idempotency import Claim, claim_all, find_claimed, idempotency_key, rows_of_claims
from shared.eventlog.outbox import Outbox, Recorded
from shared.eventlog.tables import event_log
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import Clock
from shared.kernel.errors import DomainError

LARGEST_GROUP = 100

PACE_SECONDS, ENOUGH = 0.025, 8
"""Groups begin at least so long one after the other, unless so many wait. What they hold stays together on its whole
way, through the relay, the broker and the consumers, where a round for many costs little more than one for a single
event; so they wait here, and nowhere behind."""


@dataclass(eq=False, slots=True)
class Addition:
    """A new aggregate, and what is stored with it: its events, the claim of the request's key, the audit log's row."""

    aggregate: Aggregate
    recorded: Sequence[Recorded]
    claim: Claim | None
    audited: dict[str, Any] | None
    stored: asyncio.Future[str] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )
    """The key of what is there now: the aggregate's, or that of what the claimed key stood for already."""

    def settle(self, outcome: str | Exception) -> None:
        if self.stored.done():  # whoever asked has gone
            return
        if isinstance(outcome, Exception):
            self.stored.set_exception(outcome)
        else:
            self.stored.set_result(outcome)


class GroupCommit:
    """Commits additions, one group at a time."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        wake_relay: Callable[[], None],
        *,
        pace_seconds: float = PACE_SECONDS,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._wake_relay = wake_relay
        self._pace_seconds = pace_seconds
        self._next_at = float("-inf")
        """When the next group may begin, by the loop's clock."""
        self._enough = asyncio.Event()
        self._waiting: list[Addition] = []
        self._working: asyncio.Task[None] | None = None

    async def commit(self, addition: Addition) -> str:
        """Returns when it is safe; see :attr:`Addition.stored`.

        :raises Conflict: the claimed key was used with another request.
        """
        self._waiting.append(addition)
        self._note_enough()
        if self._working is None or self._working.done():
            # A context of its own: what this task logs is not about the request that happened to start it.
            self._working = asyncio.create_task(self._work(), context=Context())
        return await addition.stored

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(self._next_at):
                    await self._enough.wait()
            self._next_at = loop.time() + self._pace_seconds
            group = self._next_group()
            try:
                await self._store(group)
            except Exception as error:
                if len(group) == 1 or store_is_away(error):
                    for addition in group:
                        addition.settle(error)
                else:  # each alone, so that the others don't suffer for the one that is to blame
                    await self._store_one_by_one(group)

    def _next_group(self) -> list[Addition]:
        """What waits, but no key twice: the second must find what the first has stored."""
        group: list[Addition] = []
        later: list[Addition] = []
        keys: set[str] = set()
        for addition in self._waiting:
            key = addition.claim.key if addition.claim else None
            if len(group) < LARGEST_GROUP and key not in keys:
                group.append(addition)
            else:
                later.append(addition)
            if key is not None:
                keys.add(key)
        self._waiting = later
        self._note_enough()
        return group

    def _note_enough(self) -> None:
        if len(self._waiting) >= ENOUGH:
            self._enough.set()
        else:
            self._enough.clear()

    async def _store_one_by_one(self, group: Sequence[Addition]) -> None:
        for addition in group:
            try:
                await self._store([addition])
            except Exception as error:
                addition.settle(error)

    async def _store(self, group: Sequence[Addition]) -> None:
        now = self._clock()
        claims = [addition.claim for addition in group if addition.claim]
        rows: dict[Table, list[tuple[Row, str | None]]] = {}
        for addition in group:
            key = addition.claim.key if addition.claim else None
            for table, row in self._rows(addition, now):
                rows.setdefault(table, []).append((row, key))
        known = await self._insert(claims, rows, now)
        if event_log in rows:  # before any of them is answered: theirs is the shorter way
            self._wake_relay()
        for addition in group:
            addition.settle(_outcome(addition, known))

    def _rows(self, addition: Addition, now: datetime) -> Iterator[tuple[Table, Row]]:
        yield from rows_of(addition.aggregate)
        for entry in addition.recorded:
            yield event_log, self._outbox.row(entry, now)
        if addition.audited:
            yield audit_log, addition.audited

    async def _insert(
        self,
        claims: Sequence[Claim],
        rows: Mapping[Table, Sequence[tuple[Row, str | None]]],
        now: datetime,
    ) -> dict[str, str | DomainError]:
        """Stores the rows of new claims, and of none; gives what the claims that are not new stand for."""
        if self._database.dialect == "postgresql":
            claimed = [(row, None) for row in rows_of_claims(claims, now)]
            statement = insert_together(idempotency_key, "key", tuple(rows))
            dialect = self._database.engine.dialect
            parameters = {
                t.name: in_parameter(t, of, dialect)
                for t, of in {idempotency_key: claimed, **rows}.items()
            }
            new = {row.key for row in await self._database.run_alone(statement, parameters)}
            if not (old := [claim for claim in claims if claim.key not in new]):
                return {}
            async with self._database.reading() as session:
                return await find_claimed(session, old)
        async with self._database.writing() as session:
            known = await claim_all(session, claims, now) if claims else {}
            for table, of in rows.items():
                if fresh := [row for row, key in of if key not in known]:
                    await session.execute(insert(table), fresh)
        return known


def _outcome(addition: Addition, known: Mapping[str, str | DomainError]) -> str | DomainError:
    found = known.get(addition.claim.key) if addition.claim else None
    return addition.aggregate.key if found is None else found
