"""A team that was entered twice: what named the one that goes names the other, and nothing names it again."""

import asyncio
from collections.abc import Sequence
from typing import Any

from shared.contracts import Event
from shared.contracts.catalog import TeamChanged, TeamMerged, VolunteerChanged
from shared.kernel.access import Role
from tests.catalog.administering import ask, coordinator, ensure, signed_in
from tests.catalog.city import City
from tests.catalog.consultation.forum import EDITION, FOR, Forum
from tests.catalog.corps import ITEM, NAMES, put
from tests.catalog.successions.merging import compare, merge, values_of
from tests.catalog.survey.conftest import Asked
from tests.catalog.volunteers.test_volunteers import LIN
from tests.support.house import House
from tests.support.tokens import bearer

TEAM: dict[str, Any] = NAMES | {"agency_code": "bureau", "members": 5}
OFFERED: dict[str, Any] = {"item_code": "clinic", "offers": True, "times_a_week": 2}


async def team(house: House, code: str) -> Any:
    return (await house.client.get(f"/api/catalog/teams/{code}")).json()


async def merge_health(house: House, *, status: int = 200, **chosen: Any) -> Any:
    values = values_of(await team(house, "clinic-two"), **chosen)
    return await merge(house, "teams", "health", "clinic-two", values=values, status=status)


def merged_in(events: Sequence[Event]) -> list[tuple[str, str]]:
    return [(each.code, each.into_code) for each in events if isinstance(each, TeamMerged)]


async def test_what_names_a_team_is_shown_before_it_is_merged(forum: Forum) -> None:
    house = forum.house
    await forum.say(FOR, by=bearer(Role.LEADER, team_code="health"))
    await house.client.post("/api/catalog/volunteers", json=LIN)
    found = await compare(house, "teams", "health", "clinic-two")
    held = {each["what"]: (each["gone"], each["kept"]) for each in found["held"]}
    assert held == {
        "accounts": (0, 0),
        "contacts": (0, 0),
        "volunteers": (1, 0),
        "items": (1, 0),
        "survey_replies": (0, 0),
        "wish_replies": (0, 0),
        "opinions": (1, 0),
    }
    assert (found["different"], found["gone"]["code"]) == ([], "health")


async def test_the_team_that_stays_has_it_all_and_the_chosen_values(forum: Forum) -> None:
    house = forum.house
    said = await forum.say(FOR, by=bearer(Role.LEADER, team_code="health"))
    no = (await house.client.post("/api/catalog/volunteers", json=LIN)).json()["no"]
    kept = await merge_health(house, members=9, area=["330381125000"])
    assert (kept["code"], kept["members"], kept["area"]) == ("clinic-two", 9, ["330381125000"])
    gone = await team(house, "health")
    assert (gone["state"], gone["merged_into"]) == ("merged", "clinic-two")
    assert (await house.client.get("/api/catalog/items/clinic")).json()["teams"] == ["clinic-two"]
    person = (await house.client.get(f"/api/catalog/volunteers/{no}")).json()
    assert person["team_code"] == "clinic-two"
    leader = bearer(Role.LEADER, team_code="clinic-two")
    (read,) = (await forum.ask("GET", f"{EDITION}/opinions", by=leader))["items"]
    assert (read["id"], read["team_code"]) == (said["id"], "clinic-two")
    published = await house.published("catalog")
    told = [each for each in published if isinstance(each, TeamMerged | TeamChanged)]
    merged, changed = told[-2:]
    assert isinstance(merged, TeamMerged)
    assert isinstance(changed, TeamChanged)
    assert (merged.code, merged.into_code) == ("health", "clinic-two")
    assert (changed.code, changed.members, changed.area) == ("clinic-two", 9, ("330381125000",))
    assert [e.team_code for e in published if isinstance(e, VolunteerChanged)] == [
        "health",
        "clinic-two",
    ]
    listed = (await house.client.get("/api/catalog/teams")).json()["items"]
    assert [each["code"] for each in listed] == ["clinic-two"]
    history = await house.client.get(
        "/api/catalog/mergers", params={"kind": "team", "into": "clinic-two"}
    )
    assert [(e["code"], e["name"], e["merged_on"]) for e in history.json()] == [
        ("health", "卫生局", "2014-06-27")
    ]


