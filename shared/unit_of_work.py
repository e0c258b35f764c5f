"""One transaction per use case: its changes and the events about them are committed together."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, bindparam, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.orm.util import identity_key

from shared.audit.record import Recorder, making, row_of
from shared.contracts import Event
from shared.db.bulk_insert import FIRST_VERSION, Row, insert_rows, rows_of
from shared.db.engine import BEHIND, Database, dialect_of, is_duplicate_key
from shared.db.idempotency import Claim
from shared.db.vault import Vault
from shared.eventlog.envelope import Envelope
from shared.eventlog.outbox import Outbox, Recorded
from shared.eventlog.tables import event_log
from shared.group_commit import Addition, GroupCommit
from shared.kernel.access import SYSTEM, Actor, Grant, Policy
from shared.kernel.aggregate import Aggregate
from shared.kernel.clock import CHINA, Clock, business_day, business_now
from shared.kernel.errors import Conflict, NotFound
from shared.kernel.precondition import Target

A = TypeVar("A", bound=Aggregate)

AtEnd = Callable[["Transaction", str], Awaitable[None]]

_SERVICE_LOCK = 0x0D1A_0010
"""The key of PostgreSQL's advisory lock for a service.

Any number would do, but it must never change, for replicas of two releases share it. It differs
from the key in ``shared/audit/chain.py``."""


@lru_cache
def _locking(mapper: Mapper[Any]) -> Select[Any]:
    """Builds the locking query of a class. It is cached, for building it costs as much as running
    it.
    """
    (key,) = mapper.primary_key
    return (
        select(mapper)
        .where(key.in_(bindparam("keys", expanding=True)))
        .order_by(key)
        .with_for_update()
    )


class Transaction:
    """The open transaction that a use case works with."""

    def __init__(
        self,
        session: AsyncSession,
        outbox: Outbox,
        now: datetime,
        actor: Actor = SYSTEM,
        *,
        today: date | None = None,
        business_now: datetime | None = None,
        gathers: bool = False,
        target: Target | None = None,
    ) -> None:
        """``gathers``: what nested use cases changed is sent in one go, at the end or before a
        query needs it. Otherwise it is sent after each of them, so that an error is raised where it
        was caused. ``today`` is the business day, ``business_now`` the business time in UTC; without
        them, those of ``now``.
        """
        self.session = session
        self.now = now
        self.today = today or now.astimezone(CHINA).date()
        self.business_now = business_now or now
        """For what people read of when they did something; ``now`` is for what ends and is renewed."""
        self.actor = actor
        self.cause: Envelope | None = None
        """The event that is being applied; None when a request or a job opened the transaction."""
        self._gathers = gathers
        self._target = target
        if target is not None:
            target.begin()
        self._outbox = outbox
        self._appended: list[Aggregate] = []
        self._recorded: list[Recorded] = []
        session.info[BEHIND] = self._store_appended
        self._locked: list[Aggregate | None] = []
        """Keeps references: a session drops unchanged objects without one, and would read and lock
        them again."""
        self._speaks = False
        self._has_service_lock = False
        self._audit = None if actor.is_system else Recorder(session)
        self._at_end: dict[tuple[AtEnd, str], None] = {}
        self._after_commit: dict[tuple[Callable[..., None], tuple[str, ...]], None] = {}

    def add(self, aggregate: Aggregate) -> None:
        """Adds a new aggregate. It is stored at the next flush."""
        self.session.add(aggregate)
        if self._target is not None:
            self._target.note_made(aggregate)

    def append(self, aggregate: Aggregate) -> None:
        """Adds a new aggregate that this transaction changes no further.

        It is stored with the events in one statement, which costs half as much as :meth:`add`.
        """
        if self._audit is not None:  # which must see it
            self.add(aggregate)
        else:
            self._appended.append(aggregate)

    async def find(self, kind: type[A], key: str) -> A | None:
        """Returns the aggregate, locked until the transaction ends, or None."""
        loaded = self.session.identity_map.get(identity_key(kind, key))
        if (
            loaded is not None
        ):  # ours already; reading it again would drop what was changed meanwhile
            return loaded
        found = await self.session.get(kind, key, with_for_update=True)
        self._locked.append(found)
        if self._target is not None and found is not None:
            self._target.meet(found)
        return found

    async def find_all(self, kind: type[A], keys: Collection[str]) -> dict[str, A]:
        """Returns the aggregates that exist, by key.

        They are locked in the order of their keys until the transaction ends.
        """
        found = {
            key: mine
            for key in keys
            if (mine := self.session.identity_map.get(identity_key(kind, key)))
        }
        if missing := sorted(set(keys) - found.keys()):
            with self.session.no_autoflush:
                rest = {
                    one.key: one
                    for one in await self.session.scalars(
                        _locking(inspect(kind)), {"keys": missing}
                    )
                }
            self._locked.extend(rest.values())
            if self._target is not None:
                for one in rest.values():
                    self._target.meet(one)
            found |= rest
        return found

    async def get(self, kind: type[A], key: str) -> A:
        """Returns the aggregate, locked until the transaction ends.

        :raises NotFound: there is none; names the states that such an aggregate can have.
        """
        found = await self.find(kind, key)
        if found is None:
            raise NotFound(kind.kind, key, states=kind.STEPS)
        return found

    async def lock_service(self) -> None:
        """Takes the service's lock, and keeps it until the transaction ends.

        It is for use cases whose events come from different queues and change the same rows:
        without it their batches would fail with lock conflicts again and again. On SQLite, which
        has one writer at a time, it does nothing.
        """
        if not self._has_service_lock and dialect_of(self.session) == "postgresql":
            await self.session.execute(text(f"SELECT pg_advisory_xact_lock({_SERVICE_LOCK})"))
        self._has_service_lock = True

    def record(self, aggregate: Aggregate, event: Event) -> None:
        """Publishes ``event`` as the aggregate's next, if and when this transaction commits."""
        self._recorded.append(self._outbox.number(aggregate, event))
        self._speaks = True

    def note(self, kind: str, key: str, **facts: str) -> None:
        """Adds an entry to the audit log for an act that changes nothing, such as showing a clear
        value.
        """
        if self._audit is not None:
            self._audit.note(kind, key, **facts)

    async def audit(self, action: str) -> None:
        """Writes what was changed and noted on behalf of an account to the audit log."""
        if self._audit is not None:
            await self._audit.write(self.session, self.actor, action, self.now)

    def after_commit(self, call: Callable[..., None], *arguments: str) -> None:
        """Calls ``call`` after the commit, once however often it is requested.

        It is for what may be lost, such as waking a browser.
        """
        self._after_commit[call, arguments] = None

    def at_end(self, call: AtEnd, key: str) -> None:
        """Calls ``call`` as the last step before the commit, once however many nested use cases
        request it.

        It is for what follows from all of them together.
        """
        self._at_end[call, key] = None

    async def end_nested(self) -> None:
        """Ends a nested use case."""
        if not self._gathers:
            await self.flush()

    async def finish(self) -> None:
        """Does what is left to do before the commit, after all nested use cases have ended.

        :raises PreconditionFailed: :raises PreconditionNeeded: see :meth:`Target.settle`.
        """
        if self._target is not None:
            self._target.settle()
        for call, key in self._at_end:
            await call(self, key)
        await self.flush()
        note_target(self._target, self.session)

    async def flush(self) -> None:
        """Sends what was changed and then what was recorded so far."""
        await self.session.flush()
        if self._recorded:
            await self.session.run_sync(lambda session: self._store(session.connection()))

    def _store_appended(self, connection: Connection) -> None:
        """Stores appended aggregates before a query that must find them."""
        if self._appended:
            self._store(connection)

    def _store(self, connection: Connection) -> None:
        rows: dict[Table, list[Row]] = {}
        for aggregate in self._appended:
            for table, row in rows_of(aggregate):
                rows.setdefault(table, []).append(row)
        if self._recorded:
            rows[event_log] = [self._outbox.row(entry, self.now) for entry in self._recorded]
        self._appended, self._recorded = [], []
        insert_rows(connection, rows)

    def committed(self, wake_relay: Callable[[], None]) -> None:
        """Runs what follows a commit.

        The relay is woken only if an event was recorded: most of what a consumer stores causes
        none, and a round of the relay costs more than storing it.
        """
        if self._target is not None:
            self._target.keep()
        if self._speaks:
            wake_relay()
        for call, arguments in self._after_commit:
            call(*arguments)


