"""Volunteers on the rosters. How each comes and goes follows from a seed; when they did is kept here, and compared with
what the system says in the end."""

import asyncio
import itertools
import math
import random
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pyotp

from cli.client import Client
from shared.kernel.access import Role
from tests.service_day.hours import EVIDENCE, Json, Turn, Way, disagreements
from tests.service_day.site import Caller, Site
from tests.support.tokens import bearer

Act = Callable[[], Awaitable[Any]]

WAYS: dict[Way, int] = {
    "code": 30,
    "list": 25,
    "offline": 25,
    "paper": 8,
    "disputed": 4,
    "mended": 4,
    "absent": 4,
}
"""Shares of those who come by the code on the leader's phone; by the leader's list; by the code, on a phone that is not
connected; by a sheet of paper that the leader keys, and the volunteer agrees, or does not and the corps enters what is
right; by the code, who scan too early when they go, and agree with the leader afterwards; and who don't come."""
EACH = 4
"""Named for each booth."""
WITH_BREAK, TICKED_TOO, MISTYPES = 0.15, 0.2, 0.1
"""Shares: who goes and comes back, whom the leader ticks on the list besides, who types another code first."""
NOT_CONNECTED = timedelta(minutes=20)
"""From the beginning; then phones are connected for a moment. Whatever they keep after that they say at a next stop."""
MOST_SECONDS_AHEAD = 1500


@dataclass(frozen=True)
class Kept:
    """What a phone is to send, of which moment, and by whom."""

    body: Json
    at: datetime
    who: dict[str, str]


