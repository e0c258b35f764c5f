"""The first pages come with what they say and no more; whoever goes on gets the other texts, and no page shows a
text's name in its place (web/texts.ts)."""

import re

import pytest

from tests.support.browser import Crowd, Person
from tests.web.test_locales import texts

FIRST_PAGES = {
    "township_officer": ("/", "/menu", "/orders", "/orders/new", "/messages"),
    "coordinator": ("/", "/menu", "/orders", "/messages"),
    "team_leader": ("/", "/messages"),
    "auditor": ("/", "/orders"),
    "operator": ("/",),
}
ELSEWHERE = "planning_board.title"
"""Of a text that only other pages show."""


async def names_shown(person: Person) -> set[str]:
    """Names of texts that stand on the page as they are."""
    shown = await person.page.locator("body").inner_text()
    return set(re.findall(r"[\w-]+\.[\w.-]+", shown)) & texts("zh-CN").keys()


@pytest.mark.shared_site
@pytest.mark.parametrize("role", FIRST_PAGES)
async def test_first_pages_fetch_no_other_texts_and_lack_none(crowd: Crowd, role: str) -> None:
    person = await crowd.person()
    parts: set[str] = set()
    person.page.on("request", lambda one: parts.add(one.url) if one.url.endswith(".js") else None)

    async def all_texts_came() -> bool:
        answers = [await person.context.request.get(part) for part in parts]
        return any([texts("zh-CN")[ELSEWHERE] in await answer.text() for answer in answers])

    await person.sign_in(role)
    assert await names_shown(person) == set()
    for path in FIRST_PAGES[role]:
        await person.go(path)
        assert await names_shown(person) == set(), path
    assert parts
    assert not await all_texts_came()

    # By a link, and by its address.
    await person.page.locator(".who").click()
    await person.page.wait_for_url("**/account")
    await person.settled()
    assert await names_shown(person) == set()
    assert await all_texts_came()
    await person.go("/account")
    assert await names_shown(person) == set()
    await person.page.get_by_role("button", name="English", exact=True).click()
    await person.page.get_by_role(
        "heading", name=texts("en")["page.account"], exact=True
    ).wait_for()
    assert await names_shown(person) == set()
    assert person.complaints == []
