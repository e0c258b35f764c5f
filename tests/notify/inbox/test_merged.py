"""A team or a volunteer was entered twice: messages of both are in one inbox, with what comes late."""

from shared.contracts.catalog import (
    PersonErased,
    TeamMerged,
    TownshipRecoded,
    VolunteerChanged,
    VolunteerMerged,
)
from shared.contracts.dispatch import StopCancelled
from tests.notify.inbox.test_new_codes import address
from tests.notify.rui_an import (
    FIRST_DAY,
    GAOLOU,
    HULING,
    Told,
    assigned,
    codes,
    directory,
    edition,
    first_revision,
    messages,
    scheduled,
    stop_event,
    tell,
)
from tests.support.house import House


def team_merged(code: str, into: str) -> Told:
    return f"team:{into}", TeamMerged(code=code, name="卫生队（重复）", name_en="H", into_code=into)


def volunteer_merged(no: str, into: str) -> Told:
    return f"volunteer:{into}", VolunteerMerged(volunteer_no=no, into_no=into)


def volunteer(no: str, *, active: bool = True) -> Told:
    event = VolunteerChanged(volunteer_no=no, team_code="health", active=active)
    return f"volunteer:{no}", event


async def set_address(house: House, recipient: str, email: str) -> None:
    body = {"language": "zh-CN", "email": email}
    answer = await house.client.put(f"/api/notify/recipients/{recipient}", json=body)
    assert answer.status_code == 200, answer.text


async def test_both_teams_messages_are_in_one_inbox_and_both_are_told(anywhere: House) -> None:
    await tell(anywhere, *directory(), *first_revision())
    await set_address(anywhere, "team.health", "health@example.org")
    told = team_merged("health", "justice")
    envelope = anywhere.envelope(*told)
    for _ in range(2):
        await anywhere.broker.publish([envelope])
    assert (await codes(anywhere, "team.health")) == []
    assert sorted(await codes(anywhere, "team.justice")) == [
        "message.plan_published_team",
        "message.plan_published_team",
        "message.team_merged",
    ]
    assert (await codes(anywhere, "coordinator")).count("message.team_merged") == 1
    assert (await address(anywhere, "team.justice"))[0] == "h****@e****.org"
    (shown,) = [
        each
        for each in await messages(anywhere, "team.justice")
        if each["code"] == "message.team_merged"
    ]
    assert "“卫生队（重复）”登记了两次，已合并为“司法志愿服务队”" in shown["text"]


async def test_what_comes_late_reaches_the_team_that_stays_once(anywhere: House) -> None:
    await tell(anywhere, *directory(), edition())
    await tell(anywhere, team_merged("middle", "justice"), team_merged("health", "middle"))
    gaolou = f"s-{GAOLOU}"
    await tell(
        anywhere,
        scheduled(gaolou, 1),
        assigned(gaolou, "health-clinic", "health"),
        assigned(gaolou, "legal-advice", "justice"),
        stop_event(StopCancelled, gaolou, on=FIRST_DAY, reason_code="weather"),
    )
    got = await codes(anywhere, "team.justice")
    assert got.count("message.stop_cancelled_team") == 1
    assert await codes(anywhere, "team.health") == []


async def test_a_volunteers_inbox_is_one(anywhere: House) -> None:
    await tell(anywhere, *directory(), volunteer("V-000001"), volunteer("V-000002"))
    await set_address(anywhere, "volunteer.V-000001", "lin@example.org")
    for _ in range(2):
        await tell(anywhere, volunteer_merged("V-000001", "V-000002"))
    assert (await address(anywhere, "volunteer.V-000002"))[0] == "l****@e****.org"
    assert (await address(anywhere, "volunteer.V-000001"))[0] is None
    await tell(anywhere, volunteer("V-000001", active=False))
    assert (await address(anywhere, "volunteer.V-000002"))[0] == "l****@e****.org"


async def test_nothing_is_left_of_an_erased_person_in_whatever_order_mergers_come(
    anywhere: House,
) -> None:
    await tell(anywhere, *(volunteer(f"V-00000{number}") for number in (1, 2, 3)))
    await set_address(anywhere, "volunteer.V-000001", "lin@example.org")
    erased = PersonErased(volunteer_no="V-000003", request_id="r1")
    third = "volunteer:V-000003"
    await tell(
        anywhere,
        # as catalog says it in the stream of the entry that stayed
        (third, VolunteerMerged(volunteer_no="V-000001", into_no="V-000003")),
        (third, VolunteerMerged(volunteer_no="V-000002", into_no="V-000003")),
        (third, erased),
        volunteer_merged("V-000001", "V-000002"),
    )
    listed = (await anywhere.client.get("/api/notify/recipients", params={"limit": 500})).json()
    assert [each["email"] for each in listed["items"] if each["id"].startswith("volunteer")] == [
        None
    ] * 3


async def test_a_township_that_becomes_part_of_another_brings_its_inbox(anywhere: House) -> None:
    await tell(anywhere, *directory(), edition())
    joined = TownshipRecoded(code=GAOLOU, new_code=HULING, valid_from=FIRST_DAY, joins=True)
    for _ in range(2):
        await tell(anywhere, (f"township:{GAOLOU}", joined))
    assert await codes(anywhere, f"township.{GAOLOU}") == []
    got = await codes(anywhere, f"township.{HULING}")
    assert (got.count("message.edition_published"), got[-1]) == (2, "message.township_joined")
    shown = (await messages(anywhere, f"township.{HULING}"))[-1]
    assert f"自6月27日 周五起，代码为 {GAOLOU} 的镇街并入湖岭镇" in shown["text"], shown["text"]
