"""What happens to a published plan: mended at once where another team or half-day will do, else by a repair that is
queued, once."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.dispatch.planning.optimizer.repair import Repairer
from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.use_cases import runs
from services.dispatch.plans.use_cases.runs import GATHER
from shared.contracts.catalog import ServiceItemChanged, TeamChanged
from shared.contracts.dispatch import LineUnserved, StopCancelled, StopChanged
from shared.jobs.queue import take_due
from tests.dispatch import desk
from tests.dispatch.conftest import CAMPAIGN, GAOLOU, ITEMS, JUNE, accept_order
from tests.support.clock import PlayedClock
from tests.support.house import House

FIRST_DAY = date(2014, 6, 27)
LEGAL = ("justice", "lawyers")


async def published(house: House) -> Any:
    """The stops of a plan of all that is asked."""
    await desk.start_run(house)
    done = await desk.publish(house, await desk.next_candidate(house))
    return await desk.stops_of(house, done["plan_id"])


async def repairs(house: House) -> list[dict[str, Any]]:
    return [run for run in await desk.runs_of(house) if run["purpose"] == "repair"]


async def test_a_new_order_and_a_smaller_team_are_mended_with_few_changes(
    idle: House, clock: PlayedClock
) -> None:
    await published(idle)
    await accept_order(idle, "order-9", GAOLOU, ["legal-advice"])
    members = TeamChanged(
        code="health", name="医疗队", name_en="health", agency_code="a", agency_name="局", members=2
    )
    await idle.hear("team:health", members)
    assert [run["state"] for run in await repairs(idle)] == ["queued"]
    assert await take_due(idle.uow("dispatch"), PlanningRun, "too early") == []
    clock.move(seconds=GATHER.total_seconds())
    mended = await desk.next_candidate(idle)
    diff = await desk.diff_of(idle, mended)
    assert {(change["line_id"], change["how"]) for change in diff["changes"]} == {
        ("order-9-legal-advice", "added"),
        *((f"order-{n}-health-clinic", "lost") for n in range(3)),
    }
    assert {line["reason"] for line in diff["unserved"]} == {"unserved.too_few_volunteers"}
    assert "需要 3 人；最强的服务队 医疗队 只有 2 人" in diff["unserved"][0]["detail"]
    assert (await desk.publish(idle, mended))["state"] == "published"


async def test_a_repair_that_would_change_nothing_leaves_no_candidate(
    idle: House, clock: PlayedClock
) -> None:
    await published(idle)
    await accept_order(idle, "order-9", GAOLOU, ["牙科义诊"])
    clock.move(seconds=GATHER.total_seconds())
    await desk.finish_next(idle)
    assert [(run["state"], run["candidate_id"]) for run in await repairs(idle)] == [("done", None)]


async def test_a_booth_that_nobody_takes_queues_a_repair_that_asks_no_team_twice(
    idle: House, clock: PlayedClock
) -> None:
    booths = {
        booth["line_id"]: booth for stop in await published(idle) for booth in stop["assignments"]
    }
    await desk.decline(idle, booths["order-0-health-clinic"], "当天有手术")
    await desk.decline(idle, booths["order-0-health-clinic"], "当天有手术", status=409)
    assert [run["state"] for run in await repairs(idle)] == ["queued"]
    clock.move(seconds=GATHER.total_seconds())
    taken = await runs.prepare_run(idle.uow("dispatch"), await desk.due_run(idle))
    assert taken.effort.start is not None
    assert taken.effort.start.unserved == ()  # lost, and not left unserved by a planner
    circuit = Repairer().plan(taken.inputs.problem, taken.effort).circuit
    assert [line.line for line in circuit.unserved] == ["order-0-health-clinic"]


async def mended(house: House, clock: PlayedClock) -> Any:
    """The candidate of the repair that is queued, published."""
    assert [run["state"] for run in await repairs(house)] == ["queued"]
    clock.move(seconds=GATHER.total_seconds())
    candidate = await desk.next_candidate(house)
    await desk.publish(house, candidate)
    return candidate


async def test_what_a_stop_that_is_called_off_was_for_is_placed_on_another_day(
    idle: House, clock: PlayedClock
) -> None:
    stop = (await published(idle))[0]
    legal = desk.assignment_of(stop, "legal-advice")
    team, half_day = legal["team_code"], {"on": stop["on"], "part": stop["part"]}
    await desk.make_rule(idle, "pin", line_id=legal["line_id"], team_code=team, **half_day)
    await desk.call_off(idle, stop)
    assert (await desk.call_off(idle, stop, status=409))["state"] == "cancelled"
    rules = await desk.rules_of(idle)
    assert {(rule["does"], rule["on"]) for rule in rules} == {("forbid", stop["on"])}
    assert len(rules) == len(ITEMS)
    candidate = await mended(idle, clock)
    again = {
        b["line_id"]: b["on"] for b in candidate["booths"] if b["line_id"].startswith("order-0")
    }
    assert len(again) == len(ITEMS)
    assert stop["on"] not in again.values()


async def test_a_stop_without_another_half_day_is_called_off_and_its_lines_part(
    idle: House, clock: PlayedClock
) -> None:
    never_again = tuple(FIRST_DAY + timedelta(days=n) for n in range(1, 120))
    await accept_order(idle, "order-3", GAOLOU, ["farm-policy"], ruled_out_on=never_again)
    stop = (await published(idle))[0]
    assert (stop["on"], len(stop["assignments"])) == (FIRST_DAY.isoformat(), 4)
    called_off = await desk.postpone(idle, stop)
    assert (called_off["state"], called_off["reason_code"], called_off["reason"]) == (
        "cancelled",
        "weather",
        "台风预警",
    )
    assert (
        len(await desk.of_type(idle, StopCancelled)),
        await desk.of_type(idle, StopChanged),
    ) == (1, [])
    candidate = await mended(idle, clock)
    assert [line["line_id"] for line in candidate["unserved"]] == ["order-3-farm-policy"]
    assert {b["line_id"] for b in candidate["booths"]} >= {f"order-0-{item}" for item in ITEMS}


async def test_at_once_too_no_pin_and_no_ban_is_broken(idle: House) -> None:
    stop = (await published(idle))[0]
    booth = desk.assignment_of(stop, "legal-advice")
    other = {"justice": "lawyers", "lawyers": "justice"}[booth["team_code"]]
    await desk.make_rule(idle, "forbid", line_id=booth["line_id"], on="2014-06-30")
    assert (await desk.postpone(idle, stop))["on"] == "2014-07-01"
    await desk.make_rule(idle, "forbid", line_id=booth["line_id"], team_code=other)
    declined = await desk.decline(idle, booth, "当天开庭")
    assert {a["state"] for a in declined["assignments"] if a["item_code"] == "legal-advice"} == {
        "declined"
    }
    assert [event.reason_code for event in await desk.of_type(idle, LineUnserved)] == [
        "unserved.no_other_team"
    ]
    assert [run["state"] for run in await repairs(idle)] == ["queued"]


@pytest.mark.parametrize(
    ("does", "named", "allowed"),
    [
        ("pin", {"team_code": "justice"}, {"justice/27", "justice/28"}),
        (
            "pin",
            {"team_code": "justice", "on": date(2014, 6, 27), "part": "morning"},
            {"justice/27"},
        ),
        ("forbid", {"on": date(2014, 6, 27)}, {"justice/28", "lawyers/28"}),
        (
            "forbid",
            {"on": date(2014, 6, 27), "part": "afternoon"},
            {f"{t}/{d}" for t in LEGAL for d in (27, 28)},
        ),
    ],
)
def test_a_rule_says_of_one_half_day_what_it_says_of_a_plan(
    does: str, named: dict[str, Any], allowed: set[str]
) -> None:
    rule = PlanningRule(id="r", campaign_id=CAMPAIGN, does=does, made_at=JUNE, line_id="a", **named)
    found = {
        f"{team}/{day}"
        for team in LEGAL
        for day in (27, 28)
        if rule.allows("a", team, (date(2014, 6, day), "morning"))
    }
    assert found == allowed
    assert all(rule.allows("b", team, (FIRST_DAY, "morning")) for team in LEGAL)


def offered_by(*teams: str) -> ServiceItemChanged:
    return ServiceItemChanged(
        code="legal-advice",
        name=ITEMS["legal-advice"],
        name_en="legal-advice",
        category_code="welfare",
        teams=teams,
        volunteers_needed=3,
        minutes_per_resident=5,
    )


async def test_a_team_that_stops_offering_an_item_is_replaced_by_a_repair(
    idle: House, clock: PlayedClock
) -> None:
    """Heard early, twice, and too late to matter."""
    stops = await published(idle)
    stream, leaves = "item:legal-advice", idle.envelope("item:legal-advice", offered_by("lawyers"))
    stays = idle.envelope(stream, offered_by("lawyers"))
    for early_late_twice in (stays, leaves, leaves, stays):
        assert await idle.broker.publish([early_late_twice]) == [True]
    theirs = {
        a["line_id"] for stop in stops for a in stop["assignments"] if a["team_code"] == "justice"
    }
    assert theirs
    candidate = await mended(idle, clock)
    teams = {b["line_id"]: b["team_code"] for b in candidate["booths"] if b["line_id"] in theirs}
    assert teams == dict.fromkeys(theirs, "lawyers")
    await idle.hear(stream, offered_by("justice", "lawyers"), offered_by("lawyers"))
    assert [run["state"] for run in await repairs(idle)] == [
        "done"
    ]  # justice is expected nowhere any more


async def test_where_nothing_is_published_nothing_is_mended(idle: House) -> None:
    smaller = TeamChanged(
        code="health", name="医疗队", name_en="health", agency_code="a", agency_name="局", members=2
    )
    await idle.hear("team:health", smaller)
    await idle.hear("item:legal-advice", offered_by("lawyers"))
    assert await repairs(idle) == []


async def test_a_stop_is_postponed_to_a_day_that_is_ahead(idle: House, clock: PlayedClock) -> None:
    plan = await desk.publish_plan(idle, await desk.propose(idle))
    clock.now = datetime(2014, 7, 7, 2, tzinfo=UTC)
    path, reason = f"/stops/{plan['stops'][0]['id']}/postpone", {"reason_code": "weather"}
    asked = await desk.ask(idle, "POST", path, reason, status=409)
    assert [(d["code"], d["field"]) for d in asked["errors"]] == [
        ("moved_to_the_past", "not_before")
    ]
    moved = await desk.ask(idle, "POST", path, reason | {"not_before": "2014-07-07"})
    assert moved["on"] == "2014-07-07"
