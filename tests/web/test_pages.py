"""Every page that a role can reach: it loads, it fits, it is accessible, and it complains about nothing."""

import re

import pytest

from tests.support.browser import Crowd, Person, Size

ROLES = (
    "coordinator",
    "township_officer",
    "team_leader",
    "volunteer",
    "auditor",
    "operator",
    "subscriber",
)
MOST_SHIFT = 0.1
"""Cumulative layout shift above this is called poor (web.dev/cls)."""

ONE_OF_MANY = re.compile(r"/[^/]*[0-9][^/]*(?=/|$)|(?<=^/corps)(/[a-z]+)/(?!new$)[^/]+$")
"""A part of an address that names one thing; of its kind one page is enough."""


async def look_at_all(person: Person) -> list[str]:
    """Follows every link from the first page on, to one page of each kind; gives what is wrong."""
    found, wanted, seen = [], ["/"], set()
    while wanted:
        path = wanted.pop()
        kind = ONE_OF_MANY.sub(r"\1/…", path)
        if kind in seen:
            continue
        seen.add(kind)
        await person.go(path)
        found += [f"{path}: {finding}" for finding in await person.serious_findings()]
        if (overflow := await person.overflow()) > 0:
            found.append(f"{path}: {overflow} pixels wider than the window")
        if (shift := await person.layout_shift()) > MOST_SHIFT:
            found.append(f"{path}: layout shift {shift:.2f}")
        await person.picture(kind.replace("/", "-").replace("…", "one") or "home")
        wanted += await person.page.eval_on_selector_all(
            "a[href^='/']:not([href^='/api'], [href^='/public'])",
            "links => links.map(link => link.getAttribute('href').split(/[?#]/)[0])",
        )
    assert len(seen) > 2
    return found


async def look_as_each_role(crowd: Crowd, size: Size, language: str) -> list[str]:
    found = []
    for role in ROLES:
        person = await crowd.person(role, size=size, language=language)
        found += [f"{role}: {finding}" for finding in await look_at_all(person)]
    return found


@pytest.mark.deployed
async def test_a_phone_in_chinese(crowd: Crowd) -> None:
    assert await look_as_each_role(crowd, "phone", "zh-CN") == []


@pytest.mark.parametrize(
    ("size", "language"),
    [
        pytest.param("desktop", "en", marks=pytest.mark.long),
        pytest.param("phone", "en", marks=pytest.mark.acceptance),
        pytest.param("desktop", "zh-CN", marks=pytest.mark.acceptance),
    ],
)
async def test_the_other_windows_and_language(crowd: Crowd, size: Size, language: str) -> None:
    assert await look_as_each_role(crowd, size, language) == []
