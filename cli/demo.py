"""Plays the circuit of 2014 through the public APIs, as its users would: coordinator, townships, teams.

Every step first looks whether it is done, so the demonstration can be stopped anywhere, by any failure,
and begun again: it ends in the same state.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cli import scenario as s
from cli.client import Client, Json
from cli.confirmation import confirm_stop
from cli.incidents import note_incidents
from cli.making_menu import is_surveyed, make_menu, move_clock
from cli.pictures import PICTURES, drawn
from cli.residents import rate_booths

STEPS = (
    "directory",
    "survey",
    "consultation",
    "edition",
    "recipients",
    "orders",
    "plan",
    "decline",
    "acceptance",
    "postponement",
    "confirmation",
    "service",
    "ratings",
    "settling",
)
PUBLISHERS = ("catalog", "requests", "dispatch", "notify")
LISTENERS = PUBLISHERS
"""catalog listens too: to what the others answer about persons."""

PLANNING_SECONDS = 60
"""At most: the circuit is proved to be the best long before, in a second on a quiet machine."""

MEANT = (
    "edition_over",
    "stop_is_over",
    "moved_to_the_past",
    "edition_not_in_force",
    "day_in_the_past",
    "plan_in_the_past",
    "order_like_another",
    "qualification_is_over",
    "activity_in_the_past",
    "registration_is_over",
    "enrolment_in_the_past",
    "session_in_the_past",
)
"""What the story means. Where no clock plays 2014, its days are entered as what they are, past; and a township hands
in an order twice, which comes back as a duplicate."""

Beside = tuple[str, Callable[[], Awaitable[None]]]
"""A day, and what happens on it. It may be begun again at any time."""

Progress = Callable[[str, int, int], None]
"""Told after every piece of work: the step, pieces done, pieces in all."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """``summary`` is what ``diancai demo --json`` prints; ``plan`` the circuit as it ended."""

    summary: Json
    plan: Json
    orders: list[Json]


class Demonstration:
    def __init__(self, client: Client, progress: Progress = lambda step, done, total: None) -> None:
        self._client = client
        self._progress = progress
        self._scenario = s.ruian_2014()
        self._campaign = self._scenario.campaign["id"]
        self._campaign_day = self._scenario.campaign["starts_on"]
        client.confirms = MEANT

    async def play(self, beside: Sequence[Beside] = ()) -> Outcome:
        """``beside`` is what else happens while the circuit is under way, in the order of its days."""
        began = time.monotonic()
        plan_id = await self.plan_circuit()
        await self._serve(plan_id, beside)
        await self._rate()
        await self.settle()
        return await self._summarise(plan_id, round(time.monotonic() - began, 2))

    async def plan_circuit(self) -> str:
        """All that comes before the first stop's day. Gives the published plan's id."""
        await self.prepare()
        await self._address_recipients()
        await self._order()
        plan_id = await self._plan()
        await self._decline_one(plan_id)
        await self._accept(plan_id)
        await self._postpone_one(plan_id)
        await self._accept(plan_id)
        await self._confirm(plan_id)
        return plan_id

    async def prepare(self) -> None:
        """The directory and the menu, so that townships can order."""
        await self._enter_directory()
        await self._enter_campaign()
        await make_menu(self._client, self._progress)
        self._progress("edition", 1, 2)
        await move_clock(self._client, self._campaign_day)
        await self._client.until("requests knows the menu", self._menu_known)
        self._progress("edition", 2, 2)

    # --- catalog ---------------------------------------------------------------------------------
    async def _enter_directory(self) -> None:
        put = self._client.put
        sc = self._scenario
        await self._each(
            "directory",
            [
                put(
                    f"/api/catalog/agencies/{code}",
                    {"name": name, "name_en": code, "credit_code": sc.credit_code(code)},
                )
                for code, name in sc.agencies().items()
            ]
            + [put(f"/api/catalog/categories/{c['code']}", _names(c)) for c in sc.categories]
            + [
                put(
                    f"/api/catalog/townships/{t['code']}",
                    _names(t) | {"lat": t["lat"], "lon": t["lon"], "population": sc.population(t)},
                )
                for t in sc.townships
            ],
        )
        await self._each(
            "directory",
            [
                put(
                    f"/api/catalog/teams/{team['code']}",
                    _names(team)
                    | {"agency_code": team["agency_code"], "members": team["members"]}
                    | {"area": sc.area(team)},
                )
                for team in sc.teams
            ],
        )
        await self._each("directory", [self._enter_contact(each) for each in sc.contacts()])
        if await is_surveyed(self._client):
            return  # by an earlier run, which corrected the items by the teams' answers
        await self._each(
            "directory",
            [
                put(f"/api/catalog/items/{i['code']}", {k: v for k, v in i.items() if k != "code"})
                for i in sc.menu
            ],
        )
        await self._each("directory", [self._give_picture(code) for code in PICTURES])

    async def _give_picture(self, code: str) -> None:
        path = f"/api/catalog/items/{code}"
        if (await self._client.get(path))["picture"] is None:
            data = await asyncio.to_thread(drawn, PICTURES[code])
            await self._client.replace_file(f"{path}/picture", data)

    async def _enter_contact(self, contact: Json) -> None:
        of = {"holder": contact["holder"], "code": contact["code"]}

        async def entered() -> Json:
            return {"contacts": await self._client.get("/api/catalog/contacts", **of)}

        await self._client.ensure(
            entered, lambda said: bool(said["contacts"]), "/api/catalog/contacts", contact
        )

    async def _enter_campaign(self) -> None:
        said = self._scenario.campaign
        themes = [
            {"name": name, "name_en": name, "item_codes": list(s.ITEMS_ON_THEME)}
            for name in said["themes"]
        ]
        days = {"starts_on": said["starts_on"], "ends_on": said["ends_on"]}
        await self._client.put(
            f"/api/catalog/campaigns/{self._campaign}", _names(said) | days | {"themes": themes}
        )

    async def _menu_known(self) -> bool:
        editions = await self._client.all("/api/requests/editions")
        townships = await self._client.all("/api/requests/townships")
        campaigns = await self._client.all("/api/requests/campaigns")
        return (
            any(e["edition_id"] == s.EDITION for e in editions)
            and any(c["campaign_id"] == self._campaign for c in campaigns)
            and len(townships) >= len(self._scenario.townships)
        )

    # --- notify ----------------------------------------------------------------------------------
    async def _address_recipients(self) -> None:
        await self._client.until(
            "notify knows whom to tell", lambda: self._client.has_heard("notify", "catalog")
        )
        await self._each(
            "recipients",
            [
                self._client.put(
                    f"/api/notify/recipients/{recipient}", {"language": "zh-CN", "email": address}
                )
                for recipient, address in s.MAIL.items()
            ],
        )

    # --- requests --------------------------------------------------------------------------------
    async def _order(self) -> None:
        sc = self._scenario
        accepted = [
            self._place(township, "circuit", "accept", ("scheduled", "served", "rated", "closed"))
            for township in sc.townships
        ]
        returned = self._place(
            sc.township(s.RETURNED_TOWNSHIP), "again", "return", (), s.RETURN_REASON
        )
        cancelled = self._cancel(sc.township(s.CANCELLED_TOWNSHIP))
        await self._each("orders", [*accepted, returned, cancelled])

    async def _place(
        self,
        township: Json,
        purpose: str,
        verdict: str,
        beyond: tuple[str, ...],
        reason: Json | None = None,
    ) -> str:
        """A township's order, submitted and decided; gives its id."""
        order = await self._client.post(
            "/api/requests/orders",
            self.order_body(township),
            key=f"ruian-2014-{purpose}-{township['code']}",
        )
        path = f"/api/requests/orders/{order['id']}"
        decided = ("accepted", "returned", "cancelled", *beyond)

        async def read() -> Json:
            return dict(await self._client.get(path))

        await self._client.ensure(
            read, lambda o: o["state"] in ("submitted", *decided), f"{path}/submit"
        )
        await self._client.ensure(
            read, lambda o: o["state"] in decided, f"{path}/{verdict}", reason
        )
        return str(order["id"])

    async def _cancel(self, township: Json) -> None:
        order_id = await self._place(township, "withdrawn", "accept", ())
        path = f"/api/requests/orders/{order_id}"

        async def read() -> Json:
            return dict(await self._client.get(path))

        await self._client.ensure(
            read, lambda o: o["state"] == "cancelled", f"{path}/cancel", s.CANCEL_REASON
        )

    def order_body(self, township: Json) -> Json:
        return {
            "township_code": township["code"],
            "edition_id": s.EDITION,
            "campaign_id": self._campaign,
            "place": self._scenario.place(township),
            "lines": [
                {
                    "item_code": item["code"],
                    "expected_attendance": s.ATTENDANCE.get(item["code"], s.USUAL_ATTENDANCE),
                }
                for item in self._scenario.items
            ],
            "ruled_out_on": s.RULED_OUT.get(township["name"], []),
        }

    # --- dispatch --------------------------------------------------------------------------------
    async def _plan(self) -> str:
        """As a coordinator does it: a run, whose candidate is published when nothing better can be found."""
        await self._client.until("dispatch knows demand and supply", self._demand_known)
        self._progress("plan", 1, 3)
        run = await self._client.post(
            "/api/dispatch/planning-runs",
            {
                "campaign_id": self._campaign,
                "starts_on": self._scenario.campaign["starts_on"],
                "ends_on": self._scenario.campaign["ends_on"],
                "start_township_code": self._scenario.first_stop["township"],
                "seconds": PLANNING_SECONDS,
            },
            key="ruian-2014-planning-run",
        )
        await self._client.until("the circuit is planned", lambda: self._run_over(run["id"]))
        self._progress("plan", 2, 3)
        path = f"/api/dispatch/candidates/{run['candidate_id']}"
        candidate = await self._client.ensure(
            lambda: self._client.get(path),
            lambda found: found["state"] == "published",
            f"{path}/publish",
            {"revision": 1},
        )
        self._progress("plan", 3, 3)
        return str(candidate["plan_id"])

    async def _run_over(self, run_id: str) -> bool:
        run = await self._client.get(f"/api/dispatch/planning-runs/{run_id}")
        return run["state"] not in ("queued", "running")

    async def _demand_known(self) -> bool:
        """All that the circuit needs has arrived, and what was cancelled has gone."""
        demand = await self._client.all("/api/dispatch/demand", campaign_id=self._campaign)
        states = Counter(line["state"] for line in demand)
        if states["planned"] or states["served"]:
            return True  # by an earlier run
        wanted = len(self._scenario.townships) * len(self._scenario.items)
        cancelled = len(self._scenario.items)
        teams, items = (
            await self._client.all("/api/dispatch/teams"),
            await self._client.all("/api/dispatch/items"),
        )
        townships = await self._client.all("/api/dispatch/townships")
        return (
            states["open"] == wanted
            and states["cancelled"] == cancelled
            and len(teams) >= len(self._scenario.teams)
            and len(items) >= len(self._scenario.items)
            and len(townships) >= len(self._scenario.townships)
        )

    async def _stops(self, plan_id: str) -> list[Json]:
        plan = await self._client.get(f"/api/dispatch/plans/{plan_id}")
        return [stop for stop in plan["stops"] if stop["state"] != "cancelled"]

    async def _accept(self, plan_id: str) -> None:
        await self._each(
            "acceptance",
            [
                self._accept_booth(stop["id"], booth["id"])
                for stop in await self._stops(plan_id)
                for booth in stop["assignments"]
                if booth["state"] == "offered"
            ],
        )

    async def _confirm(self, plan_id: str) -> None:
        """Every township says that its half-day suits it."""
        await self._each(
            "confirmation",
            [confirm_stop(self._client, stop) for stop in await self._stops(plan_id)],
        )

    async def _accept_booth(self, stop_id: str, assignment_id: str) -> None:
        await self._client.ensure(
            self._stop_reader(stop_id),
            lambda found: _assignment(found, assignment_id)["state"] != "offered",
            f"/api/dispatch/assignments/{assignment_id}/accept",
        )

    async def _decline_one(self, plan_id: str) -> None:
        stops = await self._stops(plan_id)
        booths = [(stop, booth) for stop in stops for booth in stop["assignments"]]
        if not any(booth["state"] == "declined" for _, booth in booths):
            stop, booth = next(
                (stop, booth)
                for stop, booth in booths
                if stop["township_name"] == s.DECLINING_AT and booth["item_code"] == "legal-advice"
            )
            await self._client.ensure(
                self._stop_reader(stop["id"]),
                lambda found: _assignment(found, booth["id"])["state"] == "declined",
                f"/api/dispatch/assignments/{booth['id']}/decline",
                s.DECLINE_REASON,
            )
        self._progress("decline", 1, 1)

    async def _postpone_one(self, plan_id: str) -> None:
        stop = next(
            stop
            for stop in await self._stops(plan_id)
            if stop["township_name"] == s.POSTPONED_TOWNSHIP
        )
        await self._client.ensure(
            self._stop_reader(stop["id"]),
            lambda found: found["postponed_from"] is not None,
            f"/api/dispatch/stops/{stop['id']}/postpone",
            s.POSTPONE_REASON,
        )
        self._progress("postponement", 1, 1)

    async def _serve(self, plan_id: str, beside: Sequence[Beside]) -> None:
        """Each stop on its day, where a clock can be moved there; else a coordinator says why it is entered later."""
        ahead = list(beside)
        has_clock = await move_clock(self._client, self._campaign_day)
        late = {} if has_clock else {"off_day_reason": s.OFF_DAY_REASON}
        stops = sorted(
            await self._stops(plan_id), key=lambda stop: (stop["on"], stop["part"] == "afternoon")
        )
        for number, stop in enumerate(stops, start=1):
            while ahead and ahead[0][0] <= stop["on"]:
                day, act = ahead.pop(0)
                if has_clock:
                    await move_clock(self._client, day)
                await act()
            if stop["state"] == "completed":
                continue  # by an earlier run
            if has_clock:
                await move_clock(self._client, stop["on"], stop["part"])
            read, path = self._stop_reader(stop["id"]), f"/api/dispatch/stops/{stop['id']}"
            await self._client.ensure(
                read, lambda found: found["state"] != "planned", f"{path}/start", late
            )
            if number == 1 and has_clock:
                await rate_booths(self._client, stop["id"], s.FIRST_STOP_RATINGS)
            if number == 1:
                await self._key_queue(stop)
            await note_incidents(self._client, stop)
            booths = [
                {"assignment_id": booth["id"], **s.report(stop["position"], booth["item_code"])}
                for booth in stop["assignments"]
                if booth["state"] in ("accepted", "offered")
            ]
            await self._client.ensure(
                read,
                lambda found: found["state"] == "completed",
                f"{path}/reports",
                {"booths": booths} | late,
            )
            self._progress("service", number, len(stops))

    async def _key_queue(self, stop: Json) -> None:
        """The clinic's queue at the first stop, which was kept on paper."""
        booth = next(b for b in stop["assignments"] if b["item_code"] == s.QUEUED_AT)
        path = f"/api/dispatch/queues/{booth['id']}"
        served = s.report(stop["position"], s.QUEUED_AT)["served"]
        await self._client.ensure(
            lambda: self._client.get(path),
            lambda found: found["state"] == "ended",
            f"{path}/sheet",
            {"rows": s.queue_sheet(served)},
        )

    def _stop_reader(self, stop_id: str) -> Callable[[], Awaitable[Json]]:
        async def read() -> Json:
            return dict(await self._client.get(f"/api/dispatch/stops/{stop_id}"))

        return read

    # --- requests again --------------------------------------------------------------------------
    async def _rate(self) -> None:
        await self._client.until("requests knows what was served", self._all_served)
        orders = [order for order in await self._orders() if order["state"] in ("served", "rated")]
        await self._each(
            "ratings",
            [
                self._rate_line(order["id"], line["id"], s.rating(number, line["item_code"]))
                for number, order in enumerate(
                    sorted(orders, key=lambda order: order["township_code"])
                )
                for line in order["lines"]
                if line["state"] == "served" and line["rating"] is None
            ],
        )

    async def _rate_line(self, order_id: str, line_id: str, rating: Json) -> None:
        async def read() -> Json:
            order = await self._client.get(f"/api/requests/orders/{order_id}")
            return next(line for line in order["lines"] if line["id"] == line_id)

        await self._client.ensure(
            read,
            lambda line: line["rating"] is not None,
            f"/api/requests/orders/{order_id}/ratings",
            {"line_id": line_id, **rating},
        )

    async def _orders(self) -> list[Json]:
        return await self._client.all("/api/requests/orders", campaign_id=self._campaign)

    async def _all_served(self) -> bool:
        states = Counter(order["state"] for order in await self._orders())
        return states["served"] + states["rated"] + states["closed"] >= len(
            self._scenario.townships
        )

    # --- the end ---------------------------------------------------------------------------------
    async def settle(self) -> None:
        """Until every service has applied every event of the publishers it listens to."""
        await self._client.until("every event has found its effect", self._settled)
        self._progress("settling", 1, 1)

    async def _settled(self) -> bool:
        published = {
            p: sum((await self._client.get(f"/api/{p}/events/counts")).values()) for p in PUBLISHERS
        }
        for listener in LISTENERS:
            applied = await self._client.get(f"/api/{listener}/events/applied")
            if any(count != published[publisher] for publisher, count in applied.items()):
                return False
        again = {
            p: sum((await self._client.get(f"/api/{p}/events/counts")).values()) for p in PUBLISHERS
        }
        return again == published

    async def _summarise(self, plan_id: str, seconds: float) -> Outcome:
        plan = await self._client.get(f"/api/dispatch/plans/{plan_id}")
        stops = [stop for stop in plan["stops"] if stop["state"] == "completed"]
        orders = await self._orders()
        notices = await self._client.get("/api/notify/messages/counts")
        events: Counter[str] = Counter()
        heard: set[str] = set()
        for publisher in PUBLISHERS:
            events.update(await self._client.get(f"/api/{publisher}/events/counts"))
            heard |= set(await self._client.get(f"/api/{publisher}/events/subscriptions"))
        where: dict[tuple[str, str, str], set[str]] = {}
        for stop in stops:
            for booth in stop["assignments"]:
                if booth["state"] == "done":
                    where.setdefault((booth["team_code"], stop["on"], stop["part"]), set()).add(
                        stop["id"]
                    )
        first = stops[0]
        summary = {
            "townships_served": len({stop["township_code"] for stop in stops}),
            "orders": len(orders),
            "orders_by_fate": dict(sorted(Counter(order["state"] for order in orders).items())),
            "stops": len(stops),
            "booths_at_first_stop": sum(booth["state"] == "done" for booth in first["assignments"]),
            "double_bookings": sum(len(stop_ids) > 1 for stop_ids in where.values()),
            "events": events.total(),
            "events_without_consumer": sum(n for kind, n in events.items() if kind not in heard),
            "notices": notices["total"],
            "notices_per_recipient_max": max(notices["by_recipient"].values()),
            "seconds": seconds,
        }
        return Outcome(summary, plan, orders)

    async def _each(self, step: str, work: Sequence[Awaitable[Any]]) -> None:
        """Does the work side by side, and tells how far it is."""
        tasks = [asyncio.ensure_future(piece) for piece in work]
        try:
            for done, finished in enumerate(asyncio.as_completed(tasks), start=1):
                await finished
                self._progress(step, done, len(tasks))
        finally:  # where one fails, none is left behind half begun
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


def circuit_of(plan: Json) -> list[list[Any]]:
    """The circuit without ids, to compare runs: day, part, township, and who stood at which booth."""
    return [
        [
            stop["on"],
            stop["part"],
            stop["township_code"],
            sorted(
                [b["item_code"], b["team_code"]]
                for b in stop["assignments"]
                if b["state"] == "done"
            ),
        ]
        for stop in plan["stops"]
        if stop["state"] == "completed"
    ]


def _names(entry: Json) -> Json:
    return {"name": entry["name"], "name_en": entry["name_en"]}


def _assignment(stop: Json, assignment_id: str) -> Json:
    return next(booth for booth in stop["assignments"] if booth["id"] == assignment_id)
