"""The corps words a message: what was said stays said, nothing can't be told, and the way back is open."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, literal, select, update

import services.notify
from services.notify.escalation.use_cases import ask_again
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.queries import list_messages
from services.notify.inbox.tables import message, recipient
from services.notify.templates.domain import (
    Version,
    Wording,
    as_typed,
    places_in,
    with_places,
    wording_at,
)
from services.notify.templates.tables import template_version
from services.notify.wording.queries import codes_of, facts_of, named_facts, released, stored
from services.notify.wording.use_cases import try_wording, word_message
from shared.cache.memory import MemoryCache
from shared.contracts.dispatch import StopCancelled
from shared.http.texts import LANGUAGES, Texts
from shared.jobs.queue import take_due
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.text import matched
from tests.notify.channels.desk import desk
from tests.notify.channels.test_mail import Sink, body
from tests.notify.rui_an import GAOLOU, directory, messages, ordered, stop_event, tell
from tests.support.clock import PlayedClock
from tests.support.fixtures import NewUrl
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
TOWN = f"township.{GAOLOU}"
STOP = f"s-{GAOLOU}"
CODE = "message.stop_cancelled"
URL = f"/api/notify/message-templates/{CODE}"
OWN = {
    "subject": "服务取消通知：{半天}",
    "text": "原定{半天}在{地点}的志愿服务取消。\n原因：{原因}。请转告村民。",
    "subject_en": "Service cancelled: {half-day}",
    "text_en": "There is no service on {half-day} at {place}: {reason}. Please tell the residents.",
}
CANCELLED = stop_event(StopCancelled, STOP, reason_code="weather")


@pytest.fixture(scope="module")
def texts() -> Texts:
    return Texts(Path(services.notify.__file__).parent / "locales")


async def editor(house: House) -> dict[str, Any]:
    answer = await house.client.get(URL, headers=CORPS)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json() | {"etag": answer.headers.get("etag")}
    return found


async def word(house: House, status: int = 200, **said: Any) -> dict[str, Any]:
    headers = CORPS | said.pop("headers", {"If-Match": "*"})
    answer = await house.client.put(URL, json=OWN | said, headers=headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_what_is_told_from_now_on_is_in_the_corps_words_and_what_was_said_stays_said(
    anywhere: House,
) -> None:
    await tell(anywhere, *directory(), CANCELLED)
    before = await editor(anywhere)
    assert (before["number"], before["is_own"], before["versions"]) == (0, False, [])
    assert before["wording"] == before["released"]
    assert before["released"]["subject"] == "{半天}的服务取消"
    assert set(before["facts"]["zh-CN"]) == {"半天", "地点", "原因"}
    after = await word(anywhere)
    assert (after["number"], after["is_own"], after["wording"]) == (1, True, OWN)
    await tell(anywhere, CANCELLED)
    first, second = sorted(await messages(anywhere, TOWN), key=lambda each: each["created_at"])
    assert first["subject"] == "6月27日 周五 上午的服务取消"
    assert second["subject"] == "服务取消通知：6月27日 周五 上午"
    assert second["text"] == (
        "原定6月27日 周五 上午在文化广场的志愿服务取消。\n原因：天气原因。请转告村民。"
    )
    english = (await messages(anywhere, TOWN, "en"))[1]
    assert english["subject"] == "Service cancelled: Fri 27 June, morning"
    assert "the weather. Please tell the residents." in english["text"]
    listed = (await anywhere.client.get("/api/notify/message-templates", headers=CORPS)).json()
    (own,) = [each for each in listed if each["is_own"]]
    assert (own["code"], own["subject"]) == (CODE, OWN["subject"])


async def test_every_wording_is_kept_and_can_be_taken_again(anywhere: House) -> None:
    await tell(anywhere, *directory())
    await word(anywhere)
    await word(anywhere, subject="第二版：{半天}")
    await word(anywhere, subject="第二版：{半天}")
    restore = f"{URL}/restore"
    for number, count in ((1, 3), (1, 3), (0, 4), (0, 4), (2, 5)):
        answer = await anywhere.client.post(restore, json={"number": number}, headers=CORPS)
        assert answer.status_code == 200, answer.text
        assert answer.json()["number"] == count, "the same words again are no new version"
    found = await editor(anywhere)
    said = [
        (each["number"], each["restored"], each["wording"]["subject"]) for each in found["versions"]
    ]
    assert said == [
        (5, 2, "第二版：{半天}"),
        (4, 0, "{半天}的服务取消"),
        (3, 1, OWN["subject"]),
        (2, None, "第二版：{半天}"),
        (1, None, OWN["subject"]),
    ]
    unknown = await anywhere.client.post(restore, json={"number": 9}, headers=CORPS)
    assert (unknown.status_code, unknown.json()["code"]) == (404, "template_version.not_found")
    await tell(anywhere, CANCELLED)
    assert (await messages(anywhere, TOWN))[0]["subject"].startswith("第二版：6月27日")


async def test_typing_the_words_of_the_release_again_is_the_way_back(anywhere: House) -> None:
    await word(anywhere)
    back = await word(anywhere, **(await editor(anywhere))["released"])
    assert (back["number"], back["is_own"]) == (2, False)


async def test_who_saves_over_anothers_words_sees_them_first(anywhere: House) -> None:
    refused = await word(anywhere, 412, headers={"If-Match": '"1-ab"'})
    assert refused["code"] == "nothing_to_replace"
    await word(anywhere, headers={"If-None-Match": "*"})
    assert (await word(anywhere, 412, headers={"If-None-Match": "*"}))["code"] == "exists_already"
    tag = (await editor(anywhere))["etag"]
    await word(anywhere, subject="甲：{半天}", headers={"If-Match": tag})
    refused = await word(anywhere, 412, subject="乙：{半天}", headers={"If-Match": tag})
    assert refused["code"] == "changed_meanwhile"
    assert (await word(anywhere, 428, subject="乙：{半天}", headers={}))[
        "code"
    ] == "if_match_needed"
    found = await editor(anywhere)
    assert (found["number"], found["wording"]["subject"]) == (2, "甲：{半天}")


async def test_two_who_word_it_first_at_once_leave_one_first_version(anywhere: House) -> None:
    answers = await asyncio.gather(
        *(
            anywhere.client.put(
                URL,
                json=OWN | {"subject": f"第{n}人：{{半天}}"},
                headers=CORPS | {"If-None-Match": "*"},
            )
            for n in range(5)
        )
    )
    assert {answer.status_code for answer in answers} <= {200, 409, 412}
    assert [answer.status_code for answer in answers].count(200) == 1
    assert [each["number"] for each in (await editor(anywhere))["versions"]] == [1]


@pytest.mark.parametrize(
    ("field", "typed", "code"),
    [
        ("text", "{服务队}取消了服务", "place_unknown"),
        ("text", "{__class__}", "place_unknown"),
        ("text", "{半天.year}", "place_unknown"),
        ("text", "{半天!r:>99999999}", "place_unknown"),
        ("text", "{}", "place_unknown"),
        ("subject", "取消：{半天", "brace_alone"),
        ("subject", "取消：半天}", "brace_alone"),
        ("text", "{{半天}}", "brace_alone"),
        ("text_en", "at {服务队}", "place_unknown"),
        ("subject_en", "off: {team}", "place_unknown"),
        ("text", "联系 13857712345", "invalid"),
        ("subject", " ", "invalid"),
        ("text", "长" * 501, "invalid"),
    ],
)
async def test_what_could_not_be_told_is_refused_by_field(
    notify: House, field: str, typed: str, code: str
) -> None:
    refused = await word(notify, 422, **{field: typed})
    if code == "invalid":
        assert [each["field"] for each in refused["errors"]] == [field]
    else:
        assert (refused["code"], refused["field"]) == (code, field)
    assert (await editor(notify))["number"] == 0


async def test_the_remedy_names_what_the_message_knows(notify: House) -> None:
    refused = await word(notify, 422, text="{服务队}取消了服务")
    assert "服务队" in refused["detail"]
    assert refused["remedy"] == "可以用：半天 · 原因 · 地点"
    answer = await notify.client.put(
        URL, json=OWN | {"text": "{team}"}, headers=CORPS | {"Accept-Language": "en"}
    )
    assert answer.json()["remedy"] == "It knows: half-day · place · reason"


async def test_braces_are_read_as_phones_write_them(notify: House) -> None:
    found = await word(
        notify, subject="取消：｛半天｝", text="{ 地点 }\u200b，{reason}，{ＲＥＡＳＯＮ}"
    )
    assert found["wording"]["subject"] == "取消：{半天}"
    assert found["wording"]["text"] == "{地点}，{原因}，{原因}"


async def test_unknown_messages_and_lines_are_not_worded(notify: House) -> None:
    for code in ("line.booth", "channel.code", "message.nothing", "message_template.not_found"):
        answer = await notify.client.get(f"/api/notify/message-templates/{code}", headers=CORPS)
        assert (answer.status_code, answer.json()["code"]) == (404, "message_template.not_found")


async def test_a_look_has_the_facts_of_a_message_that_was_sent_or_the_words_for_them(
    anywhere: House,
) -> None:
    async def look(**more: Any) -> dict[str, dict[str, Any]]:
        answer = await anywhere.client.post(f"{URL}/look", json=OWN | more, headers=CORPS)
        assert answer.status_code == 200, answer.text
        return {each["language"]: each for each in answer.json()}

    assert (await editor(anywhere))["samples"] == []
    blank = await look()
    assert blank["zh-CN"]["subject"] == "服务取消通知：〔半天〕"
    assert "〔place〕" in blank["en"]["text"]
    await tell(anywhere, *directory(), CANCELLED)
    (sample,) = (await editor(anywhere))["samples"]
    assert (sample["recipient_id"], sample["name"]) == (TOWN, "高楼镇")
    seen = await look(message_id=sample["id"])
    assert seen["zh-CN"]["subject"] == "服务取消通知：6月27日 周五 上午"
    assert seen["zh-CN"]["segments"] == 1
    assert (await look(text="长" * 500))["zh-CN"]["segments"] == 8
    assert (await editor(anywhere))["number"] == 0, "looking saves nothing"
    await tell(anywhere, ordered())
    other = (await messages(anywhere, "coordinator"))[-1]["id"]
    answer = await anywhere.client.post(
        f"{URL}/look", json=OWN | {"message_id": other}, headers=CORPS
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "message.not_found")


async def test_what_is_one_accounts_own_is_nobodys_example(anywhere: House) -> None:
    """A code is chosen whatever messages have it: one is given to two accounts."""
    await tell(anywhere, *directory(), CANCELLED, CANCELLED)
    mine, others = (each["id"] for each in await messages(anywhere, TOWN))
    async with anywhere.uow("notify").transaction() as tx:
        for key, account in ((mine, "me"), (others, "other")):
            to = f"account.{account}"
            await tx.session.execute(
                insert(recipient).from_select(
                    [column.name for column in recipient.c],
                    select(
                        *(literal(to) if column.name == "id" else column for column in recipient.c)
                    ).where(recipient.c.id == TOWN),
                )
            )
            moved = update(message).where(message.c.id == key)
            await tx.session.execute(moved.values(recipient_id=to))
    me = bearer(Role.COORDINATOR, sub="me")
    answer = await anywhere.client.get(URL, headers=me)
    assert [each["id"] for each in answer.json()["samples"]] == [mine]
    for key, status in ((mine, 200), (others, 404)):
        seen = await anywhere.client.post(f"{URL}/look", json=OWN | {"message_id": key}, headers=me)
        assert seen.status_code == status


async def test_a_look_at_an_old_message_names_what_it_did_not_say_yet(anywhere: House) -> None:
    await tell(anywhere, *directory(), CANCELLED)
    (old,) = await messages(anywhere, TOWN)
    async with anywhere.uow("notify").transaction() as tx:
        params = {"township_code": GAOLOU, "on": "2014-06-27", "part": "morning"}
        await tx.session.execute(update(message).values(params=params))
    seen = await anywhere.client.post(
        f"{URL}/look", json=OWN | {"message_id": old["id"]}, headers=CORPS
    )
    assert "6月27日 周五 上午在〔地点〕的志愿服务取消" in seen.json()[0]["text"]


async def test_a_wording_whose_fact_a_later_release_dropped_gives_way_to_that_release(
    anywhere: House,
) -> None:
    await tell(anywhere, *directory())
    await word(anywhere)
    async with anywhere.uow("notify").transaction() as tx:
        await tx.session.execute(update(template_version).values(text="{dropped}取消"))
    await tell(anywhere, CANCELLED)
    (told,) = await messages(anywhere, TOWN)
    assert told["subject"] == "6月27日 周五 上午的服务取消"
    assert (await messages(anywhere, TOWN, "en"))[0]["subject"].startswith("Service cancelled")


async def test_mail_says_the_corps_words_and_takes_them_for_text(new_store_url: NewUrl) -> None:
    sink = Sink()
    clock = PlayedClock()
    async with (
        sink.listening() as port,
        desk(
            new_store_url(),
            clock=clock,
            story=directory(),
            smtp_url=f"smtp://127.0.0.1:{port}",
        ) as ours,
    ):
        await ours.reachable_by(TOWN, email="gaolou@example.org")
        service = ours.service
        clock.move(minutes=1)
        own = Wording(
            "取消：{半天}",
            "{地点}<b>没有</b>*活动*了：{原因}",
            "Off: {half-day}",
            "{place}: {reason}",
        )
        await word_message(service.uow, service.texts, CODE, own)
        clock.move(minutes=1)
        await ours.tell(CANCELLED)
        assert await ours.deliver("email") == 1
        (mail,) = sink.mails
        assert mail["subject"] == "【紧急】取消：6月27日 周五 上午"
        assert body(mail, "plain").strip() == "文化广场<b>没有</b>*活动*了：天气原因"
        html = mail.get_body(("html",))
        assert html is not None
        assert "&lt;b&gt;没有&lt;/b&gt;" in html.get_content(), (
            "its words are text on every channel"
        )


async def test_a_reminder_repeats_a_message_as_it_was_said(new_store_url: NewUrl) -> None:
    clock = PlayedClock()
    async with desk(new_store_url(), clock=clock, story=directory()) as ours:
        service = ours.service
        await ours.tell(CANCELLED)
        clock.move(minutes=1)
        await word_message(service.uow, service.texts, CODE, Wording(**OWN))
        clock.move(hours=2)
        uow = service.uow
        taken = await take_due(uow, Acknowledgement, new_id())
        await ask_again(uow, MemoryCache(), [], taken)
        told, _ = await list_messages(uow, service.texts, "zh-CN", TOWN, after=None, limit=10)
        first, reminder = told
        assert reminder.code == "message.acknowledgement_asked"
        assert first.text in reminder.text
        assert "请转告村民" not in reminder.text


async def test_a_trial_goes_to_the_corps_own_addresses_and_saves_nothing(
    new_store_url: NewUrl,
) -> None:
    sink = Sink()
    async with (
        sink.listening() as port,
        desk(new_store_url(), story=directory(), smtp_url=f"smtp://127.0.0.1:{port}") as ours,
    ):
        service = ours.service
        channels = service.api.state.channels
        typed = Wording(**OWN)

        async def attempt(channel: str, language: str = "zh-CN") -> str:
            outcome = await try_wording(
                service.uow,
                service.texts,
                channels,
                CODE,
                typed,
                channel_code=channel,
                language=language,
                message_id=None,
            )
            return outcome.what

        assert await attempt("email") == "no_address"
        await ours.tell(ordered())
        await ours.reachable_by("coordinator", email="zongdui@example.org")
        assert await attempt("email") == "sent"
        assert sink.recipients == ["zongdui@example.org"]
        assert sink.mails[0]["subject"] == "【试发】服务取消通知：〔半天〕"
        assert await attempt("email", "en") == "sent"
        assert sink.mails[1]["subject"] == "[Trial] Service cancelled: 〔half-day〕"
        await ours.with_robot("coordinator")
        assert await attempt("robot") == "sent"
        assert len(ours.arrived("wecom")) == 1
        async with service.uow.reading() as session:
            assert (await session.execute(template_version.select())).all() == []
        with pytest.raises(NotFound):
            await attempt("pigeon")


def test_every_message_can_be_typed_as_it_is_shown_and_every_fact_has_a_word(texts: Texts) -> None:
    """What an editor shows of the release, saved unchanged, is the release; in both languages."""
    for code in codes_of(texts):
        brought = released(texts, code)
        chinese, english = (facts_of(texts, language, code) for language in LANGUAGES)
        for language, facts in zip(LANGUAGES, (chinese, english), strict=True):
            assert all(texts.word(language, "places", name) for name in facts), (code, facts)
            assert len(set(facts.values())) == len(facts), f"two facts of {code} have one word"
        typed = Wording(
            as_typed(brought.subject, chinese),
            as_typed(brought.text, chinese),
            as_typed(brought.subject_en, english),
            as_typed(brought.text_en, english),
        )
        assert stored(texts, code, typed) == brought
        assert max(len(typed.subject), len(typed.subject_en)) <= 80, code
        assert max(len(typed.text), len(typed.text_en)) <= 500, code
        for language in LANGUAGES:
            assert texts.fill(language, brought.parts(language), named_facts(texts, language, code))


def test_a_word_means_one_fact_whatever_the_language(texts: Texts) -> None:
    meant: dict[str, str] = {}
    for language in LANGUAGES:
        for name, word in texts.words_of(language, "places").items():
            for said in (matched(word), matched(name)):
                assert meant.setdefault(said, name) == name


FACTS = {"half_day": "半天", "place": "地点", "reason": "原因"}
BOTH = {"zh-CN": FACTS, "en": {"half_day": "half-day", "place": "place", "reason": "reason"}}


@given(st.text(alphabet="{}｛｝半天地点原因 placern_\u200b!:.0", max_size=40))
def test_whatever_is_typed_is_refused_or_can_be_filled(typed: str) -> None:
    try:
        kept = with_places(typed, "text", BOTH)
    except InvalidInput:
        return
    assert places_in([kept]) <= set(FACTS)
    kept.format_map(dict.fromkeys(FACTS, "x"))
    assert with_places(as_typed(kept, FACTS), "text", BOTH) == kept


def test_the_wording_of_a_moment_is_the_last_that_was_saved_by_then() -> None:
    at = utc_now()
    first = Wording("甲", "甲", "a", "a")
    versions = {
        "c": [
            Version(3, at + timedelta(hours=2), first),
            Version(2, at + timedelta(hours=1), None),
            Version(1, at, first),
        ]
    }
    hours = [-0.001, 0, 0.999, 1, 1.999, 2]
    found = [wording_at(versions, "c", at + timedelta(hours=hour)) for hour in hours]
    assert found == [None, first, first, None, None, first]
    assert wording_at(versions, "other", at) is None
