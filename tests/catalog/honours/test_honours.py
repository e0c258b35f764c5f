"""Honours: nominated, shown for seven days, objected to, answered, awarded, and what ends one."""

from typing import Any

from services.catalog.honours.use_cases.awarding import end_expired
from shared.kernel.text import UnreadableText, shown
from shared.privacy.personal_data import personal_data_in
from tests.catalog.corps import put
from tests.catalog.counter import (
    AUDITOR,
    CATALOG,
    COORDINATOR,
    LEADER,
    NAMES,
    OFFICER,
    OTHER_LEADER,
    WINDOW,
    Counter,
    agree,
)
from tests.support.fixtures import on_sqlite
from tests.support.hostile_texts import HOSTILE_TEXTS

CITATION = "半年办结 820 件，零投诉。"


async def nominated(counter: Counter, headers: Any = LEADER) -> str:
    """A model post; gives the honour's id."""
    made = await counter.did(
        "honours",
        headers,
        award="model_post",
        window_code="registry",
        post_id=counter.posts[0],
        citation=CITATION,
        grounds="窗口评价器记录",
        links=["https://intranet.example.gov.cn/a"],
    )
    return str(made["id"])


async def person_nominated(counter: Counter, place: int) -> str:
    await counter.hold(place)
    made = await counter.did(
        "honours",
        LEADER,
        award="service_model",
        window_code="registry",
        volunteer_no=counter.clerks[place],
        citation=CITATION,
    )
    return str(made["id"])


async def public_page(counter: Counter) -> str:
    answer = await counter.house.client.get(
        f"{CATALOG}/public/honours", headers={"Authorization": "", "Accept": "text/html"}
    )
    assert answer.status_code == 200
    assert "<script" not in answer.text
    return answer.text


async def test_a_post_is_honoured_after_seven_days_and_every_answer(counter: Counter) -> None:
    honour = await nominated(counter)
    path = f"honours/{honour}"
    assert (await counter.house.client.get(f"{CATALOG}/{path}", headers=OFFICER)).status_code == 404
    early = await counter.ask(f"{path}/objections", OFFICER, text="排队太久")
    assert early.json()["code"] == "illegal_transition"
    short = await counter.ask(f"{path}/publicise", until_on="2014-07-02")
    assert short.json()["code"] == "publicity_too_short"
    assert "7月3日" in short.json()["detail"] + short.json()["remedy"]
    await counter.did(f"{path}/publicise", until_on="2014-07-03")
    seen = await counter.read(path, OFFICER)
    assert (seen["citation"], seen["grounds"], seen["links"]) == (CITATION, None, [])
    assert CITATION in await public_page(counter)
    objection = await counter.did(f"{path}/objections", OFFICER, text="周五下午常没人")
    nameless = await counter.ask(f"{path}/objections", COORDINATOR, text="居民来电")
    assert nameless.json()["code"] == "came_by_missing"
    await counter.did(f"{path}/objections", text="等了一小时", came_by="telephone")
    assert len(await counter.read(f"{path}/objections", OFFICER)) == 1
    assert len(await counter.read(f"{path}/objections", AUDITOR)) == 2
    assert await counter.read(f"{path}/objections", OTHER_LEADER) == []
    award = {"awarding_body": "市直机关党工委", "expires_on": "2015-07-03"}
    assert (await counter.ask(f"{path}/award", **award)).json()["code"] == "publicity_not_over"
    counter.clock.move(days=7)
    late = await counter.ask(f"{path}/objections", OFFICER, text="再补一条")
    assert late.json()["code"] == "objections_over"
    assert (await counter.ask(f"{path}/award", **award)).json()["code"] == "objections_unanswered"
    for each in await counter.read(f"{path}/objections"):
        await counter.did(
            f"objections/{each['id']}/answer", text="已核实，周五有人值守", upheld=False
        )
    twice = await counter.ask(f"objections/{objection['id']}/answer", text="再答", upheld=True)
    assert twice.json()["code"] == "illegal_transition"
    (mine,) = await counter.read(f"{path}/objections", OFFICER)
    assert mine["answer"] == "已核实，周五有人值守"
    done = await counter.did(f"{path}/award", **award)
    assert (done["state"], done["awarded_on"]) == ("awarded", "2014-07-04")
    told = await counter.events("HonourPublicised", "HonourAwarded", "ObjectionAnswered")
    assert not any(CITATION in each.model_dump_json() for each in told)
    assert not any("周五" in each.model_dump_json() for each in told)


