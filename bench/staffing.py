"""Does what the first queue measured shorten the next ones?

python -m bench.staffing [--quick] [--json]

The circuit of 2014 is lived through twice by the same residents (tests/service_day): two to three times as many come to
the clinic as its three volunteers can serve. Once everything stays as it was planned. The other time a coordinator
publishes, after each stop, the repaired plan in which later clinics have the volunteers that the queues asked for. What
residents waited at each stop is drawn, beside the target.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.report import arguments, print_table, require
from cli.client import Client
from services.dispatch.tickets.domain.sizing import TARGET_MINUTES
from tests.service_day.circuit import BEFORE, planned_circuit
from tests.service_day.site import Site
from tests.service_day.world import Booth, Circuit, Demand, Json
from tests.support.tokens import EVERYTHING, token

ITEM = "health-clinic"
CLINIC = Demand(residents=75, minutes=10)
SEED = 2014
STOPS, QUICK_STOPS = 15, 4


@dataclass
class Clinic:
    """A stop's clinic, as it was."""

    township: str
    volunteers: int
    wait_minutes: float
    turned_away: int


async def replay(folder: Path, stops: int, *, follows: bool) -> list[Clinic]:
    """``follows``: whether the coordinator publishes what the queues ask for."""
    site = Site(folder, BEFORE)
    try:
        await site.answers()
        plan_id = await planned_circuit(site)
        circuit = Circuit(site, SEED)
        try:
            for _ in range(stops):
                stop = (await circuit.stops(plan_id))[0]
                await circuit.live(stop, _clinic_only)
                if follows:
                    await _publish_repaired(site)
            return [_seen(booth) for booth in circuit.booths]
        finally:
            await circuit.close()
    finally:
        site.end()


def _clinic_only(_: Json, assignment: Json) -> Demand | None:
    return CLINIC if assignment["item_code"] == ITEM else None


def _seen(booth: Booth) -> Clinic:
    waited = [one.waited for one in booth.by_name.values() if one.waited is not None]
    mean = statistics.fmean(waited)
    return Clinic(booth.stop["township_name"], booth.places, round(mean, 1), booth.turned_away)


async def _publish_repaired(site: Site) -> None:
    """As the task leads a coordinator; the teams then accept their larger booths."""
    async with Client.at(site.url, token=token(*EVERYTHING, iss=site.issuer)) as client:
        tasks = (await client.get("/api/dispatch/tasks"))["items"]
        asked = next((task for task in tasks if task["code"] == "booth_to_staff"), None)
        if asked is None:
            return
        path = f"/api/dispatch/staffing/{asked['about'].partition(':')[2]}"

        async def repaired() -> Any:
            return (await client.get(path))["candidate_id"]

        candidate = f"/api/dispatch/candidates/{await client.until('it is repaired', repaired)}"
        found = await client.get(candidate)
        plan = await client.post(
            f"{candidate}/publish", {"revision": found["revision"]}, key=f"{candidate}/publish"
        )
        for stop in (await client.get(f"/api/dispatch/plans/{plan['plan_id']}"))["stops"]:
            for each in stop["assignments"]:
                if each["state"] == "offered" and stop["state"] == "planned":
                    accept = f"/api/dispatch/assignments/{each['id']}/accept"
                    await client.post(accept, key=accept)


def draw(file: Path, planned: list[Clinic], followed: list[Clinic]) -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "diancai"
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(8, 3.6), layout="constrained")
    numbers = range(1, len(planned) + 1)
    for clinics, name, colour in (
        (planned, "as planned: three volunteers", "#8f1d17"),
        (followed, "with the volunteers that the queues asked for", "#1d4f91"),
    ):
        axes.plot(numbers, [each.wait_minutes for each in clinics], "o-", label=name, color=colour)
    axes.axhline(TARGET_MINUTES, color="#555", linestyle="--", linewidth=1)
    axes.text(len(planned), TARGET_MINUTES + 0.5, "target", ha="right", color="#555")
    axes.set(xlabel="stop", ylabel="mean wait, minutes", ylim=(0, None))
    axes.set_xticks(list(numbers))
    axes.legend(frameon=False)
    figure.savefig(file, metadata={"Date": None})


def main() -> int:
    given = arguments(__doc__, "staffing")
    require("matplotlib")
    stops = QUICK_STOPS if given.quick else STOPS
    with tempfile.TemporaryDirectory() as folder:
        runs = []
        for name, follows in (("planned", False), ("followed", True)):
            (Path(folder) / name).mkdir()
            runs.append(asyncio.run(replay(Path(folder) / name, stops, follows=follows)))
    planned, followed = runs
    given.results.mkdir(parents=True, exist_ok=True)
    draw(given.results / "staffing.svg", planned, followed)
    rows = [
        (
            one.township,
            one.volunteers,
            one.wait_minutes,
            one.turned_away,
            other.volunteers,
            other.wait_minutes,
            other.turned_away,
        )
        for one, other in zip(planned, followed, strict=True)
    ]
    result = {
        "planned": [asdict(each) for each in planned],
        "followed": [asdict(each) for each in followed],
        "target_minutes": TARGET_MINUTES,
    }
    (given.results / "staffing.json").write_text(
        json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8"
    )
    if given.json:
        print(json.dumps(result, ensure_ascii=False))
        return 0
    heads = ("stop", "volunteers", "wait", "turned away", "volunteers then", "wait", "turned away")
    print_table("staffing", heads, rows)
    late = [each.wait_minutes for each in followed[1:]]
    print(f"after the first stop: at most {max(late)} minutes; target {TARGET_MINUTES}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
