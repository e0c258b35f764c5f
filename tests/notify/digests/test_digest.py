"""One message per recipient and revision, whatever the order, and however often things are delivered."""

import asyncio
import random
from collections import defaultdict
from datetime import date

import pytest

from shared.eventlog.envelope import Envelope
from tests.notify.conftest import NewNotify
from tests.notify.rui_an import (
    GAOLOU,
    HULING,
    Told,
    assigned,
    codes,
    directory,
    everything,
    first_revision,
    messages,
    moved,
    parked,
    published,
    said_no,
    scheduled,
    tell,
    unserved,
)
from tests.support.house import House

LATER = date(2014, 7, 1)
STOP = f"s-{GAOLOU}"


def interleaved(envelopes: list[Envelope], seed: int) -> list[Envelope]:
    """The same events in another order, each stream still in its own."""
    rng = random.Random(seed)
    streams: defaultdict[str, list[Envelope]] = defaultdict(list)
    for envelope in envelopes:
        streams[envelope.aggregate_id].append(envelope)
    mixed = []
    while streams:
        stream = rng.choice(sorted(streams))
        mixed.append(streams[stream].pop(0))
        if not streams[stream]:
            del streams[stream]
    return mixed


def envelopes_of(house: House, story: list[Told]) -> list[Envelope]:
    return [house.envelope(stream, event) for stream, event in story]


async def test_a_plan_is_one_message_for_each_who_is_concerned(notify: House) -> None:
    await tell(notify, *directory(), *first_revision())
    town = (await messages(notify, f"township.{GAOLOU}"))[0]
    assert town["subject"] == "服务安排已发布：红七月、服务月"
    assert town["text"].splitlines() == [
        "“红七月、服务月”6月27日 周五至7月16日 周三，与您有关的是：",
        "6月27日 周五 上午，文化广场：",
        "　· 医疗义诊：医疗卫生志愿服务队，志愿者 3 人",
        "　· 法律咨询：司法志愿服务队，志愿者 3 人",
        "未能安排：惠农政策宣传（原因：没有服务队承接这个项目）",
    ]
    team = (await messages(notify, "team.health", "en"))[0]
    assert team["subject"] == "Schedule published: Red July, Month of Service"
    assert team["text"].splitlines()[1:] == [
        "Fri 27 June, morning, 文化广场, Gaolou Town: Health clinic, 3 volunteer(s)",
        "Fri 27 June, afternoon, 文化广场, Huling Town: Health clinic, 3 volunteer(s)",
    ]
    summary = (await messages(notify, "coordinator"))[0]
    assert "站点 2 个，派单 3 项，未能安排 1 项" in summary["text"]
    assert "6月27日 周五 下午，湖岭镇，文化广场" in summary["text"]
    stored = await everything(notify)
    assert sorted(str(message[0]) for message in stored.values()) == [
        "coordinator",
        "team.health",
        "team.justice",
        f"township.{HULING}",
        f"township.{GAOLOU}",
    ]
    assert {str(message[0]): message[3] for message in stored.values()} == {
        "coordinator": "plan:p1",
        "team.health": "plan:p1",
        "team.justice": "plan:p1",
        # Each has one stop, and answers on its page.
        f"township.{GAOLOU}": f"stop:s-{GAOLOU}",
        f"township.{HULING}": f"stop:s-{HULING}",
    }


