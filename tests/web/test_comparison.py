"""Windows of one kind are compared in a browser: a table with faults, the same without, and what it tells."""

from pathlib import Path

from playwright.async_api import expect

from cli.window_figures import TITLES, enter_figures
from tests.support.browser import Crowd, Person, Site, client_at

NAMES = {"name": "婚姻登记（比一比）", "name_en": "Marriages (compared)"}
HEAD = ",".join(TITLES)
GOOD = f"""{HEAD}
compared-a,2014-07,900,600,20.5,9,200,4.6,0.6
compared-b,2014-07,1000,400,8,7,220,4.5,0.7
compared-c,2014-07,300,20,11,8,10,4.8,0.4
"""
BAD = GOOD.replace("compared-c,2014-07", "compared-c,2014-09").replace(",20.5,", ",很久,")


async def looks_right(person: Person, name: str) -> None:
    await person.picture(name)
    assert await person.serious_findings() == []
    assert await person.overflow() == 0


async def enter_windows(site: Site) -> None:
    """Three of one kind, with two posts each; all have figures until June."""
    async with client_at(site, "coordinator") as client:
        await client.put("/api/catalog/window-kinds/compared", NAMES)
        for letter, place in (("a", "城东"), ("b", "城西"), ("c", "城南")):
            window = {"name": f"{place}婚姻登记窗口", "name_en": f"Marriages {letter.upper()}"}
            more = {"kind_code": "compared", "team_code": "health", "place": f"{place}路 1 号"}
            await client.put(f"/api/catalog/windows/compared-{letter}", window | more)
            for number in (1, 2):
                post = {"name": f"{number}号岗", "name_en": f"Post {number}"}
                path = f"/api/catalog/windows/compared-{letter}/posts"
                await client.post(path, post, key=f"compared-{letter}-{number}")
        await enter_figures(client)
        await enter_figures(client)
        found = await client.all("/api/catalog/window-figures", window_code="compared-a")
        assert len(found) == 6, "made up, and once however often"


async def test_figures_are_taken_over_and_compared(
    crowd: Crowd, site: Site, tmp_path: Path
) -> None:
    await enter_windows(site)
    corps = await crowd.person("coordinator", size="desktop")
    page = corps.page
    await corps.go("/windows/comparison")
    await page.get_by_label("哪类窗口").select_option("compared")
    await page.get_by_label("从哪个月").fill("2014-07")
    await page.get_by_text("数据不够，不比").first.wait_for()
    card = page.get_by_role("region", name="填报月度数据")
    table = tmp_path / "figures.csv"
    table.write_bytes(BAD.encode("gb18030"))
    await card.get_by_label("表格（Excel或CSV）").set_input_files(table)
    await card.get_by_text("2行有错，一行也没有收").wait_for()
    await card.get_by_text("这里应当是数").or_(card.get_by_text("很久")).first.wait_for()
    await looks_right(corps, "-comparison-faults")
    table.write_bytes(GOOD.encode("gb18030"))
    await card.get_by_label("表格（Excel或CSV）").set_input_files(table)
    await card.get_by_text("3行没有错").wait_for()
    await card.get_by_role("button", name="收下").click()
    await card.get_by_text("已收下3行").wait_for()
    waiting = page.get_by_role("region", name="平均等候（分钟）")
    await waiting.get_by_text("“城东婚姻登记窗口”比“城西婚姻登记窗口”多等12.5分钟").wait_for()
    await waiting.get_by_text("数据不够（20人）").wait_for()
    await expect(waiting.locator("svg")).to_have_count(2)
    rated = page.get_by_role("region", name="平均评分（1～5）")
    await rated.get_by_text("没有看出差别").wait_for()
    await looks_right(corps, "-comparison")

    leader = await crowd.person("team_leader", language="en")
    page = leader.page
    await leader.go("/windows/comparison")
    await page.get_by_label("Kind of windows").select_option("compared")
    waiting = page.get_by_role("region", name="Mean wait (minutes)")
    await waiting.get_by_text("Marriages A", exact=True).wait_for()
    await looks_right(leader, "-comparison")
    await leader.go("/windows/places/compared-a")
    await (
        page.get_by_role("region", name="Mean wait (minutes)")
        .get_by_text("July 2014")
        .first.wait_for()
    )
    await looks_right(leader, "-window-over-time")