class Volunteers:
    def __init__(self, caller: Caller, site: Site, seed: int) -> None:
        self._ask, self._site = caller.ask, site
        self._dice = random.Random(f"{seed} volunteers")
        self._nonces = itertools.count(1)
        self._next: dict[str, Iterator[str]] = {}
        self._unsent: list[Kept] = []
        self.turns: list[Turn] = []
        self.scans: Counter[str] = Counter()
        self.wrong: list[str] = []

    async def enter(self, client: Client, stops: Iterable[Json], count: int) -> None:
        """Enters volunteers, as many for each team as its share of the booths asks, with what its items need."""
        booths = Counter(each["team_code"] for stop in stops for each in _held(stop))
        needed: dict[str, set[str]] = defaultdict(set)
        for item in await client.all("/api/catalog/items"):
            if item["qualification"]:
                for team in item["teams"]:
                    needed[team].add(item["qualification"])
        for team, of_team in sorted(booths.items()):
            share = math.ceil(count * of_team / booths.total())
            many = min(EACH * of_team, max(2 * EACH, share))
            entered = [self._enter(client, team, no, needed[team]) for no in range(many)]
            self._next[team] = itertools.cycle(await asyncio.gather(*entered))
        await client.until(
            "dispatch knows the volunteers", partial(client.has_heard, "dispatch", "catalog")
        )

    async def _enter(self, client: Client, team: str, number: int, needed: set[str]) -> str:
        body = {
            "team_code": team,
            "name": f"志愿者{number}",
            "phone": f"138{sum(team.encode()):05}{number:03}",
            "consent_at": "2014-06-02T09:00:00+08:00",
            "consent_version": "synthetic",
        }
        key = f"{team}-{number}"
        made = await client.post("/api/catalog/volunteers", body, key=key)
        for name in needed:
            held = {"qualification": name, "granted_on": "2012-06-01"}
            path = f"/api/catalog/volunteers/{made['no']}/qualifications"
            await client.post(path, held, key=f"{key}-{name.encode().hex()[:20]}")
        return str(made["no"])

    async def rostered(
        self, stop: Json, begins: datetime, ends: datetime
    ) -> list[tuple[datetime, Act]]:
        """Leaders name who stands at a stop, and phones get what they need for it. Returns what its volunteers do, and
        when. None do anything where none were entered."""
        if not self._next:
            return []
        self._site.clock.reach(begins - timedelta(minutes=90))
        await self.synchronise()
        acts: list[tuple[datetime, Act]] = [(begins + NOT_CONNECTED, self.synchronise)]
        for booth in _held(stop):
            team = booth["team_code"]
            named = [next(self._next[team]) for _ in range(EACH)]
            leader = bearer(Role.LEADER, team_code=team, iss=self._site.issuer)
            path = f"/assignments/{booth['id']}/roster"
            await self._ask("POST", path, {"volunteers": named}, who=leader)
            shown = await self._ask("GET", f"/stops/{stop['id']}/check-in-code", who=leader)
            for no in named:
                way, spells = self._times(begins, ends)
                ahead = self._dice.randint(-MOST_SECONDS_AHEAD, MOST_SECONDS_AHEAD)
                own = self._own(no, team)
                turn = Turn(no, stop, booth["id"], own, leader, way, ahead, spells)
                self.turns.append(turn)
                acts += await self._acts(turn, pyotp.TOTP(shown["secret"]))
        return acts

    def _times(
        self, begins: datetime, ends: datetime
    ) -> tuple[Way, tuple[tuple[datetime, datetime], ...]]:
        dice = self._dice
        came = begins - timedelta(seconds=dice.randint(300, 2400))
        went = ends + timedelta(seconds=dice.randint(300, 2400))
        left = begins + timedelta(seconds=dice.randint(1800, 5400))
        back = left + timedelta(seconds=dice.randint(600, 1500))
        way = dice.choices(list(WAYS), list(WAYS.values()))[0]
        # On paper, both sides agree on one time from, and one to.
        if way not in EVIDENCE and dice.random() < WITH_BREAK:
            return way, ((came, left), (back, went))
        return way, ((came, went),)

    async def _acts(self, turn: Turn, code: pyotp.TOTP) -> list[tuple[datetime, Act]]:
        if turn.way == "absent":
            path = f"/stops/{turn.stop['id']}/absences"
            body = {"volunteer_no": turn.no}
            return [(turn.spells[0][1], partial(self._ask, "POST", path, body, who=turn.leader))]
        if turn.way in ("paper", "disputed"):
            return []
        marks = turn.marks
        if turn.way == "mended":
            marks[-1] = turn.spells[0][0] + timedelta(minutes=50), "out"  # by mistake
        if turn.way == "list":
            return [(at, partial(self._send, self._listed(turn, at, way))) for at, way in marks]
        path = f"/stops/{turn.stop['id']}/attendance"
        seen = await self._ask("GET", path, who=turn.own)
        acts: list[tuple[datetime, Act]] = []
        for at, way in marks:
            kept = self._scan(turn, at, way, {"code": code.at(at), "roster": seen["roster"]})
            if turn.way == "offline":
                acts.append((at, partial(self._keep, kept)))
                continue
            if self._dice.random() < MISTYPES:
                other = self._scan(turn, at, way, {"code": _another(code, at)})
                acts.append((at, partial(self._send, other, "code_unknown")))
            acts.append((at, partial(self._send, kept)))
            if turn.way == "code" and self._dice.random() < TICKED_TOO:
                beside = at + timedelta(minutes=2 if way == "in" else -2)
                acts.append((beside, partial(self._send, self._listed(turn, beside, way))))
        return acts

    def _scan(self, turn: Turn, at: datetime, way: str, more: Json) -> Kept:
        body = self._body(turn, way) | more
        body |= {"device_at": (at + timedelta(seconds=turn.ahead)).isoformat()}
        return Kept(body | {"device_ahead_seconds": turn.ahead}, at, turn.own)

    def _listed(self, turn: Turn, at: datetime, way: str) -> Kept:
        body = self._body(turn, way) | {"by": "list", "device_at": at.isoformat()}
        return Kept(body, at, turn.leader)

    def _body(self, turn: Turn, way: str) -> Json:
        nonce = f"{next(self._nonces):016}"
        return {"nonce": nonce, "stop_id": turn.stop["id"], "volunteer_no": turn.no, "way": way}

    async def _keep(self, kept: Kept) -> None:
        self._unsent.append(kept)

    async def synchronise(self) -> None:
        """Phones that were not connected send what they kept, the latest first, and twice: an answer got lost."""
        unsent, self._unsent = self._unsent, []
        await asyncio.gather(*(self._send(kept) for kept in (*reversed(unsent), *unsent)))

    async def _send(self, kept: Kept, fault: str | None = None) -> None:
        answer = await self._ask("POST", "/check-ins", kept.body, who=kept.who)
        self.scans[answer["outcome"]] += 1
        found = (answer["fault"] or {}).get("code"), datetime.fromisoformat(answer["at"])
        if found != (fault, kept.at):
            self.wrong.append(f"{kept.body} at {kept.at}: {answer}")

    async def key_sheets(self, stop: Json) -> None:
        """What was on paper, and what went wrong, is settled by both sides, or by the corps between them."""
        of_stop = [each for each in self.turns if each.stop is stop and each.way in EVIDENCE]
        for turn in of_stop:
            start, end, *_ = turn.hours
            self._site.clock.reach(end)
            asks, answers = turn.leader, turn.own
            if turn.way == "mended":
                asks, answers = answers, asks
            is_right = turn.way != "disputed"
            about = {"assignment_id": turn.booth_id, "volunteer_no": turn.no}
            about |= {"starts_at": start.isoformat()}
            said = end if is_right else end - timedelta(minutes=30)
            body = about | {"ends_at": said.isoformat(), "words": "按现场签到表"}
            claim = await self._ask("POST", "/hours-claims", body, who=asks)
            path = f"/hours-claims/{claim['id']}"
            reply = {"agrees": is_right, "words": "时间已核对"}
            await self._ask("POST", f"{path}/answer", reply, who=answers)
            if not is_right:
                verdict = {"accepts": False, "reason": "签到表抄错一行"}
                await self._ask("POST", f"{path}/decide", verdict)
                right = about | {"ends_at": end.isoformat(), "reason": "按签到表原件补录"}
                await self._ask("POST", "/hours", right)

    async def settle(self) -> None:
        """The last phones are connected; then the system says of all what was."""
        await self.synchronise()
        self.wrong += await disagreements(self._ask, self.turns)

    def figures(self) -> Json:
        """``hours``: entries of each class; ``scans``: by what came of them."""
        came = [turn for turn in self.turns if turn.way != "absent"]
        return {
            "volunteers": len({turn.no for turn in came}),
            "ways": dict(Counter(turn.way for turn in self.turns)),
            "scans": dict(self.scans),
            "hours": dict(Counter(turn.hours[3] for turn in came)),
            "minutes": sum(turn.hours[2] for turn in came),
        }

    def _own(self, no: str, team: str) -> dict[str, str]:
        claims = {"team_code": team, "volunteer_no": no, "sub": f"volunteer-{no}"}
        return bearer(Role.VOLUNTEER, iss=self._site.issuer, **claims)


def _held(stop: Json) -> list[Json]:
    return [each for each in stop["assignments"] if each["state"] == "accepted"]


def _another(code: pyotp.TOTP, at: datetime) -> str:
    right = {code.at(at + timedelta(seconds=seconds)) for seconds in (-30, 0, 30)}
    return next(each for each in ("000000", "000001", "000002", "000003") if each not in right)
