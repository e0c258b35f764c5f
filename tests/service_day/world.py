"""Residents and stewards. What they do follows from a seed; when it happens is a clock's, which they move."""

import asyncio
import heapq
import itertools
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from shared.kernel.access import Role
from tests.service_day.site import Caller, Site
from tests.service_day.volunteers import Act, Volunteers
from tests.support.steward_phone import StewardPhone
from tests.support.tokens import bearer

Json = dict[str, Any]

BUSY_MINUTES = {"morning": 180, "afternoon": 150}
"""Of a half-day, in which residents come."""
BEGINS = {"morning": 0, "afternoon": 6}
"""Hours in UTC: eight, and two in the afternoon, in China."""
SPREAD = 0.6
"""The coefficient of variation of the time that a resident takes."""
WITH_PRIORITY, ABSENT, LEAVE = 0.08, 0.04, 0.02
"""Shares of the residents."""
AT_ONCE = 5
"""Residents who draw while the system is killed."""
LONGEST_ANSWER = 0.05
"""Seconds within which it is killed."""
AWAY_AFTER, AWAY_FOR = 60, 20
"""Minutes into a stop after which one of its stewards has no connection, and for how long."""
ON_PAPER = 0.3
"""Share of the residents there who then ask the steward for a ticket."""
STEWARD_WAITS = 2.0
"""Minutes before somebody who was called and is not there has missed the call."""

_RANGE = re.compile(r"顺利的话 (\d+) 分钟，慢的话 (\d+) 分钟")
_EXPECTED = re.compile(r"大约要等 (\d+) 分钟")
_NUMBER = re.compile(r'<p class="number">([^<]+)</p>')


@dataclass
class Resident:
    """``told``: the wait that the page gave before the ticket was drawn: early, expected and late, in minutes."""

    number: int
    takes: float
    priority: bool
    absent: bool
    leaves: bool
    told: tuple[float, float, float] = (0, 0, 0)
    name: str = ""
    waited: float | None = None
    fate: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """A telephone of its own, at an address of its own."""
        high, low = divmod(self.number, 250)
        return {
            "X-Forwarded-For": f"10.{high // 250}.{high % 250}.{low + 1}",
            "User-Agent": f"telephone {self.number}",
            "Accept": "text/html",
            "Cookie": f"taker=telephone-{self.number}",
        }


@dataclass(frozen=True)
class Call:
    """A resident who was called to a place, and is done there at ``until``."""

    place: int
    ticket_id: str
    calling: str
    resident: Resident
    until: datetime


@dataclass(frozen=True)
class Demand:
    """How many residents come to a booth, and how many minutes one takes, in the mean. The system has to find out."""

    residents: float
    minutes: float


DemandAt = Callable[[Json, Json], Demand | None]
"""Of a stop and an assignment; None for a booth that keeps no queue."""


@dataclass
class Booth:
    """``at``: who is at a place."""

    stop: Json
    assignment: Json
    link: str
    steward: dict[str, str]
    places: int
    demand: Demand
    by_name: dict[str, Resident] = field(default_factory=dict)
    at: dict[int, Call] = field(default_factory=dict)
    turned_away: int = 0
    phone: StewardPhone | None = None
    """The steward's, while it has no connection."""

    @property
    def id(self) -> str:
        return str(self.assignment["id"])

    @property
    def item(self) -> str:
        return str(self.assignment["item_code"])


