"""Signing in and looking around, as each role."""

from tests.support.browser import Crowd

ROLES = ["township_officer", "team_leader", "volunteer", "auditor", "subscriber"]


async def test_signs_in(crowd: Crowd) -> None:
    for role in ROLES:
        person = await crowd.person(role)
        await person.page.screenshot(path=f"/tmp/shots/{role}-home.png", full_page=True)
        assert await person.serious_findings() == []