async def test_a_person_is_named_in_public_only_by_consent(counter: Counter) -> None:
    for place in (0, 1):
        honour = await person_nominated(counter, place)
        await counter.did(f"honours/{honour}/publicise", until_on="2014-07-03")
    page = await public_page(counter)
    assert "王小一" in page
    assert "王小二" not in page
    assert counter.clerks[1] in page
    await agree(counter.house, counter.clerks[0])
    assert "王小一" not in await public_page(counter)


async def test_an_award_is_recorded_and_ends(counter: Counter) -> None:
    honour = await person_nominated(counter, 1)
    await counter.did(f"honours/{honour}/publicise", until_on="2014-07-03")
    counter.clock.move(days=8)
    await counter.did(
        f"honours/{honour}/award", awarding_body="市直机关党工委", expires_on="2014-07-31"
    )
    (award,) = await counter.read(f"volunteers/{counter.clerks[1]}/awards", counter.second)
    assert (award["awarded_on"], award["awarding_body"]) == ("2014-07-05", "市直机关党工委")
    counter.clock.move(days=30)
    uow = counter.house.uow("catalog")
    for _ in range(2):
        await end_expired(uow)
    assert len(await counter.events("HonourExpired")) == 1
    (award,) = await counter.read(f"volunteers/{counter.clerks[1]}/awards", counter.second)
    assert award["state"] == "expired", "what was awarded stays in the record"
    gone = await counter.ask(f"honours/{honour}/withdraw", reason_code="conduct")
    assert gone.json()["code"] == "illegal_transition"


async def test_an_award_is_withdrawn_with_a_reason(counter: Counter) -> None:
    honour = await nominated(counter, COORDINATOR)
    await counter.did(f"honours/{honour}/publicise", until_on="2014-07-03")
    counter.clock.move(days=8)
    await counter.did(
        f"honours/{honour}/award", awarding_body="市直机关党工委", expires_on="2015-07-31"
    )
    done = await counter.did(f"honours/{honour}/withdraw", reason_code="conduct", reason="查实投诉")
    assert (done["state"], done["reason_code"]) == ("withdrawn", "conduct")
    assert done["reason"] == "查实投诉"
    for others in (LEADER, OFFICER):
        seen = await counter.read(f"honours/{honour}", others)
        assert (seen["reason_code"], seen["reason"]) == ("conduct", None), "words are for the corps"
    assert CITATION not in await public_page(counter)
    (event,) = await counter.events("HonourWithdrawn")
    assert "查实" not in event.model_dump_json()


@on_sqlite
async def test_what_can_t_be_nominated(counter: Counter) -> None:
    base = {"window_code": "registry", "citation": CITATION}
    post, clerk = counter.posts[0], counter.clerks[0]
    for body, code in (
        ({"award": "model_post", "volunteer_no": clerk}, "model_post_is_a_post"),
        ({"award": "model_post", "post_id": post, "volunteer_no": clerk}, "model_post_is_a_post"),
        ({"award": "service_model", "post_id": post}, "service_model_is_a_person"),
        ({"award": "service_model", "volunteer_no": clerk}, "never_held_post"),
        ({"award": "model_post", "post_id": "x"}, "post_not_of_window"),
    ):
        refused = await counter.ask("honours", LEADER, **base | body)
        assert refused.json()["code"] == code
    other = await counter.ask(
        "honours", OTHER_LEADER, **base | {"award": "model_post", "post_id": post}
    )
    assert other.status_code == 404
    personal = await counter.ask(
        "honours",
        LEADER,
        **base
        | {"award": "model_post", "post_id": post, "citation": "联系电话 13800138000，随时可查"},
    )
    assert personal.status_code == 422


