"""Residents speak without an account or script, and read the answer under their receipt."""

import asyncio
import re
from datetime import timedelta

import httpx
import pytest

from services.catalog.consultation.use_cases.residents import MOST_OF_DEVICE
from shared.contracts.catalog import OpinionAnswered
from tests.catalog.consultation.forum import EDITION, OFFICER, Forum

PAGES = "/api/catalog/public"
FORM = f"{PAGES}/consultations/summer-2014"
BROWSER = {"Authorization": "", "Accept": "text/html", "Accept-Language": "zh-CN"}
SAID = {"item_code": "clinic", "stance": "neither", "text": "希望周末也有。\n谢谢"}
MOST_BYTES = 30_000


async def page(
    forum: Forum, path: str, *, status: int = 200, method: str = "GET", **sent: object
) -> httpx.Response:
    answer = await forum.send(method, path, by=BROWSER, **sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.content) < MOST_BYTES
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    return answer


async def ticket(forum: Forum) -> str:
    form = await page(forum, FORM)
    assert "form-action 'self'" in form.headers["content-security-policy"]
    (found,) = re.findall(r'name="ticket" value="([^"]+)"', form.text)
    return str(found)


async def speak(forum: Forum, ticket: str, status: int = 200, **said: str) -> httpx.Response:
    return await page(
        forum, FORM, method="POST", status=status, data=SAID | {"ticket": ticket} | said
    )


def receipt_in(answer: httpx.Response) -> str:
    (found,) = re.findall(r'receipt">([0-9A-Z-]{14})<', answer.text)
    return str(found)


async def look_up(forum: Forum, receipt: str, status: int = 200) -> str:
    found = await page(
        forum, f"{PAGES}/opinions", method="POST", status=status, data={"receipt": receipt}
    )
    return found.text


async def test_a_resident_speaks_and_reads_the_answer_by_the_receipt(forum: Forum) -> None:
    drafts = await page(forum, f"{PAGES}/consultations")
    assert 'href="consultations/summer-2014"' in drafts.text
    receipt = receipt_in(await speak(forum, await ticket(forum)))
    assert "还没有答复" in await look_up(forum, receipt)
    (opinion,) = (await forum.ask("GET", f"{EDITION}/opinions"))["items"]
    assert (opinion["speaker"], opinion["text"]) == ("resident", SAID["text"])
    await forum.answer("周末也安排", opinion)
    assert "周末也安排" not in await look_up(forum, receipt), "a draft"
    await forum.publish_answers()
    spelled = receipt.lower().replace("-", " ")
    assert "周末也安排" in await look_up(forum, spelled)
    said = [e for e in await forum.house.published("catalog") if isinstance(e, OpinionAnswered)]
    assert [(e.speaker, e.township_code, e.team_code) for e in said] == [("resident", None, None)]
    assert receipt not in str(await forum.house.published("catalog"))


async def test_a_form_that_is_sent_twice_is_one_opinion_with_one_receipt(forum: Forum) -> None:
    once = await ticket(forum)
    answers = await asyncio.gather(*(speak(forum, once) for _ in range(3)))
    assert len({receipt_in(answer) for answer in answers}) == 1
    assert (await forum.ask("GET", f"{EDITION}/opinions"))["total"] == 1


async def test_nobody_but_the_corps_sees_what_a_resident_said(forum: Forum) -> None:
    await speak(forum, await ticket(forum))
    assert (await forum.ask("GET", f"{EDITION}/opinions", by=OFFICER))["items"] == []
    assert "周末" not in (await page(forum, FORM)).text


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"text": " \u200b "}, "请写下您的意见"),
        ({"text": "长" * 501}, "最多 500 字"),
        ({"stance": ""}, "请选择您的态度"),
        ({"item_code": "haircut"}, "没有这个服务项目"),
    ],
)
async def test_what_is_wrong_is_said_and_what_was_typed_is_kept(
    forum: Forum, said: dict[str, str], words: str
) -> None:
    back = await speak(forum, once := await ticket(forum), status=422, **said)
    assert words in back.text
    assert once in back.text, "the same form, so the same receipt"
    if "text" not in said:
        assert SAID["text"] in back.text
    assert (await forum.ask("GET", f"{EDITION}/opinions"))["total"] == 0


async def test_a_number_in_the_text_is_asked_about(forum: Forum) -> None:
    once = await ticket(forum)
    asked = await speak(forum, once, status=409, text="打我电话 13800138000")
    assert 'name="sure"' in asked.text
    assert "电话号码" in asked.text
    receipt_in(await speak(forum, once, text="打我电话 13800138000", sure="yes"))


async def test_markup_is_shown_as_it_was_typed(forum: Forum) -> None:
    said = "<b>好</b> & “行”"
    receipt = receipt_in(await speak(forum, await ticket(forum), text=said))
    assert "&lt;b&gt;好&lt;/b&gt; &amp; “行”" in await look_up(forum, receipt)


async def test_a_form_without_its_ticket_or_too_old_is_refused(forum: Forum) -> None:
    await speak(forum, "made-up", status=422)
    once = await ticket(forum)
    forum.clock.now += timedelta(days=1, seconds=1)
    back = await speak(forum, once, status=422)
    assert "表单已过期" in back.text or "超过一天" in back.text
    assert once not in back.text
    assert SAID["text"] in back.text


async def test_after_the_last_day_nobody_speaks_and_the_receipt_still_opens(forum: Forum) -> None:
    receipt = receipt_in(await speak(forum, await ticket(forum)))
    forum.clock.move(days=14)
    late = await page(forum, FORM, status=409)
    assert "7月10日" in late.text
    assert "summer-2014" not in (await page(forum, f"{PAGES}/consultations")).text
    assert "过些日子" in await look_up(forum, receipt)


async def test_a_draft_that_residents_are_not_asked_about_is_not_there(forum: Forum) -> None:
    once = await ticket(forum)
    await forum.ask(
        "POST",
        f"{EDITION}/consultation/prolong",
        json={"until": "2014-07-10", "residents_may_speak": False},
    )
    await page(forum, FORM, status=404)
    await speak(forum, once, status=409)
    assert "没有在征求意见" in (await page(forum, f"{PAGES}/consultations")).text


async def test_an_unknown_receipt_is_told_apart_from_nothing(forum: Forum) -> None:
    for unknown in ("2345-6789-ABCD", "", "%' OR 1=1"):
        assert "没有这个回执" in await look_up(forum, unknown, status=422)


async def test_a_device_speaks_so_often_an_hour_and_no_more(forum: Forum) -> None:
    for _ in range(MOST_OF_DEVICE):
        await speak(forum, await ticket(forum))
    refused = await speak(forum, await ticket(forum), status=429)
    assert int(refused.headers["retry-after"]) > 0
    other = await forum.send(
        "POST",
        FORM,
        by=BROWSER | {"User-Agent": "another"},
        data=SAID | {"ticket": await ticket(forum)},
    )
    assert other.status_code == 200
