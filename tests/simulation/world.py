"""One schedule: writers, two relays, a broker and two consumers, whose steps follow each other as a seed says.

Every generator here yields where in reality something else could happen first, or the process could end.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from random import Random
from typing import Any

from shared.eventlog.envelope import Envelope, shard_of
from shared.eventlog.position import Position, ResendReply, ResendRequest
from shared.kernel.errors import DomainError
from shared.messaging.broker import BrokerUnavailable
from shared.messaging.core import Core, consumer, inbox, relay
from shared.messaging.core.inbox import Key
from shared.messaging.recovery.gaps import PATIENCE_SECONDS, Gaps, Recount
from tests.simulation.store import AT, Effects, Interleaved, Log, Transaction

STREAMS = ("roll:a", "roll:f", "roll:i", "roll:p")  # the last two share a shard
SHARDS = frozenset(map(shard_of, STREAMS))
QUEUES = 2
STRETCH = 2
TROUBLED_STEPS = 160
STUCK_AFTER = 6_000


class Away(Exception):
    """The store is away; that passes."""


class Poison(DomainError):
    """An event that can't be applied, however often it is tried."""

    def __init__(self) -> None:
        super().__init__("poison")


@dataclass(frozen=True, slots=True)
class Machine:
    """What is tried: the cores that run in production, and the safeguards of store and broker they stand on."""

    publish_due: Callable[[], Core[relay.Step, relay.Round]] = relay.publish_due
    admit: Callable[[Sequence[Envelope]], Core[inbox.Step, dict[str, int]]] = inbox.admit
    handle: Callable[[Sequence[Envelope], consumer.Passes], Core[consumer.Step, None]] = (
        consumer.handle
    )
    watermark: bool = True
    confirms: bool = True
    shard_lock: bool = True
    cursor_guard: bool = True
    numbering: bool = True
    by_id: bool = True
    parking: bool = True
    row_locks: bool = True
    positions: bool = True


Message = Envelope | Position


@dataclass(slots=True)
class Queue:
    """A single-active-consumer queue: it stays with its ``consumer`` until that leaves. ``unacked`` are with the one
    that is ``active``. One that is not ``bound`` gets
    nothing: what is published then is lost, though the broker confirms it."""

    number: int
    messages: list[Message] = field(default_factory=list)
    unacked: list[Message] = field(default_factory=list)
    active: object = None
    consumer: object = None
    bound: bool = True

    def take(self, who: object, count: int) -> list[Message]:
        self.active = self.consumer = who
        self.unacked, self.messages = self.messages[:count], self.messages[count:]
        return list(self.unacked)

    def ack(self, who: object) -> None:
        if self.active is who:
            self.unacked, self.active = [], None

    def lose(self) -> None:
        self.messages, self.unacked, self.active, self.consumer, self.bound = (
            [],
            [],
            None,
            None,
            False,
        )

    def give_back(self) -> None:
        self.messages = self.unacked + self.messages
        self.unacked, self.active = [], None


@dataclass(eq=False, slots=True)
class Actor:
    """A process. ``waits`` says when it can go on; None: at once."""

    make: Callable[["Actor"], Interleaved]
    held: frozenset[int] = frozenset()
    run: Interleaved = field(init=False)
    waits: Callable[[], bool] | None = None
    over: bool = False

    def __post_init__(self) -> None:
        self.run = self.make(self)

    def step(self) -> None:
        try:
            self.waits = next(self.run)
        except StopIteration:
            self.over = True

    def die(self) -> None:
        """kill -9, and a new process at once."""
        self.run.close()
        self.waits, self.run = None, self.make(self)