async def test_nothing_names_a_merged_team_again(corps: House) -> None:
    await merge_health(corps)
    await put(corps, "teams/third", TEAM)
    refused = {
        "edited": await put(corps, "teams/health", TEAM | {"members": 6}, status=409),
        "offering": await put(
            corps, "items/clinic", ITEM | {"teams": ["health", "third"]}, status=422
        ),
        "merged again": await merge(
            corps, "teams", "health", "third", values=TEAM | {"area": []}, status=409
        ),
        "merged into": await merge(
            corps, "teams", "third", "health", values=TEAM | {"area": []}, status=409
        ),
    }
    assert {why: answer["code"] for why, answer in refused.items()} == dict.fromkeys(
        refused, "entry_merged"
    )
    assert "clinic-two" in refused["edited"]["detail"]
    for step in ("retire", "reinstate"):
        answer = await corps.client.post(f"/api/catalog/teams/health/{step}")
        assert (answer.status_code, answer.json()["code"]) == (409, "illegal_transition")
    entered = await corps.client.post("/api/catalog/volunteers", json=LIN)
    assert (entered.status_code, entered.json()["code"]) == (422, "entry_merged")


async def test_a_merger_is_refused_when_what_was_seen_has_changed(corps: House) -> None:
    seen = (await compare(corps, "teams", "health", "clinic-two"))["seen"]
    await put(corps, "teams/health", TEAM | {"members": 7})
    values = values_of(await team(corps, "clinic-two"))
    stale = await merge(
        corps, "teams", "health", "clinic-two", values=values, seen=seen, status=409
    )
    assert stale["code"] == "merged_entries_changed"
    assert (await team(corps, "health"))["state"] == "active"
    same = await merge(corps, "teams", "health", "health", values=values, status=422)
    assert (same["code"], same["field"]) == ("merged_with_itself", "into")
    await corps.client.post("/api/catalog/teams/clinic-two/retire")
    gone = await merge(corps, "teams", "health", "clinic-two", values=values, status=409)
    assert gone["code"] == "merged_into_retired"
    missing = await compare(corps, "teams", "health", "nobody", status=404)
    assert missing["code"] == "team.not_found"


