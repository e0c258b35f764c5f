"""The circuit of 2014 up to its first stop, and then with residents and volunteers of dice."""

import random
import statistics
from collections import Counter
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cli.client import Client
from cli.demo import Demonstration
from tests.service_day.site import Site
from tests.service_day.world import BUSY_MINUTES, Circuit, Demand, DemandAt, Json, Resident
from tests.support.tokens import EVERYTHING, token

BEFORE = datetime(2014, 6, 26, 1, tzinfo=UTC)
"""The day before the first stop."""
LOADS = 0.7, 1.15
"""Of an item's booths, as a share of what they can serve."""
MEASURED_FROM = 1
"""Whoever was told to wait less is called at once, or nearly so: that says nothing of the forecast."""


@dataclass
class Lived:
    """What a circuit was, once it is over."""

    residents: list[Resident]
    booths: int
    stops: int
    turned_away: int
    kills: int
    without_connection: int
    volunteers: Json
    wrong: list[str]

    def figures(self) -> dict[str, Any]:
        """``without_connection`` counts what stewards' telephones told afterwards,
        ``error_minutes`` is the mean absolute error of the wait that was told; ``inside`` the share of waits that
        lie between the two bounds that were told."""
        told = [
            one
            for one in self.residents
            if one.waited is not None and one.told[1] >= MEASURED_FROM and not one.priority
        ]
        inside = sum(one.told[0] - 0.5 <= (one.waited or 0) <= one.told[2] + 0.5 for one in told)
        return {
            "stops": self.stops,
            "booths": self.booths,
            "residents": len(self.residents),
            "turned_away": self.turned_away,
            "fates": dict(Counter(one.fate for one in self.residents)),
            "kills": self.kills,
            "without_connection": self.without_connection,
            "told": len(told),
            "mean_wait_minutes": round(statistics.fmean(one.waited or 0 for one in told), 1),
            "error_minutes": round(
                statistics.fmean(abs((one.waited or 0) - one.told[1]) for one in told), 2
            ),
            "inside": round(inside / len(told), 3),
            "attendance": self.volunteers,
        }


async def live_through(
    folder: Path, seed: int, *, residents: int, volunteers: int, kills: int, stops: int
) -> Lived:
    """Plays the circuit's plan, and lives through its first ``stops``."""
    site = Site(folder, BEFORE)
    try:
        await site.answers()
        plan_id = await planned_circuit(site)
        kill_at = [(number + 1) * residents // (kills + 1) for number in range(kills)]
        circuit = Circuit(site, seed, kill_at=kill_at)
        try:
            planned = (await circuit.stops(plan_id))[:stops]
            booths = sum(len(stop["assignments"]) for stop in planned)
            demand_at = any_demand(seed, residents / booths)
            async with _client(site) as client:
                await circuit.volunteers.enter(client, planned, volunteers)
            for stop in planned:
                await circuit.live(stop, demand_at)
            await circuit.volunteers.settle()
        finally:
            await circuit.close()
    finally:
        site.end()
    came = circuit.residents
    wrong = circuit.wrong + circuit.volunteers.wrong
    wrong += [f"{one.name} has no fate" for one in came if not one.fate]
    turned_away = sum(booth.turned_away for booth in circuit.booths)
    served = circuit.volunteers.figures()
    return Lived(
        came,
        len(circuit.booths),
        len(planned),
        turned_away,
        site.kills,
        circuit.without_connection,
        served,
        wrong,
    )


def any_demand(seed: int, residents: float) -> DemandAt:
    """As many come to each booth; at some of them more than it can serve."""
    dice = random.Random(seed)
    minutes: dict[str, float] = {}

    def demand_at(stop: Json, assignment: Json) -> Demand:
        full = BUSY_MINUTES[stop["part"]] * assignment["volunteers"] / residents
        each = minutes.setdefault(assignment["item_code"], dice.uniform(*LOADS) * full)
        return Demand(residents, each)

    return demand_at


async def planned_circuit(site: Site) -> str:
    async with _client(site) as client:
        return await Demonstration(client).plan_circuit()


def _client(site: Site) -> AbstractAsyncContextManager[Client]:
    return Client.at(site.url, token=token(*EVERYTHING, iss=site.issuer))