class World:
    """``run`` gives what is wrong in the end, in words; empty: nothing."""

    def __init__(self, seed: int, machine: Machine) -> None:
        self._chance = chance = Random(seed)
        self._machine = machine
        self._trouble = chance.choice([0.0, 0.01, 0.05, 0.2])
        self._calm = self._trouble == 0.0
        self.faults: Counter[str] = Counter()
        self.log = Log(machine.watermark, machine.numbering, machine.by_id)
        self.effects = Effects()
        self.queues = [Queue(number) for number in range(QUEUES)]
        self.taken: list[Envelope] = []  # by the broker, in that order
        self.asks: list[ResendRequest] = []
        self.resent = 0
        self._wipes = 0
        self._now = 0.0
        self._asked = 0
        self._news = 0  # whenever somebody may have missed what was said
        self._poisonous = (
            {(chance.choice(STREAMS), chance.randint(1, 3))} if chance.random() < 0.3 else set()
        )
        self._leases: dict[int, Actor] = {}
        self._relays = [Actor(self._relay) for _ in range(2)]
        self._consumers = [Actor(self._consumer) for _ in range(2)]
        writers = [Actor(self._writer) for _ in range(chance.randint(3, 8))]
        tellers = [Actor(self._teller), Actor(self._resender)] if machine.positions else []
        self._actors = [*self._relays, *self._consumers, *writers, *tellers]
        for number, shard in enumerate(sorted(SHARDS)):
            self._lease(shard, self._relays[number % 2])

    def run(self) -> list[str]:
        for _ in range(TROUBLED_STEPS):
            self._step()
            if self._chance.random() < self._trouble:
                self._fault()
        self._trouble = 0.0
        quiet = False
        for _ in range(STUCK_AFTER):
            if self._step():
                continue
            if quiet and self._asked == 0:
                return self._wrong()
            self._let_time_pass()
            quiet = True
        return ["stuck: it never comes to rest"]

    def _let_time_pass(self) -> None:
        """Positions are said again, and who waits for an answer waits no longer."""
        self._now += PATIENCE_SECONDS
        self._news += 1
        self._asked = 0

    def _step(self) -> bool:
        """One step of one who can go on; False: nobody can."""
        able = [
            actor
            for actor in self._actors
            if not actor.over and (actor.waits is None or actor.waits())
        ]
        if able:
            able[int(self._chance.random() * len(able))].step()
        return bool(able)

    # What goes wrong

    def _fault(self) -> None:
        fault = self._chance.choice(
            (
                self._kill,
                self._kill,
                self._lose_lease,
                self._lose_connection,
                self._repeat,
                self._wipe,
            )
        )
        fault()
        self.faults[fault.__name__] += 1

    def _kill(self) -> None:
        victim = self._chance.choice([*self._relays, *self._consumers])
        victim.die()
        self._disconnect(victim)
        self._news += 1

    def _lose_lease(self) -> None:
        """A relay goes on in its round without knowing that another has its shard."""
        shard = self._chance.choice(sorted(SHARDS))
        keeps = self._leases[shard].held
        other = next(actor for actor in self._relays if actor is not self._leases[shard])
        loser = self._leases[shard]
        self._lease(shard, other)
        if self._chance.random() < 0.5:
            loser.held = keeps  # and not even in the next

    def _lose_connection(self) -> None:
        """A consumer's handler goes on, and what it has in hand goes to another as well."""
        self._disconnect(self._chance.choice(self._consumers))

    def _repeat(self) -> None:
        """An operator sends an event again."""
        if sent := [envelope for envelope in self.taken if envelope.position]:
            self._accept(self._chance.choice(sent), again=True)

    def _wipe(self) -> None:
        """The broker loses all it has, its queues too. Handlers go on with what they have in hand."""
        for queue in self.queues:
            queue.lose()
        self.asks.clear()
        self._wipes += 1
        self._news += 1

    def _disconnect(self, actor: Actor) -> None:
        for queue in self.queues:
            if queue.active is actor:
                queue.give_back()
            if queue.consumer is actor:
                queue.consumer = None

    def _lease(self, shard: int, owner: Actor) -> None:
        self._leases[shard] = owner
        for actor in self._relays:
            mine = {number for number, holder in self._leases.items() if holder is actor}
            actor.held = frozenset(mine) if self._machine.shard_lock else SHARDS
        self.log.changes += 1

    def _unlucky(self) -> bool:
        return self._trouble > 0.0 and self._chance.random() < self._trouble

    # Publisher

    def _writer(self, _me: Actor) -> Interleaved:
        chance, log = self._chance, self.log
        txid = 0
        locked: list[str] = []
        if chance.random() < 0.5:  # as a consumer does, whose inbox row numbers its transaction
            txid = log.begin()
            yield None
        for stream in sorted({chance.choice(STREAMS) for _ in range(chance.randint(1, 2))}):
            while stream in log.locks:
                yield lambda stream=stream: stream not in log.locks
            log.locks.add(stream)
            locked.append(stream)
            txid = txid or log.begin()
            for _ in range(chance.randint(1, 2)):
                log.append(txid, stream)
            yield None
        log.end(txid, commit=chance.random() > 0.15)
        log.locks -= set(locked)

    def _relay(self, me: Actor) -> Interleaved:
        while True:
            seen = self.log.changes
            try:
                done = yield from _driven(
                    self._machine.publish_due(), lambda step: self._publishing(me, step)
                )
            except BrokerUnavailable:
                continue
            mine = frozenset(shard for shard, owner in self._leases.items() if owner is me)
            if self._machine.shard_lock and self._chance.random() < 0.7:
                me.held = mine  # the lease is looked at from time to time
            if not done.due and (me.held == mine or not self._machine.shard_lock):
                yield lambda seen=seen: self.log.changes > seen

    def _publishing(self, me: Actor, step: relay.Step) -> Interleaved:
        yield None
        match step:
            case relay.ReadState():
                return self.log.look(me.held)
            case relay.Read(windows, limit):
                return self.log.read(windows, limit if self._calm else min(limit, 3))
            case relay.Publish(wave):
                return (yield from self._publish(wave))
            case relay.Advance(moves):
                return self.log.advance(moves, guarded=self._machine.cursor_guard)

    def _publish(self, wave: Sequence[Envelope]) -> Interleaved:
        """Events get to the broker one after the other; some don't, of some no confirm comes back."""
        if self._machine.confirms and self._unlucky():
            raise BrokerUnavailable("simulated")
        outcome = []
        for envelope in wave:
            lost, unheard = self._unlucky(), self._unlucky()
            if not lost:
                self._accept(envelope)
            outcome.append(not (lost or unheard) or not self._machine.confirms)
            yield None
        return outcome

    def _accept(self, envelope: Envelope, *, again: bool = False) -> None:
        queue = self.queues[envelope.shard % QUEUES]
        if not again:
            self.taken.append(envelope)
        if not queue.bound:
            return
        queue.messages.append(envelope)
        if self._unlucky():
            queue.messages.insert(self._chance.randrange(len(queue.messages)), envelope)

    def _teller(self, _me: Actor) -> Interleaved:
        """Says how far the shards were sent, behind what was sent. It reads, and says so later."""
        told: dict[int, int] = {}
        while True:
            news = self._news
            counts = self.log.sent_counts(SHARDS)
            for shard, count in counts.items():
                yield None
                if not self._unlucky():
                    self._say(Position(publisher="catalog", shard=shard, sent_count=count, at=AT))
                    told[shard] = count
            yield lambda news=news: told != self.log.sent_counts(SHARDS) or self._news > news

    def _say(self, position: Position) -> None:
        queue = self.queues[position.shard % QUEUES]
        if queue.bound:
            queue.messages.append(position)
            if self._unlucky():
                queue.messages.insert(self._chance.randrange(len(queue.messages)), position)

    def _resender(self, _me: Actor) -> Interleaved:
        while True:
            while not self.asks:
                yield lambda: bool(self.asks)
            ask = self.asks[0]
            sent_count = self.log.sent_counts([ask.shard])[ask.shard]
            yield None
            first, events = self.log.stretch(ask, STRETCH)
            next_after = events[-1].position if len(events) == STRETCH else None
            answer = ResendReply(ask=ask.id, first=first, next_after=next_after)
            last = Position(
                publisher="catalog", shard=ask.shard, sent_count=sent_count, at=AT, answer=answer
            )
            messages: list[Message] = [*events, last]
            for message in messages:
                yield None
                if not self.queues[ask.shard % QUEUES].bound:
                    break  # it comes back: nobody takes it
                if isinstance(message, Envelope):
                    self.resent += 1
                    self._accept(message, again=True)
                else:
                    self._say(message)
            self.asks = [one for one in self.asks if one is not ask]

    # Consumer

    def _consumer(self, me: Actor) -> Interleaved:
        def due() -> list[Queue]:
            mine = [queue for queue in self.queues if queue.consumer in (None, me)]
            return [
                queue
                for queue in mine
                if not queue.bound or (queue.messages and queue.active is None)
            ]

        gaps = Gaps("notify", least=1)  # its logs are short: searches must be, too
        while True:
            while not due():
                yield lambda: bool(due())
            queue = self._chance.choice(due())
            if not queue.bound:
                queue.bound = True
                self._news += 1
                yield None
                continue
            batch = queue.take(me, self._chance.randint(1, 5))
            if self._unlucky():
                self._chance.shuffle(batch)
            for _, run in groupby(batch, type):
                messages = list(run)
                if events := [message for message in messages if isinstance(message, Envelope)]:
                    yield from _driven(
                        self._machine.handle(events, lambda error: isinstance(error, Away)),
                        self._handling,
                    )
                yield None
                self._hear(gaps, [message for message in messages if isinstance(message, Position)])
            yield None
            queue.ack(me)

    def _hear(self, gaps: Gaps, positions: Sequence[Position]) -> None:
        for position in positions:
            received = self.effects.received["catalog", position.shard]
            step = gaps.on_position(position, received, now=self._now, connection=self._wipes)
            if isinstance(step, Recount):  # nothing to do: everybody counts here
                step = gaps.on_position(position, received, now=self._now, connection=self._wipes)
            if isinstance(step, ResendRequest):
                self.asks.append(step)
                self._asked += 1

    def _handling(self, step: consumer.Step) -> Interleaved:
        yield None
        match step:
            case consumer.Admit(batch):
                yield from self.in_transaction(self._machine.admit(batch))
            case consumer.SetAside(envelope, fault):
                yield from self.in_transaction(inbox.park_failed(envelope, repr(fault)))

    def in_transaction(self, core: Core[inbox.Step, Any]) -> Interleaved:
        transaction = Transaction(
            self.effects, parks=self._machine.parking, locks=self._machine.row_locks
        )
        try:
            result = yield from _driven(core, lambda step: self._in(transaction, step))
            yield None
            transaction.commit()
        finally:
            transaction.close()
        yield None
        return result

    def _in(self, transaction: Transaction, step: inbox.Step) -> Interleaved:
        match step:
            case inbox.Open(keys):
                yield None
                return (yield from transaction.open(keys))
            case inbox.Apply(envelope):
                yield None
                if self._unlucky():
                    raise self._chance.choice([Away, RuntimeError])("simulated")
                if (envelope.aggregate_id, envelope.aggregate_seq) in self._poisonous:
                    raise Poison
                return transaction.apply(envelope)
            case inbox.Park(envelope, error):
                return transaction.park(envelope, error)
            case inbox.Fetch(key, seq):
                return transaction.fetch(key, seq)
            case inbox.Unpark(key, seq):
                return transaction.unpark(key, seq)
            case inbox.Save(last_seqs, new):
                return transaction.save(last_seqs, new)

    # In the end

    def _wrong(self) -> list[str]:
        numbers: dict[Key, list[int]] = defaultdict(list)
        for envelope in self.log.committed():
            numbers[inbox.key_of(envelope)].append(envelope.aggregate_seq)
        wrong = self._wrong_at_the_broker()
        if self.log.went_back:
            wrong.append("a cursor went back")
        if self._calm and self.resent:
            wrong.append("something was asked for, and nothing had happened")
        logged = Counter(envelope.shard for envelope in self.log.committed())
        for shard, count in self.log.sent_counts(SHARDS).items():
            if (received := self.effects.received["catalog", shard]) != logged[
                shard
            ] or count != logged[shard]:
                wrong.append(
                    f"s{shard}: {logged[shard]} written, {count} counted as sent, {received} as received"
                )
        for key, written in numbers.items():
            wrong += self._wrong_effects(key, written)
        wrong += [
            f"{key}: effects of what was never committed"
            for key in self.effects.done.keys() - numbers.keys()
        ]
        return wrong or self._wrong_after_the_cure(numbers)

    def _wrong_at_the_broker(self) -> list[str]:
        """A subscriber with no inbox sees repeats after a fault, but each event first in its place."""
        wrong = []
        times = Counter(self.taken)
        for key in STREAMS:
            seen = list(dict.fromkeys(e.aggregate_seq for e in self.taken if e.aggregate_id == key))
            written = [e.aggregate_seq for e in self.log.committed() if e.aggregate_id == key]
            if seen != written:  # what is sent again, when it is missed, does not make that good
                wrong.append(f"{key}: written {written}, sent in the order {seen}")
        if self._calm and (
            again := [envelope.id for envelope, count in times.items() if count > 1]
        ):
            wrong.append(f"sent again, and nothing had happened: {again}")
        return wrong

    def _wrong_effects(self, key: Key, written: list[int]) -> list[str]:
        done, aside = self.effects.done.get(key, []), self.effects.parked.get(key, {})
        if done != written[: len(done)]:
            return [f"{key}: written {written}, effects {done}"]
        if sorted(aside) != written[len(done) :]:
            return [f"{key}: written {written}, effects {done}, parked {sorted(aside)}"]
        failed = [seq for seq, (_, error) in aside.items() if error]
        if aside and failed[:1] != written[len(done) : len(done) + 1]:
            return [f"{key}: {sorted(aside)} parked behind {failed}"]
        return []

    def _wrong_after_the_cure(self, numbers: dict[Key, list[int]]) -> list[str]:
        self._poisonous = set()
        for key in list(self.effects.parked):
            while _result(self.in_transaction(inbox.redrive(key))):
                pass
        return [
            f"{key}: written {written}, after a redrive {self.effects.done[key]}"
            for key, written in numbers.items()
            if self.effects.done[key] != written
        ]


def _driven(core: Core[Any, Any], do: Callable[[Any], Interleaved]) -> Interleaved:
    """As shared.messaging.core.drive, but others may go on between the steps."""
    try:
        step = next(core)
        while True:
            try:
                result = yield from do(step)
            except Exception as error:
                step = core.throw(error)
            else:
                step = core.send(result)
    except StopIteration as end:
        return end.value
    finally:
        core.close()


def _result(run: Generator[Any, None, Any]) -> Any:
    """Runs to the end with nobody between."""
    while True:
        try:
            next(run)
        except StopIteration as end:
            return end.value
