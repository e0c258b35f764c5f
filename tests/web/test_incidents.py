"""What happens at a stop: a leader tells the corps from a phone, and reads there what was done about it."""

from playwright.async_api import Locator, expect

from cli import scenario as s
from tests.support.browser import PATIENCE_MILLISECONDS, Crowd, Person
from tests.web.test_leader import next_day

expect.set_options(timeout=PATIENCE_MILLISECONDS)

TEXT = "发电机坏了，从村里借了一台，下午还要用。"
DONE = "已联系供电所，下午前送一台过来。"
HERE, LEFT_OPEN = "高楼镇", "莘塍街道"


def incidents(person: Person) -> Locator:
    return person.page.get_by_role("region", name="现场情况")


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def test_a_leader_tells_of_an_incident_and_a_coordinator_sees_to_it(crowd: Crowd) -> None:
    leader = await crowd.person("team_leader")
    page = leader.page
    await page.locator("section").filter(has_text="答复派单").get_by_role("link").first.click()
    await page.get_by_role("heading", name="待接单").wait_for()
    booth = page.locator("section").filter(has_text="待接单").locator("article", has_text=HERE)
    await booth.get_by_role("button", name="接单").click()
    await booth.wait_for(state="detached")
    await page.get_by_role("link", name="高楼镇 · 高楼镇文化礼堂").first.click()
    await page.get_by_text("当天才能开始").wait_for()
    await expect(incidents(leader)).to_have_count(0)  # nothing has happened before the day
    await next_day(leader)

    card = incidents(leader)
    await card.get_by_text("记一件事").click()
    await card.get_by_role("button", name="告诉总队").click()
    await card.get_by_text("请写经过。").wait_for()
    await card.get_by_label("经过").fill(TEXT)
    await looks_right(leader, "-incident-form")
    await card.get_by_role("button", name="告诉总队").click()
    await card.get_by_text("已告诉总队。").wait_for()
    await expect(card.get_by_role("article")).to_contain_text(["设备或场地故障"])
    await expect(card.get_by_role("button", name="已处理")).to_have_count(0)

    corps = await crowd.person("coordinator", size="desktop")
    to_see = corps.page.locator("section").filter(has_text="处理现场情况").get_by_role("link")
    await expect(to_see.filter(has_text=LEFT_OPEN)).to_have_count(1)
    await to_see.filter(has_text=HERE).click()
    theirs = incidents(corps)
    await theirs.get_by_text(TEXT).wait_for()
    await looks_right(corps, "-incident-open")
    await theirs.get_by_label("处理情况").fill(DONE)
    await theirs.get_by_role("button", name="已处理").click()
    await theirs.get_by_text(DONE).wait_for()
    await expect(theirs.get_by_role("button", name="已处理")).to_have_count(0)
    await looks_right(corps, "-incident-closed")
    await corps.go("/")
    await expect(to_see.filter(has_text=LEFT_OPEN)).to_have_count(1)
    await expect(to_see.filter(has_text=HERE)).to_have_count(0)

    await page.reload()
    await expect(card).to_contain_text(DONE)
    await looks_right(leader, "-incident-closed")
    await leader.go("/messages")
    await page.get_by_text("总队已处理：设备或场地故障").first.wait_for()


async def test_what_the_demonstration_notes_is_read_by_its_township(crowd: Crowd) -> None:
    (incident, words) = s.INCIDENTS[HERE]
    officer = await crowd.person("township_officer")
    await officer.go("/messages")
    told = officer.page.locator(".message").filter(has_text="总队已处理：人多拥挤")
    await told.get_by_role("link", name="去看看").click()
    await expect(incidents(officer)).to_contain_text(incident["text"])
    await expect(incidents(officer)).to_contain_text(words or "")
    await looks_right(officer, "-incident-closed")
