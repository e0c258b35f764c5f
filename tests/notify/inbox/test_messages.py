"""Who is told what of orders and editions, in which language; and what people can do with it."""

from datetime import date

import pytest

from shared.contracts.catalog import TownshipChanged
from shared.contracts.notify import MessageDelivered, MessageDeliveredV2
from shared.contracts.requests import OrderCancelled, OrderReturned, ServiceRated
from tests.notify.rui_an import (
    GAOLOU,
    HULING,
    ORDER,
    accepted,
    codes,
    directory,
    edition,
    messages,
    ordered,
    parked,
    tell,
    township,
)
from tests.support.house import House

TOWN = f"township.{GAOLOU}"


async def test_an_accepted_order_is_in_the_inbox_in_the_readers_language(anywhere: House) -> None:
    await tell(anywhere, *directory(), ordered(), accepted())
    chinese, english = (
        (await messages(anywhere, TOWN))[0],
        (await messages(anywhere, TOWN, "en"))[0],
    )
    assert chinese["code"] == english["code"] == "message.order_accepted"
    assert chinese["subject"] == "点单已受理"
    assert "· 医疗义诊，预计 120 人" in chinese["text"].splitlines()
    assert english["subject"] == "Your order is accepted"
    assert "· Health clinic, about 120 people" in english["text"].splitlines()
    assert chinese["about"] == f"order:{ORDER}"
    assert chinese["read_at"] is None


async def test_a_submitted_order_goes_to_the_coordinator_by_the_townships_name(
    notify: House,
) -> None:
    await tell(notify, *directory(), ordered())
    assert (await messages(notify, "coordinator"))[0]["subject"] == "高楼镇提交了点单"
    assert (await messages(notify, "coordinator", "en"))[0]["subject"] == "Gaolou Town has ordered"
    assert await messages(notify, TOWN) == []


async def test_a_name_that_is_not_known_yet_is_shown_by_its_code_and_appears_later(
    notify: House,
) -> None:
    await tell(notify, ordered())
    assert (await messages(notify, "coordinator"))[0]["subject"] == f"{GAOLOU}提交了点单"
    await tell(notify, township(GAOLOU))
    assert (await messages(notify, "coordinator"))[0]["subject"] == "高楼镇提交了点单"


async def test_returned_twice_is_told_twice_and_redelivered_once(anywhere: House) -> None:
    returned = OrderReturned(order_id=ORDER, township_code=GAOLOU, reason_code="incomplete")
    story = [ordered(), (f"order:{ORDER}", returned)] * 2
    envelopes = [anywhere.envelope(*told) for told in story]
    for envelope in (*envelopes, *envelopes):
        await anywhere.broker.publish([envelope])
    assert await codes(anywhere, TOWN) == ["message.order_returned"] * 2
    assert "填写不完整" in (await messages(anywhere, TOWN))[0]["text"]
    assert await codes(anywhere, "coordinator") == ["message.service_ordered"] * 2


async def test_a_cancelled_order_is_told_to_both_sides(notify: House) -> None:
    cancelled = OrderCancelled(order_id=ORDER, township_code=GAOLOU, reason_code="days_impossible")
    await tell(notify, *directory(), ordered(), (f"order:{ORDER}", cancelled))
    assert await codes(notify, TOWN) == ["message.order_cancelled"]
    assert (await messages(notify, "coordinator"))[1]["subject"] == "高楼镇取消了点单"


async def test_a_rating_reaches_the_team(notify: House) -> None:
    rated = ServiceRated(
        order_id=ORDER,
        line_id="l1",
        township_code=GAOLOU,
        assignment_id="a1",
        team_code="health",
        item_code="health-clinic",
        item_name="医疗义诊",
        item_name_en="Health clinic",
        score=5,
    )
    await tell(notify, *directory(), (f"order:{ORDER}", rated))
    assert (await messages(notify, "team.health"))[0]["subject"] == "高楼镇评价了“医疗义诊”：5 分"
    assert (await messages(notify, "team.health", "en"))[0][
        "subject"
    ] == "Gaolou Town rated “Health clinic”: 5 of 5"