async def test_two_mergers_at_once_end_as_one_after_the_other(forum: Forum) -> None:
    house = forum.house
    await put(house, "teams/third", TEAM)
    seen = {
        pair: (await compare(house, "teams", *pair))["seen"]
        for pair in (("health", "clinic-two"), ("clinic-two", "health"))
    }
    answers = await asyncio.gather(
        *(
            house.client.post(
                f"/api/catalog/teams/{code}/merge",
                json={"into": into, "values": TEAM | {"area": []}, "seen": digest},
            )
            for (code, into), digest in seen.items()
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(merged_in(await house.published("catalog"))) == 1


async def test_a_chain_ends_at_the_last_one(forum: Forum) -> None:
    house = forum.house
    await put(house, "teams/third", TEAM)
    await merge_health(house)
    values = values_of(await team(house, "third"))
    await merge(house, "teams", "clinic-two", "third", values=values)
    assert merged_in(await house.published("catalog")) == [
        ("health", "clinic-two"),
        ("health", "third"),
        ("clinic-two", "third"),
    ]
    assert (await house.client.get("/api/catalog/items/clinic")).json()["teams"] == ["third"]
    found = await house.client.get("/api/catalog/mergers", params={"kind": "team", "into": "third"})
    assert {(each["code"], each["into"]) for each in found.json()} == {
        ("health", "clinic-two"),
        ("clinic-two", "third"),
    }


async def test_answers_of_both_become_one_reply(asked: Asked) -> None:
    await asked.open()
    await asked.ask(
        "PUT",
        "/api/catalog/items/lecture",
        ITEM | {"name": "讲座", "teams": ["clinic-two"]},
    )
    await asked.answer("health", OFFERED)
    path = await asked.reply_of("health")
    body = {"name": "口腔检查", "text": "带一台检查仪来。"}
    await asked.ask("POST", f"{path}/proposals", body, team="health", status=201)
    await asked.decide("take-over")
    await merge_health(asked.house)
    (reply,) = (await asked.ask("GET", "/api/catalog/survey-replies", team="clinic-two"))["items"]
    form = await asked.ask("GET", f"/api/catalog/survey-replies/{reply['id']}", team="clinic-two")
    assert [
        (each["item_code"], each["line"]["times_a_week"])
        for each in form["questions"]
        if each["line"]
    ] == [("clinic", 2)]
    assert [each["name"] for each in form["proposals"]] == ["口腔检查"]
    survey = await asked.ask("GET", "/api/catalog/editions/summer-2014/survey")
    assert [each["team_code"] for each in survey["teams"]] == ["clinic-two"]
    assert (await asked.outcome())["state"] == "taken"


async def test_its_leader_signs_in_again_and_leads_the_other_team(city: City) -> None:
    headers = await coordinator(city)
    house = city.house
    house.client.headers.update(headers)
    await put(house, "agencies/bureau", NAMES)
    for code in ("health", "clinic-two"):
        await put(house, f"teams/{code}", TEAM)
    account = await ensure(city, "lin", Role.LEADER, team_code="health")
    before = await signed_in(city, "lin")
    await merge_health(house)
    assert (await house.client.get("/api/catalog/tasks", headers=before)).status_code == 401
    other = {"login": "wang", "roles": ["team_leader"], "team_code": "health"}
    invited = await ask(city, "", headers, **other)
    assert (invited.status_code, invited.json()["code"]) == (422, "team_retired")
    found = (await ask(city, "/search", headers, team_code="clinic-two")).json()["items"]
    assert [(each["id"], each["roles"]) for each in found] == [(account, ["team_leader"])]


async def test_an_agency_brings_its_teams(corps: House) -> None:
    await put(corps, "agencies/office", {"name": "卫计局", "name_en": "Health Office"})
    values = {"name": "卫计局", "name_en": "Health Office", "credit_code": None}
    await merge(corps, "agencies", "bureau", "office", values=values)
    assert {(await team(corps, code))["agency_code"] for code in ("health", "clinic-two")} == {
        "office"
    }
    told = [each for each in await corps.published("catalog") if isinstance(each, TeamChanged)]
    assert [(each.code, each.agency_name) for each in told] == [
        ("clinic-two", "卫计局"),
        ("health", "卫计局"),
    ]
    for refused in (
        await put(corps, "agencies/bureau", NAMES, status=409),
        await put(corps, "teams/fourth", TEAM, status=422),
    ):
        assert refused["code"] == "entry_merged"
    assert len((await corps.client.get("/api/catalog/agencies")).json()["items"]) == 1


async def test_likely_doubles_are_proposed(corps: House) -> None:
    await put(corps, "agencies/other", {"name": "卫 生 局（ 重 复）", "name_en": "x"})
    await put(corps, "agencies/sounds", {"name": "围生局", "name_en": "x"})
    found = (await corps.client.get("/api/catalog/doubles")).json()
    assert [(e["code"], e["other_code"], e["reasons"]) for e in found["agencies"]] == [
        ("sounds", "bureau", ["same_sound"])
    ]
    assert [(e["code"], e["other_code"], e["reasons"]) for e in found["teams"]] == [
        ("health", "clinic-two", ["same_name"])
    ]
    await merge_health(corps)
    assert (await corps.client.get("/api/catalog/doubles")).json()["teams"] == []
