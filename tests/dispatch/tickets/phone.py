"""A steward's telephone that goes on without a connection, as the console does it, written anew."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.dispatch.tickets.booth import Booth
from tests.support.clock import PlayedClock


@dataclass
class Phone:
    """Knows the queue as it was told of it last, and keeps what it did since."""

    booth: Booth
    clock: PlayedClock
    lease: str = ""
    last_number: int = 0
    number: int | None = None
    streak: int = 0
    waiting: list[dict[str, Any]] = field(default_factory=list)
    here: dict[int, dict[str, Any]] = field(default_factory=dict)
    journal: list[dict[str, Any]] = field(default_factory=list)
    seq: int = 0

    async def hold(self, **more: Any) -> "Phone":
        self.learn(await self.booth.do("lease", {"lease": self.lease or None}, **more))
        return self

    def learn(self, told: dict[str, Any]) -> None:
        self.lease, self.number = told["lease"], told["next_number"]
        self.last_number, self.streak = told["last_number"], told["queue"]["streak"]
        self.waiting = [each for each in told["queue"]["tickets"] if each["state"] == "waiting"]
        self.here = {each["place"]: each for each in told["queue"]["at_places"]}

    def say(self, do: str, ticket: dict[str, Any], **more: Any) -> None:
        self.seq += 1
        at = self.clock.now.isoformat()
        entry = {"seq": self.seq, "do": do, "ticket_id": ticket["id"], "at": at}
        self.journal.append(entry | more)

    def draw(self, *, priority: bool = False) -> dict[str, Any]:
        assert self.number is not None
        assert self.number <= self.last_number
        made = {"id": str(uuid.uuid4()), "priority": priority, "name": f"A{self.number:03}"}
        self.say("draw", made, number=self.number, priority=priority)
        self.number += 1
        self.waiting.append(made)
        return made

    def next(self, place: int = 1) -> dict[str, Any] | None:
        if done := self.here.pop(place, None):
            self.say("serve", done)
        first = [each for each in self.waiting if each["priority"]]
        others = [each for each in self.waiting if not each["priority"]]
        if not first and not others:
            return None
        called = first[0] if first and (self.streak < 2 or not others) else others[0]
        self.streak = self.streak + 1 if called["priority"] else 0
        self.waiting.remove(called)
        self.here[place] = called
        self.say("call", called, place=place)
        return called

    async def tell(self) -> dict[str, int]:
        """Tells what it did; how many entries came to what."""
        answer = await self.booth.do("lease/journal", {"entries": self.journal}, lease=self.lease)
        self.learn(answer)
        outcomes = [each["outcome"] for each in answer["outcomes"]]
        return {each: outcomes.count(each) for each in sorted(set(outcomes))}