@pytest.mark.parametrize("edition_first", [True, False])
async def test_an_edition_is_told_to_every_township_whichever_came_first(
    anywhere: House, edition_first: bool
) -> None:
    lasting = edition(retires_on=date(2999, 12, 31))
    story = [lasting, township(GAOLOU), township(HULING)]
    await tell(anywhere, *(story if edition_first else [*story[1:], lasting]), township(GAOLOU))
    for code in (GAOLOU, HULING):
        told = await messages(anywhere, f"township.{code}")
        assert [message["subject"] for message in told] == ["新版服务目录：瑞安市2014年夏季菜单"]
        assert "6月1日 周日起生效" in told[0]["text"]
    assert "from Sun 1 June" in (await messages(anywhere, TOWN, "en"))[0]["text"]


async def test_an_edition_that_was_over_before_a_township_was_entered_is_no_news(
    notify: House,
) -> None:
    await tell(notify, edition(retires_on=date(2014, 12, 31)), township(GAOLOU))
    assert await messages(notify, TOWN) == []


async def test_what_is_stored_is_delivered_and_names_no_one(notify: House) -> None:
    await tell(notify, *directory(), ordered())
    await notify.client.put(
        "/api/notify/recipients/coordinator", json={"language": "en", "email": "duty@example.org"}
    )
    await tell(notify, accepted())
    delivered = await notify.published("notify")
    assert [type(event) for event in delivered] == [MessageDelivered, MessageDeliveredV2] * 2
    told = [event for event in delivered if isinstance(event, MessageDelivered)]
    assert [(event.recipient_id, event.channel, event.about) for event in told] == [
        ("coordinator", "inbox", f"order:{ORDER}"),
        (TOWN, "inbox", f"order:{ORDER}"),
    ]
    for event in told:
        assert set(event.model_dump()) == {"message_id", "recipient_id", "channel", "about"}
        assert "example.org" not in event.model_dump_json()


async def test_reading_is_noted_once(anywhere: House) -> None:
    await tell(anywhere, *directory(), ordered())
    unread = (await messages(anywhere, "coordinator"))[0]
    first = (await anywhere.client.post(f"/api/notify/messages/{unread['id']}/read")).json()
    again = (await anywhere.client.post(f"/api/notify/messages/{unread['id']}/read")).json()
    assert first["read_at"] is not None
    assert again == first
    listed = (await anywhere.client.get("/api/notify/recipients")).json()["items"]
    assert {entry["id"]: entry["unread"] for entry in listed}["coordinator"] == 0


async def test_counts_are_by_recipient_and_by_channel(anywhere: House) -> None:
    await tell(anywhere, *directory(), ordered(), accepted())
    counts = (await anywhere.client.get("/api/notify/messages/counts")).json()
    assert counts == {
        "total": 2,
        "by_recipient": {"coordinator": 1, TOWN: 1},
        "by_channel": {"inbox": 2, "email": 0},
    }


async def test_messages_are_paged_by_position_both_ways(anywhere: House) -> None:
    await tell(anywhere, *[ordered() for _ in range(5)])
    for newest_first in (False, True):
        seen: list[int] = []
        after = None
        while True:
            page = (
                await anywhere.client.get(
                    "/api/notify/recipients/coordinator/messages",
                    params={"limit": 2, "newest_first": newest_first}
                    | ({"after": after} if after else {}),
                )
            ).json()
            seen += [message["position"] for message in page["items"]]
            after = page["next_after"]
            if after is None:
                break
        assert len(set(seen)) == 5
        assert seen == sorted(seen, reverse=newest_first)


async def test_recipients_are_posts_with_both_names(notify: House) -> None:
    await tell(notify, *directory(), ordered("330381999000"))
    listed = (await notify.client.get("/api/notify/recipients", params={"limit": 500})).json()[
        "items"
    ]
    by_id = {entry["id"]: entry for entry in listed}
    assert by_id[TOWN] == {
        "id": TOWN,
        "name": "高楼镇",
        "name_en": "Gaolou Town",
        "language": "zh-CN",
        "has_email": False,
        "email": None,
        "unread": 0,
    }
    assert by_id["team.health"]["name_en"] == "Health"
    assert by_id["township.330381999000"]["name"] == "330381999000"
    assert by_id["coordinator"]["name"] == "志愿服务总队调度岗"


