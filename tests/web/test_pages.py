"""Every page that a role can reach: it loads, it fits, it is accessible, and it complains about nothing."""

import re
from collections.abc import Iterator
from typing import Any

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
OUT_OF_DOORS = ("township_officer", "team_leader")

MOST_SHIFT = 0.1
"""Cumulative layout shift above this is called poor (web.dev/cls)."""

ONE_OF_MANY = re.compile(
    r"/[^/]*[0-9][^/]*(?=/|$)|(?:(?<=^/corps)|(?<=^/windows))(/[a-z]+)/(?!new$)[^/]+$"
)
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


def views() -> Iterator[Any]:
    """Each role by each window and language. Who works on a phone out of doors is looked at first, the others and
    English in make test-long, and the rest in make acceptance."""
    for role in ROLES:
        first = [] if role in OUT_OF_DOORS else [pytest.mark.long]
        yield pytest.param(role, "phone", "zh-CN", marks=[pytest.mark.deployed, *first])
        yield pytest.param(role, "desktop", "en", marks=pytest.mark.long)
        yield pytest.param(role, "phone", "en", marks=pytest.mark.acceptance)
        yield pytest.param(role, "desktop", "zh-CN", marks=pytest.mark.acceptance)


@pytest.mark.parametrize(("role", "size", "language"), list(views()))
async def test_every_page_of_a_role(crowd: Crowd, role: str, size: Size, language: str) -> None:
    assert await look_at_all(await crowd.person(role, size=size, language=language)) == []
