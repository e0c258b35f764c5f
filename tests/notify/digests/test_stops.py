"""From the plan to the rating: who hears of acceptances, releases, cancellations and totals."""

from datetime import date

from shared.contracts.dispatch import StopCancelled, StopCompleted, StopStarted, TeamReleased
from tests.notify.rui_an import (
    GAOLOU,
    assigned,
    booth_event,
    codes,
    directory,
    everything,
    first_revision,
    messages,
    moved,
    parked,
    published,
    said_no,
    said_yes,
    stop_event,
    tell,
)
from tests.support.house import House

STOP = f"s-{GAOLOU}"
TOWN = f"township.{GAOLOU}"
LATER = date(2014, 7, 1)


async def confirmations(house: House) -> list[str]:
    told = await messages(house, TOWN)
    return [message["subject"] for message in told if message["code"] == "message.stop_confirmed"]


async def test_the_township_hears_once_when_the_last_team_has_accepted(notify: House) -> None:
    await tell(notify, *directory(), *first_revision(), said_yes(STOP, "legal-advice", "justice"))
    assert await confirmations(notify) == []
    await tell(notify, said_yes(STOP, "health-clinic", "health"))
    assert await confirmations(notify) == ["6月27日 周五 上午的服务已全部确认"]
    text = (await messages(notify, TOWN, "en"))[-1]["text"]
    assert text.splitlines() == [
        "Fri 27 June, morning, 文化广场: the teams of all 2 booth(s) have accepted.",
        "  · Health clinic: Health, 3 volunteer(s)",
        "  · Legal advice: Justice, 3 volunteer(s)",
    ]


async def test_a_replacement_has_to_accept_as_well(notify: House) -> None:
    await tell(
        notify,
        *directory(),
        *first_revision(),
        said_yes(STOP, "health-clinic", "health"),
        said_no(STOP, "legal-advice", "justice"),
        assigned(STOP, "legal-advice", "lawyers", revision=2),
        published(revision=2, assignments=1),
    )
    assert await confirmations(notify) == []
    await tell(notify, said_yes(STOP, "legal-advice", "lawyers"))
    assert len(await confirmations(notify)) == 1


async def test_another_half_day_is_confirmed_anew(anywhere: House) -> None:
    booths = {"legal-advice": "justice", "health-clinic": "health"}
    await tell(
        anywhere,
        *directory(),
        *first_revision(),
        *(said_yes(STOP, item, team) for item, team in booths.items()),
        moved(STOP, to=LATER, revision=2),
        *(assigned(STOP, item, team, on=LATER, revision=2) for item, team in booths.items()),
        published(revision=2, stops=1, assignments=2),
        said_yes(STOP, "legal-advice", "justice", on=LATER),
    )
    assert len(await confirmations(anywhere)) == 1
    await tell(anywhere, said_yes(STOP, "health-clinic", "health", on=LATER))
    assert await confirmations(anywhere) == [
        "6月27日 周五 上午的服务已全部确认",
        "7月1日 周二 上午的服务已全部确认",
    ]


async def test_a_released_team_is_named_the_half_day_it_was_asked_for(notify: House) -> None:
    release = booth_event(
        TeamReleased, STOP, "legal-advice", "justice", on=LATER, reason_code="stop_moved"
    )
    await tell(notify, *directory(), *first_revision(), moved(STOP, to=LATER, revision=2), release)
    told = (await messages(notify, "team.justice"))[-1]
    assert told["subject"] == "不必前往：6月27日 周五 上午，高楼镇"
    assert "原因：站点改期" in told["text"]
    assert "the stop was moved" in (await messages(notify, "team.justice", "en"))[-1]["text"]


async def test_a_cancelled_stop_reaches_the_township_and_the_teams_still_expected(
    anywhere: House,
) -> None:
    await tell(
        anywhere,
        *directory(),
        *first_revision(),
        said_yes(STOP, "health-clinic", "health"),
        said_no(STOP, "legal-advice", "justice"),
        stop_event(StopCancelled, STOP, reason_code="weather"),
    )
    assert (await messages(anywhere, TOWN))[-1]["code"] == "message.stop_cancelled"
    assert "天气原因" in (await messages(anywhere, "team.health"))[-1]["text"]
    assert (await messages(anywhere, "team.health"))[-1]["code"] == "message.stop_cancelled_team"
    assert await codes(anywhere, "team.justice") == ["message.plan_published_team"]


async def test_nobody_is_told_twice_that_there_is_no_need_to_come(notify: House) -> None:
    await tell(notify, *directory(), *first_revision())
    released = booth_event(TeamReleased, STOP, "legal-advice", "justice", reason_code="weather")
    late = booth_event(TeamReleased, STOP, "health-clinic", "health", reason_code="weather")
    await tell(notify, released, stop_event(StopCancelled, STOP, reason_code="weather"), late)
    assert await codes(notify, "team.justice") == [
        "message.plan_published_team",
        "message.team_released",
    ]
    assert await codes(notify, "team.health") == [
        "message.plan_published_team",
        "message.stop_cancelled_team",
    ]


async def test_the_end_asks_the_township_to_rate_with_totals(notify: House) -> None:
    completed = stop_event(StopCompleted, STOP, booths=7, served=312, leaflets=450, follow_ups=3)
    await tell(notify, *directory(), *first_revision(), stop_event(StopStarted, STOP), completed)
    told = (await messages(notify, TOWN))[-1]
    assert told["subject"] == "请评价：6月27日 周五 上午，文化广场"
    assert "7 个摊位，服务 312 人次，发放资料 450 份，需跟进 3 件" in told["text"]
    assert "312 residents served" in (await messages(notify, TOWN, "en"))[-1]["text"]
    assert told["about"] == f"stop:{STOP}"


async def test_events_about_stops_never_heard_of_do_no_harm(notify: House) -> None:
    await tell(
        notify,
        said_yes("s-330381001000", "legal-advice", "justice"),
        said_no("s-330381001000", "legal-advice", "justice"),
        booth_event(
            TeamReleased,
            "s-330381002000",
            "legal-advice",
            "justice",
            reason_code="from_a_later_release",
        ),
        stop_event(StopCancelled, "s-330381003000", reason_code="from_a_later_release"),
        stop_event(StopStarted, "s-330381004000"),
    )
    assert await parked(notify) == []
    assert sorted(str(told[1]) for told in (await everything(notify)).values()) == [
        "message.assignment_declined",
        "message.stop_cancelled",
        "message.team_released",
    ]