async def test_who_is_asked_reads_until_when(notify: House) -> None:
    """What is to be answered until the same day is told together."""
    first, later = date(2014, 6, 24), date(2014, 6, 25)
    stop = f"s-{HULING}"
    await tell(
        notify,
        *directory(),
        scheduled(STOP, 1, until_on=first),
        assigned(STOP, "legal-advice", "justice", until_on=first),
        assigned(STOP, "health-clinic", "health", until_on=first),
        scheduled(stop, 2, part="afternoon", until_on=first),
        assigned(stop, "health-clinic", "health", part="afternoon", until_on=first),
        scheduled(f"{stop}-2", 3, on=LATER, township_code=HULING, until_on=later),
        assigned(
            f"{stop}-2",
            "health-clinic",
            "health",
            on=LATER,
            township_code=HULING,
            until_on=later,
        ),
        unserved(GAOLOU, "farm-policy"),
        published(stops=3, assignments=4, unserved=1),
    )
    town = (await messages(notify, f"township.{GAOLOU}"))[0]
    assert town["text"].splitlines()[-2:] == [
        "　以上请在 6月24日 周二 前确认，或说明希望换到哪天。",
        "未能安排：惠农政策宣传（原因：没有服务队承接这个项目）",
    ]
    neighbour = (await messages(notify, f"township.{HULING}", "en"))[0]
    assert [line for line in neighbour["text"].splitlines() if "Please" in line] == [
        "  Please confirm the above by Tue 24 June, or ask for another day.",
        "  Please confirm the above by Wed 25 June, or ask for another day.",
    ]
    assert (town["about"], neighbour["about"]) == (f"stop:{STOP}", "plan:p1")
    team = (await messages(notify, "team.health"))[0]
    assert [line[:7] for line in team["text"].splitlines()[1:]] == [
        "6月27日 周",
        "6月27日 周",
        "　以上请在 6",
        "7月1日 周二",
        "　以上请在 6",
    ]
    assert "6月24日 周二 前答复是否接单" in team["text"]


async def test_nothing_is_told_before_everything_is_known(notify: House) -> None:
    story = first_revision()
    await tell(notify, story[-2], story[-1], *story[:4])  # the plan's own stream comes first
    assert await everything(notify) == {}
    await tell(notify, story[4])
    assert len(await everything(notify)) == 5


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_gives_the_same_messages(new_notify: NewNotify, seed: int) -> None:
    async with new_notify() as first, new_notify() as second:
        story = envelopes_of(first, [*directory(), *first_revision()])
        for envelope in story:
            await first.broker.publish([envelope])
        await second.broker.publish(interleaved(story, seed))
        assert await everything(second) == await everything(first)
        assert await parked(second) == []


async def test_duplicates_and_shuffled_streams_count_once(anywhere: House) -> None:
    story = envelopes_of(anywhere, first_revision())
    rng = random.Random(14)
    for _ in range(3):  # what comes too early is parked, and applied when its turn comes
        rng.shuffle(story)
        for envelope in story:
            await anywhere.broker.publish([envelope, envelope])
    assert len(await everything(anywhere)) == 5
    counts = (await anywhere.client.get("/api/notify/messages/counts")).json()
    assert counts["total"] == 5
    assert await parked(anywhere) == []


async def test_events_on_all_queues_at_once_are_counted_exactly(anywhere: House) -> None:
    story = envelopes_of(anywhere, first_revision())
    streams: defaultdict[str, list[Envelope]] = defaultdict(list)
    for envelope in story:
        streams[envelope.aggregate_id].append(envelope)
    outcomes = await asyncio.gather(
        *(anywhere.broker.publish(stream) for stream in streams.values())
    )
    assert all(all(outcome) for outcome in outcomes)
    assert len(await everything(anywhere)) == 5


async def test_a_replacement_is_a_small_digest_of_its_own(anywhere: House) -> None:
    await tell(anywhere, *directory(), *first_revision())
    before = set(await everything(anywhere))
    await tell(
        anywhere,
        said_no(STOP, "legal-advice", "justice"),
        assigned(STOP, "legal-advice", "lawyers", revision=2),
        published(revision=2, assignments=1),
    )
    new = {key: told for key, told in (await everything(anywhere)).items() if key not in before}
    assert sorted((str(told[0]), str(told[1])) for told in new.values()) == [
        ("coordinator", "message.assignment_declined"),
        ("coordinator", "message.plan_revised_coordinator"),
        ("team.lawyers", "message.plan_revised_team"),
        (f"township.{GAOLOU}", "message.plan_revised_township"),
    ]
    town = (await messages(anywhere, f"township.{GAOLOU}"))[-1]
    assert town["text"].splitlines()[1:] == [
        "6月27日 周五 上午，文化广场：",
        "　· 法律咨询：律师志愿服务队，志愿者 3 人",
    ]
    declined = (await messages(anywhere, "coordinator"))[-2]
    assert declined["subject"] == "司法志愿服务队不能接单：法律咨询"
    assert "当天另有任务" in declined["text"]