async def test_erasing_the_person_ends_a_nomination_and_leaves_no_words(counter: Counter) -> None:
    honour = await person_nominated(counter, 1)
    await counter.did(f"honours/{honour}/publicise", until_on="2014-07-03")
    answer = await counter.ask(f"volunteers/{counter.clerks[1]}/erase", reason="本人申请删除")
    assert answer.is_success, answer.text
    left = await counter.read(f"honours/{honour}")
    assert (left["state"], left["reason_code"], left["citation"]) == (
        "declined",
        "person_asked",
        "—",
    )
    assert CITATION not in await public_page(counter)


async def test_what_an_objection_found_right_ends_and_what_stands_is_not_made_twice(
    counter: Counter,
) -> None:
    honour = await nominated(counter)
    path = f"honours/{honour}"
    twice = await counter.ask(
        "honours",
        LEADER,
        award="model_post",
        window_code="registry",
        post_id=counter.posts[0],
        citation=CITATION,
    )
    assert twice.json()["code"] == "nominated_already"
    long = await counter.ask(f"{path}/publicise", until_on="2099-07-22")
    assert long.json()["code"] == "publicity_too_long"
    await counter.did(f"{path}/publicise", until_on="2014-07-03")
    made = await counter.did(f"{path}/objections", OFFICER, text="上周没有人在岗")
    await counter.did(f"objections/{made['id']}/answer", text="属实", upheld=True)
    counter.clock.move(days=8)
    award = {"awarding_body": "市直机关党工委", "expires_on": "2015-07-03"}
    refused = await counter.ask(f"{path}/award", **award)
    assert refused.json()["code"] == "objection_was_right"
    await counter.did(f"{path}/decline", reason_code="objection_upheld")
    again = await nominated(counter)
    await counter.did("windows/registry/close")
    closed = await counter.ask(f"honours/{again}/publicise", until_on="2014-07-20")
    assert closed.json()["code"] == "honoured_place_closed"


@on_sqlite
async def test_an_award_that_would_end_today_says_from_when_on(counter: Counter) -> None:
    honour = await nominated(counter)
    await counter.did(f"honours/{honour}/publicise", until_on="2014-07-03")
    counter.clock.move(days=8)
    short = await counter.ask(
        f"honours/{honour}/award", awarding_body="市直机关党工委", expires_on="2014-07-05"
    )
    assert short.json()["code"] == "award_too_short"
    assert "7月6日" in short.json()["detail"]


@on_sqlite
async def test_an_awarding_body_is_kept_as_it_reads_or_refused_by_its_name(
    counter: Counter,
) -> None:
    """Each hostile text at an honour of its own: tests/e2e/test_hostile_texts has none whose publicity is over."""
    honours = {}
    for number, wrong in enumerate(HOSTILE_TEXTS):
        await put(counter.house, f"windows/hall-{number}", WINDOW)
        post = await counter.did(f"windows/hall-{number}/posts", **NAMES)
        said = {"award": "model_post", "window_code": f"hall-{number}", "post_id": post["id"]}
        honours[wrong] = (await counter.did("honours", **said, citation=CITATION))["id"]
        await counter.did(f"honours/{honours[wrong]}/publicise", until_on="2014-07-03")
    counter.clock.move(days=8)
    kept = 0
    for wrong, text in HOSTILE_TEXTS.items():
        try:
            expected = shown(text, lines=False)
        except UnreadableText:
            expected = ""
        path = f"honours/{honours[wrong]}"
        answer = await counter.ask(f"{path}/award", awarding_body=text, expires_on="2015-07-03")
        if expected and len(expected) <= 80 and not personal_data_in(expected):
            assert answer.is_success, f"{wrong}: {answer.text}"
            assert (await counter.read(path))["awarding_body"] == expected, wrong
            kept += 1
        else:
            assert answer.status_code == 422, wrong
            assert [each["field"] for each in answer.json()["errors"]] == ["awarding_body"], wrong
            assert (await counter.read(path))["state"] == "publicised", wrong
    assert 20 < kept < len(HOSTILE_TEXTS)
