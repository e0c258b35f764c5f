"""The catalogue of events as pages, for anybody, without script."""

import re

import pytest

from services.notify.contract.queries.catalogue import list_published
from shared.contracts import EVENTS
from shared.http.texts import LANGUAGES
from tests.notify.contract.test_documents import CONTRACT, TEXTS
from tests.support.house import House

NOBODY = {"Authorization": "", "Accept": "text/html"}
KILOBYTES = 1000


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_catalogue_lists_every_event_in_one_small_page(
    notify: House, language: str
) -> None:
    page = await notify.client.get(CONTRACT, headers=NOBODY | {"Accept-Language": language})
    assert page.status_code == 200
    assert re.findall(r'href="contract/events/([^"?]+)"', page.text) == list(EVENTS)
    assert 'href="contract/asyncapi.json"' in page.text
    for name in ("promise_added", "promise_version", "promise_order"):
        assert TEXTS.words_of(language, "contract.page")[name].split("'")[0] in page.text
    assert len(page.content) < 30 * KILOBYTES
    assert "<script" not in page.text
    assert page.headers["Content-Security-Policy"].startswith(
        "default-src 'none'; style-src 'sha256-"
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"search": "MESSAGE delivered"}, ["notify.message_delivered"]),
        ({"search": "Ed25519"}, ["dispatch.queue_opened"]),
        ({"search": "撤回"}, ["catalog.edition_withdrawal_requested", "catalog.edition_retired"]),
        ({"search": "channel", "publisher": "requests"}, []),
        ({"publisher": "notify", "search": "ｍｅｓｓａｇｅ_failed"}, ["notify.message_failed"]),
        ({"search": "<b>"}, []),
    ],
)
async def test_it_is_searched_by_type_field_and_words_of_either_language(
    notify: House, asked: dict[str, str], found: list[str]
) -> None:
    page = await notify.client.get(CONTRACT, params=asked, headers=NOBODY)
    shown = re.findall(r'href="contract/events/([^"?]+)"', page.text)
    facts = {kind.rpartition(".v")[0] for kind in shown}
    assert facts >= set(found)
    assert bool(facts) == bool(found)
    assert "<b>" not in page.text


async def test_an_event_s_page_says_all_of_it_in_both_languages(notify: House) -> None:
    for language in LANGUAGES:
        for event in list_published():
            address = f"{CONTRACT}/events/{event.type}"
            page = await notify.client.get(address, headers=NOBODY, params={"language": language})
            assert page.status_code == 200, event.type
            for field in event.contract.model_fields:
                assert f"<code>{field}</code>" in page.text, event.type
            words = TEXTS.words_of(language, "contract.events")[event.fact]
            assert words.replace("'", "&#x27;") in page.text
            assert f"cloudEvents_type&quot;: &quot;{event.type}" in page.text
            assert f"ce-type&quot;: &quot;{event.type}" in page.text
            assert event.since in page.text
            newer = [each for each in (event.newer,) if each]
            assert re.findall(r'href="(\w+\.\w+\.v\d+)\?', page.text) == newer
            assert len(page.content) < 30 * KILOBYTES
            (schema,) = re.findall(r'href="(../../contract/schemas/[^"]+)"', page.text)
    read = await notify.client.get(f"{CONTRACT}/events/{schema}", headers=NOBODY)
    assert read.json()["title"] == event.contract.__name__


async def test_closed_lists_and_defaults_are_said(notify: House) -> None:
    page = await notify.client.get(
        f"{CONTRACT}/events/catalog.team_changed.v1", headers=NOBODY, params={"language": "en"}
    )
    assert "one of: <code>active</code> <code>retired</code>" in page.text
    assert "may be missing in older events, and is &quot;active&quot; then" in page.text
    assert "list of text, form: <code>^[0-9]{12}$</code>" in page.text


async def test_an_unknown_event_is_answered_with_a_page_that_leads_on(notify: House) -> None:
    page = await notify.client.get(f"{CONTRACT}/events/requests.order_lost.v1", headers=NOBODY)
    assert page.status_code == 404
    assert "requests.order_lost.v1" in page.text
    assert 'href="../../contract"' in page.text