async def test_a_renamed_township_is_told_of_nothing_but_shown_anew(notify: House) -> None:
    name, event = township(GAOLOU)
    assert isinstance(event, TownshipChanged)
    await tell(
        notify, (name, event), (name, event.model_copy(update={"name": "高楼街道"})), ordered()
    )
    assert (await messages(notify, "coordinator"))[0]["subject"] == "高楼街道提交了点单"


async def test_language_and_address_are_set_and_the_address_is_never_shown(notify: House) -> None:
    await tell(notify, *directory())
    put = await notify.client.put(
        f"/api/notify/recipients/{TOWN}", json={"language": "en", "email": "gaolou＠example.org"}
    )
    assert put.status_code == 200
    assert (put.json()["language"], put.json()["has_email"]) == ("en", True)
    assert put.json()["email"] == "g****@e****.org"
    assert "example.org" not in put.text
    cleared = await notify.client.put(f"/api/notify/recipients/{TOWN}", json={"language": "zh-CN"})
    assert cleared.json()["has_email"] is False


@pytest.mark.parametrize(
    "address",
    [
        "",
        "高楼镇",
        "a@",
        "@b.org",
        "a b@example.org",
        "a@example.org\nBcc: x@y.org",
        "a@b@c.org",
        "张@例子.org",
    ],
)
async def test_an_address_that_no_mail_can_reach_is_refused(notify: House, address: str) -> None:
    await tell(notify, *directory())
    refused = await notify.client.put(
        f"/api/notify/recipients/{TOWN}", json={"language": "en", "email": address}
    )
    assert refused.status_code == 422
    assert (refused.json()["code"], refused.json()["field"]) == ("email_malformed", "email")
    assert refused.json()["remedy"]
    listed = (await notify.client.get("/api/notify/recipients")).json()["items"]
    assert not any(entry["has_email"] for entry in listed)


async def test_bad_input_names_the_field(notify: House) -> None:
    await tell(notify, *directory())
    refused = await notify.client.put(
        f"/api/notify/recipients/{TOWN}", json={"language": "fr", "emial": "a@b.org"}
    )
    assert {error["field"] for error in refused.json()["errors"]} == {"language", "emial"}
    paged = await notify.client.get(
        f"/api/notify/recipients/{TOWN}/messages", params={"after": "x", "limit": 501}
    )
    assert {error["field"] for error in paged.json()["errors"]} == {"after", "limit"}


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "recipients/township.330381000000/messages", "recipient.not_found"),
        ("GET", "recipients/nobody/stream", "recipient.not_found"),
        ("PUT", "recipients/team.nobody", "recipient.not_found"),
        ("POST", "messages/0197b2f0/read", "message.not_found"),
    ],
)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_what_does_not_exist_is_404_with_a_remedy(
    notify: House, method: str, path: str, code: str, language: str
) -> None:
    body = {"language": "en"} if method == "PUT" else None
    refused = await notify.client.request(
        method, f"/api/notify/{path}", json=body, headers={"Accept-Language": language}
    )
    assert refused.status_code == 404
    assert refused.json()["code"] == code
    assert refused.json()["remedy"]
    assert await parked(notify) == []


async def test_all_messages_are_marked_as_read_but_those_that_came_meanwhile(
    anywhere: House,
) -> None:
    await tell(anywhere, *directory(), ordered(), accepted())
    seen = await messages(anywhere, TOWN)
    cancelled = OrderCancelled(order_id=ORDER, township_code=GAOLOU, reason_code="other")
    await tell(anywhere, (f"order:{ORDER}", cancelled))
    path = f"/api/notify/recipients/{TOWN}/read"
    up_to = max(message["position"] for message in seen)
    for expected in (len(seen), 0):
        answer = await anywhere.client.post(path, json={"up_to": up_to})
        assert (answer.status_code, answer.json()) == (200, {"read": expected})
    now = await messages(anywhere, TOWN)
    unread = [message["code"] for message in now if message["read_at"] is None]
    assert len(unread) == len(now) - len(seen) == 1
    recipients = (await anywhere.client.get("/api/notify/recipients")).json()["items"]
    (town,) = (each for each in recipients if each["id"] == TOWN)
    assert town["unread"] == 1