@contextmanager
def _conflicts_raised() -> Iterator[None]:
    try:
        yield
    except StaleDataError as error:
        raise Conflict("concurrent_change") from error
    except IntegrityError as error:
        if not is_duplicate_key(error):
            raise
        raise Conflict("concurrent_change") from error


@contextmanager
def _stale_first(target: Target | None) -> Iterator[None]:
    """Reports an outdated version of the target before any conflict that follows from it."""
    try:
        yield
    except Conflict:
        if target is not None:
            target.check(is_complete=False)
        raise


def note_target(target: Target | None, session: AsyncSession) -> None:
    """Copies the version of the request's object from the session to ``target``, if it was loaded."""
    if target is not None:
        for found in session.identity_map.values():
            if isinstance(found, Aggregate):
                target.note(found)


class UnitOfWork:
    """Opens transactions for use cases.

    In a consumer the batch's transaction is already open. ``nested`` returns a unit of work that
    takes part in it, so that a use case is written once for both callers.

    On behalf of an account (``acting``) nothing is read or written before the use case has asked
    its service's policy (``permit``). A use case that forgets to ask fails with PermissionError.
    """

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        clock: Clock,
        wake_relay: Callable[[], None],
        vault: Vault | None = None,
        group_commit: GroupCommit | None = None,
    ) -> None:
        self.database = database
        self._outbox = outbox
        self._clock = clock
        self.wake_relay = wake_relay
        self.vault = vault or Vault()
        """Seals and opens what is personal."""
        self._group_commit = group_commit or GroupCommit(database, outbox, clock, wake_relay)
        self._open: Transaction | None = None
        self.actor = SYSTEM
        self.target: Target | None = None
        """The object that the request is about."""
        self.permitted: list[str] = []
        """The actions that the policy was asked for, in their order."""

    def acting(self, actor: Actor) -> "UnitOfWork":
        """Returns a unit of work on behalf of an account, or of an anonymous caller."""
        unit = self._another()
        unit.actor = actor
        return unit

    def _another(self) -> "UnitOfWork":
        return UnitOfWork(
            self.database,
            self._outbox,
            self._clock,
            self.wake_relay,
            self.vault,
            self._group_commit,
        )

    def permit(self, policy: Policy, action: str) -> Grant:
        """Returns what the policy grants the actor for ``action``.

        :raises Unauthenticated: :raises Forbidden: see :meth:`Policy.grant`.
        """
        grant = policy.grant(self.actor, action)
        self.permitted.append(action)
        return grant

    def _require_permit(self) -> None:
        if not self.permitted and not self.actor.is_system:
            raise PermissionError("a use case must ask its policy before it touches the store")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """Opens a transaction and commits it at the end of the block, or takes part in the one that
        is open.

        :raises Conflict: someone else changed the same thing at the same moment.
        :raises PreconditionFailed: :raises PreconditionNeeded: see :meth:`Target.settle`.
        """
        if self._open is not None:
            yield self._open
            await self._open.end_nested()
            return
        self._require_permit()
        with _conflicts_raised():
            async with self.database.writing() as session:
                transaction = Transaction(
                    session,
                    self._outbox,
                    self._clock(),
                    self.actor,
                    today=self.today(),
                    business_now=self.business_now(),
                    target=self.target,
                )
                with _stale_first(self.target):
                    yield transaction
                await transaction.finish()
                await transaction.audit(self._action)
        transaction.committed(self.wake_relay)

    def now(self) -> datetime:
        """Returns the present moment; see :mod:`shared.kernel.clock`."""
        return self._clock()

    def business_now(self) -> datetime:
        """Returns the business time, in UTC; see :mod:`shared.kernel.clock`."""
        return business_now(self._clock).astimezone(UTC)

    def today(self) -> date:
        """Returns the business day; see :mod:`shared.kernel.clock`."""
        return business_day(self._clock)

    async def add(self, aggregate: Aggregate, *events: Event, claim: Claim | None = None) -> str:
        """Stores a new aggregate with its first events, in one transaction with other additions of
        the same moment.

        It is for use cases that decide without reading, and quicker than a transaction for each. It
        returns the aggregate's key. If ``claim`` shows that the request was made before, it stores
        nothing and returns the key of what was made then.

        :raises Conflict: the key is taken, or the claimed key was used with another request.
        """
        self._require_permit()
        recorded = [self._outbox.number(aggregate, event) for event in events]
        audited = (
            None
            if self.actor.is_system
            else row_of(self.actor, self._action, self.now(), making(aggregate))
        )
        with _conflicts_raised():
            key = await self._group_commit.commit(Addition(aggregate, recorded, claim, audited))
        if self.target is not None:
            self.target.note_made(aggregate, key)
            self.target.found = FIRST_VERSION if key == aggregate.key else None
        return key

    @property
    def _action(self) -> str:
        return self.permitted[-1] if self.permitted else ""

    def nested(self, transaction: Transaction) -> "UnitOfWork":
        """Returns a unit of work whose use cases take part in ``transaction``."""
        unit = self._another()
        unit._open = transaction
        return unit

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """Opens a session for reading only."""
        self._require_permit()
        async with self.database.reading() as session:
            yield session
            note_target(self.target, session)