class Circuit:
    """All stops of a published plan, one after the other. ``kill_at``: when these residents come, and some with them,
    the system is killed before it has answered them, and phones that were not connected; and once more when the next
    place is free, and two stewards call there."""

    def __init__(self, site: Site, seed: int, *, kill_at: Iterable[int] = ()) -> None:
        self.site = site
        self._seed = seed
        self._dice = random.Random(seed)
        self._kill_at = set(kill_at)
        self._numbers = itertools.count(1)
        self._order = itertools.count()
        self._kills_caller = False
        self.booths: list[Booth] = []
        self.without_connection = 0
        self.wrong: list[str] = []
        self._caller = Caller(site)
        self._ask, self._sent = self._caller.ask, self._caller.sent
        self.volunteers = Volunteers(self._caller, site, seed)

    async def close(self) -> None:
        await self._caller.close()

    @property
    def residents(self) -> list[Resident]:
        return [one for booth in self.booths for one in booth.by_name.values()]

    async def stops(self, plan_id: str) -> list[Json]:
        plan = await self._ask("GET", f"/plans/{plan_id}")
        return sorted(
            (stop for stop in plan["stops"] if stop["state"] == "planned"),
            key=lambda stop: (stop["on"], stop["part"] == "afternoon"),
        )

    async def live(self, stop: Json, demand_at: DemandAt) -> None:
        """A stop, from its first volunteer to its reports."""
        begins = datetime.fromisoformat(stop["on"]).replace(tzinfo=UTC) + timedelta(
            hours=BEGINS[stop["part"]]
        )
        ends = begins + timedelta(minutes=BUSY_MINUTES[stop["part"]])
        booths: list[Booth] = []
        acts: list[tuple[datetime, int, Act]] = []

        def expect(at: datetime, act: Act) -> None:
            heapq.heappush(acts, (at, next(self._order), act))

        async def start() -> None:
            await self._ask("POST", f"/stops/{stop['id']}/start", {})
            booths.extend(await self._opened(stop, demand_at))
            if booths:
                away = self._dice.choice(booths)
                leaves = begins + timedelta(minutes=AWAY_AFTER)
                expect(leaves, partial(self._goes_away, away))
                expect(leaves + timedelta(minutes=AWAY_FOR), partial(come_back, away))
            for booth in booths:
                for minutes, resident in self._crowd(booth):
                    expect(begins + timedelta(minutes=minutes), partial(turn, booth, resident))

        async def turn(booth: Booth, what: Resident | Call) -> None:
            if isinstance(what, Call):
                calls = [await self._done(booth, what)]
            else:
                await self._come(booth, what)
                calls = await self._called_to_free_places(booth)
            for call in filter(None, calls):
                expect(call.until, partial(turn, booth, call))

        async def come_back(booth: Booth) -> None:
            await self._comes_back(booth)
            for call in await self._called_to_free_places(booth):
                if call is not None:
                    expect(call.until, partial(turn, booth, call))

        for at, act in await self.volunteers.rostered(stop, begins, ends):
            expect(at, act)
        expect(begins, start)
        while acts:
            at, _, act = heapq.heappop(acts)
            self.site.clock.reach(at)
            await act()
        await self._reported(stop, booths)
        await self.volunteers.key_sheets(stop)

    async def _goes_away(self, booth: Booth) -> None:
        """From now on the steward's telephone goes on by itself."""
        lease = await self._ask("POST", f"/queues/{booth.id}/lease", {}, who=booth.steward)
        booth.phone = StewardPhone(self.site.clock)
        booth.phone.learn(lease)

    async def _comes_back(self, booth: Booth) -> None:
        """It tells what it did, and again, for the answer may have been lost; then others may call."""
        phone, booth.phone = booth.phone, None
        assert phone is not None
        query = f"?lease={phone.lease}"
        path = f"/queues/{booth.id}/lease/journal{query}"
        for _ in range(2):
            told = await self._ask("POST", path, {"entries": phone.journal}, who=booth.steward)
            void = [each for each in told["outcomes"] if each["outcome"] == "void"]
            if void:
                self.wrong.append(f"{booth.id}: {void} of {phone.journal} is void")
        await self._ask("DELETE", f"/queues/{booth.id}/lease{query}", who=booth.steward)
        self.without_connection += len(phone.journal)
        there = {each["place"]: each["calling"] for each in told["queue"]["at_places"]}
        if there.keys() != booth.at.keys():
            self.wrong.append(f"{booth.id} has {sorted(there)} at places, not {sorted(booth.at)}")
        booth.at = {no: replace(call, calling=there[no]) for no, call in booth.at.items()}

    async def _opened(self, stop: Json, demand_at: DemandAt) -> list[Booth]:
        signs = await self._ask("GET", f"/stops/{stop['id']}/queues")
        links = {sign["assignment_id"]: sign["url"] for sign in signs["queues"]}
        booths = []
        for each in stop["assignments"]:
            if each["id"] not in links or (demand := demand_at(stop, each)) is None:
                continue
            path = "/api/dispatch" + re.sub("^.*(?=/public/)", "", links[each["id"]])
            steward = bearer(Role.LEADER, team_code=each["team_code"], iss=self.site.issuer)
            booth = Booth(stop, each, path, steward, each["volunteers"], demand)
            await self._ask(
                "POST", f"/queues/{booth.id}/open", {"places": booth.places}, who=booth.steward
            )
            booths.append(booth)
        self.booths += booths
        return booths

    def _crowd(self, booth: Booth) -> list[tuple[float, Resident]]:
        """A Poisson process, whose rate falls in the course of the half-day; times of service are lognormal. They are
        the same for a booth however many volunteers stand there."""
        dice = random.Random(f"{self._seed} {booth.stop['township_code']} {booth.item}")
        span = BUSY_MINUTES[booth.stop["part"]]
        width = math.sqrt(math.log(1 + SPREAD**2))
        crowd, at = [], 0.0
        while (at := at + dice.expovariate(booth.demand.residents / span)) < span:
            takes = dice.lognormvariate(math.log(booth.demand.minutes) - width**2 / 2, width)
            resident = Resident(
                next(self._numbers),
                takes,
                dice.random() < WITH_PRIORITY,
                dice.random() < ABSENT,
                dice.random() < LEAVE,
            )
            crowd.append((span * (at / span) ** 1.2, resident))
        return crowd

    async def _come(self, booth: Booth, one: Resident) -> None:
        if booth.phone is not None and self._dice.random() < ON_PAPER:
            one.name = booth.phone.draw(priority=one.priority)["name"]
            booth.by_name[one.name] = one
            return
        page = await self._sent("GET", booth.link, one.headers)
        if (found := _RANGE.search(page.text)) is not None:
            expected = _EXPECTED.search(page.text)
            assert expected is not None, page.text
            one.told = float(found[1]), float(expected[1]), float(found[2])
        if one.number not in self._kill_at:
            await self._draw(booth, one)
            return
        self._kills_caller = True
        others = [
            Resident(next(self._numbers), one.takes, False, False, False, one.told)
            for _ in range(AT_ONCE - 1)
        ]
        crowd = [one, *others]
        draws = [self._draw(booth, each) for each in crowd]
        await asyncio.gather(self._kill(), self.volunteers.synchronise(), *draws)

    async def _kill(self) -> None:
        await asyncio.sleep(self._dice.uniform(0, LONGEST_ANSWER))
        await self.site.kill()

    async def _draw(self, booth: Booth, one: Resident) -> None:
        form = {"mark": f"telephone-{one.number}"} | ({"priority": "yes"} if one.priority else {})
        drawn = await self._sent("POST", booth.link, one.headers, data=form)
        if drawn.status_code == 409:
            booth.turned_away += 1
            return
        assert drawn.status_code == 303, drawn.text
        path = "/api/dispatch/public/" + drawn.headers["location"].removeprefix("../")
        page = await self._sent("GET", path, one.headers)
        number = _NUMBER.search(page.text)
        assert number is not None, page.text
        one.name = number[1]
        if booth.by_name.setdefault(one.name, one) is not one:
            self.wrong.append(f"{one.name} was given twice at {booth.id}")
        if one.leaves and "前面还有" in page.text:
            await self._sent("POST", path, one.headers, data={"leave": "yes"})
            one.fate = "left"

    async def _done(self, booth: Booth, call: Call) -> Call | None:
        """Whoever was at the place has been served, or has missed the call."""
        call = booth.at[call.place]
        if call.resident.absent:
            call.resident.fate = "missed"
            if booth.phone is not None:
                booth.phone.miss(call.place)
                del booth.at[call.place]
                return await self._next(booth, call.place)
            path = f"/tickets/{call.ticket_id}/act"
            await self._ask("POST", path, {"act": "miss"}, who=booth.steward)
            del booth.at[call.place]
            return await self._next(booth, call.place)
        call.resident.fate = "served"
        if not self._kills_caller or booth.phone is not None:
            return await self._next(booth, call.place, call.calling)
        self._kills_caller = False
        pressed = self._pressed(booth, call.place, call.calling)
        _, _, found = await asyncio.gather(
            self._kill(), pressed, self._next(booth, call.place, call.calling)
        )
        return found

    async def _called_to_free_places(self, booth: Booth) -> list[Call | None]:
        free = [place for place in range(1, booth.places + 1) if place not in booth.at]
        return [await self._next(booth, place) for place in free]

    async def _next(self, booth: Booth, place: int, finished: str | None = None) -> Call | None:
        """Calls the next to a place; None where nobody waits."""
        there = await self._pressed(booth, place, finished)
        if there is None:
            booth.at.pop(place, None)
            return None
        one = booth.by_name[there["name"]]
        called = datetime.fromisoformat(there["called_at"])
        if one.waited is not None:
            self.wrong.append(f"{one.name} was called twice at {booth.id}")
        if one.fate == "left":  # while the steward could not hear of it
            one.fate, one.absent = "", True
        one.waited = (called - datetime.fromisoformat(there["drawn_at"])).total_seconds() / 60
        minutes = STEWARD_WAITS if one.absent else one.takes
        until = called + timedelta(minutes=minutes)
        booth.at[place] = Call(place, there["id"], there.get("calling", ""), one, until)
        return booth.at[place]

    async def _pressed(self, booth: Booth, place: int, finished: str | None) -> Any:
        if booth.phone is not None:
            return booth.phone.next(place)
        body = {"place": place, "finished": finished}
        queue = await self._ask("POST", f"/queues/{booth.id}/next", body, who=booth.steward)
        return next((each for each in queue["at_places"] if each["place"] == place), None)

    async def _reported(self, stop: Json, booths: list[Booth]) -> None:
        """The booths pack up, and what their queues measured is what was seen."""
        reports = []
        for booth in booths:
            path = f"/queues/{booth.id}/end?confirm=residents_wait"
            ended = await self._ask("POST", path, who=booth.steward)
            fates = Counter(one.fate for one in booth.by_name.values())
            seen = (len(booth.by_name), fates["served"], 0)
            if (ended["drawn"], ended["served"], ended["unserved"]) != seen:
                self.wrong.append(f"{booth.id} counts {ended}, and {seen} were seen")
            reports.append({"assignment_id": booth.id, "served": fates["served"]})
        queued = {report["assignment_id"] for report in reports}
        reports += [
            {"assignment_id": each["id"], "served": 0}
            for each in stop["assignments"]
            if each["state"] in ("accepted", "offered") and each["id"] not in queued
        ]
        await self._ask("POST", f"/stops/{stop['id']}/reports", {"booths": reports})