async def test_a_line_that_loses_its_place_is_told_with_the_reason(notify: House) -> None:
    await tell(notify, *directory(), *first_revision())
    await tell(
        notify,
        said_no(STOP, "legal-advice", "justice"),
        unserved(GAOLOU, "legal-advice", revision=2),
        published(revision=2, unserved=1),
    )
    town = (await messages(notify, f"township.{GAOLOU}", "en"))[-1]
    assert town["text"].splitlines()[1:] == [
        "Without a place: Legal advice (no team offers this item)"
    ]


async def test_a_moved_stop_shows_the_old_day_beside_the_new(anywhere: House) -> None:
    await tell(anywhere, *directory(), *first_revision())
    await tell(
        anywhere,
        moved(STOP, to=LATER, revision=2),
        assigned(STOP, "health-clinic", "health", on=LATER, revision=2),
        assigned(STOP, "legal-advice", "lawyers", on=LATER, revision=2),
        published(revision=2, stops=1, assignments=2),
    )
    town = (await messages(anywhere, f"township.{GAOLOU}"))[-1]
    assert town["subject"] == "服务安排有调整：红七月、服务月（第 2 版）"
    assert (
        town["text"].splitlines()[1]
        == "6月27日 周五 上午 → 7月1日 周二 上午，文化广场（原因：天气原因）："
    )
    english = (await messages(anywhere, f"township.{GAOLOU}", "en"))[-1]
    assert (
        english["text"]
        .splitlines()[1]
        .startswith("Fri 27 June, morning → Tue 1 July, morning, 文化广场")
    )
    kept = (await messages(anywhere, "team.health"))[-1]
    assert "6月27日 周五 上午 → 7月1日 周二 上午" in kept["text"]
    newcomer = (await messages(anywhere, "team.lawyers"))[-1]
    assert "→" not in newcomer["text"]
    assert "→" in (await messages(anywhere, "coordinator"))[-1]["text"]
    assert await codes(anywhere, f"township.{HULING}") == ["message.plan_published_township"]


async def test_revisions_that_cross_do_not_mix(new_notify: NewNotify) -> None:
    async with new_notify() as house:
        second = [
            assigned(STOP, "legal-advice", "lawyers", revision=2),
            published(revision=2, assignments=1),
        ]
        story = envelopes_of(
            house, [*first_revision(), said_no(STOP, "legal-advice", "justice"), *second]
        )
        plan = [envelope for envelope in story if envelope.aggregate_id.startswith("plan:")]
        stops = [envelope for envelope in story if envelope.aggregate_id.startswith("stop:")]
        await house.broker.publish([*plan, *stops])
        assert await codes(house, "team.lawyers") == ["message.plan_revised_team"]
        assert await codes(house, "team.justice") == ["message.plan_published_team"]


async def test_an_empty_revision_is_told_to_the_coordinator_alone(notify: House) -> None:
    await tell(notify, published(revision=3))
    assert [told[0] for told in (await everything(notify)).values()] == ["coordinator"]


async def test_a_long_list_is_cut_and_says_so(notify: House) -> None:
    item = unserved(GAOLOU, "farm-policy")[1]
    lines = [
        ("plan:p1", item.model_copy(update={"line_id": f"l{number:03}"})) for number in range(230)
    ]
    await notify.broker.publish(envelopes_of(notify, [*lines, published(unserved=230)]))
    town = (await messages(notify, f"township.{GAOLOU}"))[0]
    assert len(town["text"].splitlines()) == 202
    assert "另有 30 项" in town["text"].splitlines()[-1]
