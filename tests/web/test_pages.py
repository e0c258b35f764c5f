"""Every page that a role can reach: it loads, it fits, it is accessible, and it complains about nothing."""

import re

import pytest

from tests.support.browser import Crowd, Person, Size

pytestmark = pytest.mark.shared_site

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


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(
    ("size", "language"),
    [
        pytest.param("phone", "zh-CN", marks=pytest.mark.deployed),
        pytest.param("desktop", "en", marks=pytest.mark.long),
        pytest.param("phone", "en", marks=pytest.mark.acceptance),
        pytest.param("desktop", "zh-CN", marks=pytest.mark.acceptance),
    ],
)
async def test_every_page_of_a_role(crowd: Crowd, role: str, size: Size, language: str) -> None:
    assert await look_at_all(await crowd.person(role, size=size, language=language)) == []
