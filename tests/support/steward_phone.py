"""A steward's telephone that goes on without a connection, as the console's does it, written anew."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass
class StewardPhone:
    """Knows a queue as it was told of it last, and keeps what it did since. ``now`` is its clock."""

    now: Callable[[], datetime]
    lease: str = ""
    letter: str = ""
    number: int | None = None
    last_number: int = 0
    streak: int = 0
    waiting: list[Json] = field(default_factory=list)
    here: dict[int, Json] = field(default_factory=dict)
    journal: list[Json] = field(default_factory=list)
    seq: int = 0

    def learn(self, told: Json) -> None:
        """From what the service answered."""
        queue = told["queue"]
        self.lease, self.number = told["lease"], told["next_number"]
        self.last_number, self.streak = told["last_number"], queue["streak"]
        self.letter = queue["letter"]
        self.waiting = [each for each in queue["tickets"] if each["state"] == "waiting"]
        self.here = {each["place"]: each for each in queue["at_places"]}

    def say(self, do: str, ticket: Json, **more: Any) -> None:
        self.seq += 1
        entry = {"seq": self.seq, "do": do, "ticket_id": ticket["id"], "at": self.now().isoformat()}
        self.journal.append(entry | more)

    def draw(self, *, priority: bool = False) -> Json:
        assert self.number is not None
        assert self.number <= self.last_number
        made = {
            "id": str(uuid.uuid4()),
            "name": f"{self.letter}{self.number:03}",
            "priority": priority,
            "drawn_at": self.now().isoformat(),
        }
        self.say("draw", made, number=self.number, priority=priority)
        self.number += 1
        self.waiting.append(made)
        return made

    def miss(self, place: int) -> None:
        self.say("miss", self.here.pop(place))

    def next(self, place: int = 1) -> Json | None:
        """Who was at the place is served, and the next one called there."""
        if done := self.here.pop(place, None):
            self.say("serve", done)
        first = [each for each in self.waiting if each["priority"]]
        others = [each for each in self.waiting if not each["priority"]]
        if not first and not others:
            return None
        called = first[0] if first and (self.streak < 2 or not others) else others[0]
        self.streak = self.streak + 1 if called["priority"] else 0
        self.waiting.remove(called)
        self.here[place] = called | {"called_at": self.now().isoformat(), "place": place}
        self.say("call", called, place=place)
        return self.here[place]
