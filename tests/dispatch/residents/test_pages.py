"""What residents read in a browser, without an account and without script."""

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.dispatch.bootstrap import build
from services.dispatch.settings import DispatchSettings
from shared.contracts.catalog import ServiceItemChanged
from shared.http.limits import Limiter, Rates
from shared.http.resident_pages import STYLE
from tests.dispatch import desk
from tests.dispatch.conftest import GAOLOU, HULING, ITEMS, TOWNSHIPS, announce_supply, order_all
from tests.support.house import House, running_house

BROWSER = {"Authorization": "", "Accept": "text/html,application/xhtml+xml"}
MOST_BYTES = 30_000
ROOT = "/api/dispatch/public"


async def page(
    house: House, path: str, *, status: int = 200, language: str = "zh-CN"
) -> httpx.Response:
    headers = BROWSER | {"Accept-Language": language}
    answer = await house.client.get(f"{ROOT}{path}", headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert len(answer.content) < MOST_BYTES
    assert "<script" not in answer.text
    assert " style=" not in answer.text
    return answer


def links_in(answer: httpx.Response) -> list[str]:
    """The pages that a page leads to, as a browser resolves them; within these pages."""
    found = [
        str(answer.url.join(address)) for address in re.findall(r'href="([^"]+)"', answer.text)
    ]
    return [each.partition(ROOT)[2] for each in found if each.startswith("http")]


async def planned(house: House) -> dict[str, Any]:
    """A published stop in Gaolou."""
    plan = await desk.published_plan(house)
    found: dict[str, Any] = next(stop for stop in plan["stops"] if stop["township_code"] == GAOLOU)
    return found


async def test_a_resident_gets_from_the_townships_to_the_next_stop(dispatch: House) -> None:
    stop = await planned(dispatch)
    townships = await page(dispatch, "/townships")
    for name, *_ in TOWNSHIPS.values():
        assert name in townships.text
    to_gaolou = next(each for each in links_in(townships) if GAOLOU in each)
    assert to_gaolou == f"/townships/{GAOLOU}"
    outlook = await page(dispatch, to_gaolou)
    assert "6月27日 周五 上午" in outlook.text
    assert stop["place"] in outlook.text
    to_stop = next(each for each in links_in(outlook) if each.startswith("/stops/"))
    shown = await page(dispatch, to_stop)
    assert "6月27日 周五 上午" in shown.text
    for name in ITEMS.values():
        assert name in outlook.text
        assert name in shown.text
    assert "医疗卫生志愿服务队" in shown.text
    assert f"/townships/{GAOLOU}" in links_in(shown)
    for answer in (townships, outlook, shown):
        assert stop["id"] not in answer.text


async def test_a_booth_whose_item_has_a_picture_shows_it(dispatch: House) -> None:
    """The picture is catalog's; the page may load it from its own origin, and nothing else."""
    code, name = next(iter(ITEMS.items()))
    picture = "0197b2f0-0000-7000-8000-00000000b001"
    outlook = await planned_outlook(dispatch)
    plain = await page(dispatch, outlook)
    assert "<img" not in plain.text
    assert "img-src" not in plain.headers["content-security-policy"]
    item = ServiceItemChanged(
        code=code,
        name=name,
        name_en=code,
        category_code="welfare",
        teams=("health",),
        volunteers_needed=3,
        minutes_per_resident=5,
        picture=picture,
    )
    await dispatch.hear(f"item:{code}", item)
    shown = await page(dispatch, outlook)
    (source,) = re.findall(r'<img src="([^"]+)"', shown.text)
    assert str(shown.url.join(source)).endswith(f"/api/catalog/public/pictures/{picture}")
    assert "img-src 'self'" in shown.headers["content-security-policy"]


async def planned_outlook(house: House) -> str:
    """The page of the next stop in Gaolou."""
    await planned(house)
    outlook = await page(house, f"/townships/{GAOLOU}")
    return next(each for each in links_in(outlook) if each.startswith("/stops/"))


async def test_the_pages_speak_english_to_whoever_asks_for_it(dispatch: House) -> None:
    await planned(dispatch)
    by_browser = await page(dispatch, f"/townships/{GAOLOU}", language="en-GB")
    assert "Volunteer service in" in by_browser.text
    assert "Fri 27 June, morning" in by_browser.text
    by_choice = await page(dispatch, f"/townships/{GAOLOU}?language=en")
    assert by_choice.headers["content-language"] == "en"
    following = [each for each in links_in(by_choice) if each.startswith(("/stops/", "/townships"))]
    assert following
    chinese = f"/townships/{GAOLOU}?language=zh-CN"
    assert all(each.endswith("?language=en") for each in following if each != chinese)


async def test_where_nothing_is_planned_the_page_says_so_and_names_the_last_service(
    dispatch: House,
) -> None:
    never = await page(dispatch, f"/townships/{HULING}")
    assert "目前还没有安排新的服务" in never.text
    assert "最近一次" not in never.text
    stop = await planned(dispatch)
    for booth in stop["assignments"]:
        await desk.ask(dispatch, "POST", f"/assignments/{booth['id']}/accept")
    await desk.ask(dispatch, "POST", f"/stops/{stop['id']}/start", {"off_day_reason": "补录"})
    under_way = await page(dispatch, f"/townships/{GAOLOU}")
    assert "正在进行" in under_way.text
    booths = [{"assignment_id": booth["id"], "served": 5} for booth in stop["assignments"]]
    await desk.ask(dispatch, "POST", f"/stops/{stop['id']}/reports", {"booths": booths})
    over = await page(dispatch, f"/townships/{GAOLOU}")
    assert "目前还没有安排新的服务" in over.text
    assert f"最近一次是2014年6月27日 周五 上午，在{stop['place']}" in over.text


async def test_a_stop_that_moved_says_when_it_was_to_be(dispatch: House) -> None:
    stop = await planned(dispatch)
    outlook = await page(dispatch, f"/townships/{GAOLOU}")
    link = next(each for each in links_in(outlook) if each.startswith("/stops/"))
    await desk.postpone(dispatch, stop)
    moved = await page(dispatch, link)
    assert "原定6月27日 周五 上午，已改期" in moved.text
    await desk.call_off(dispatch, stop)
    assert "已取消" in (await page(dispatch, link)).text
    assert "目前还没有安排" in (await page(dispatch, f"/townships/{GAOLOU}")).text


async def test_a_plan_that_is_not_published_shows_nowhere(dispatch: House) -> None:
    await order_all(dispatch, GAOLOU)
    await desk.propose(dispatch)
    assert "目前还没有安排" in (await page(dispatch, f"/townships/{GAOLOU}")).text


@pytest.mark.parametrize("path", ["/townships/330381999000", "/townships/高楼", "/stops/abc"])
async def test_a_wrong_address_is_a_page_that_leads_back(dispatch: House, path: str) -> None:
    refused = await page(dispatch, path, status=404)
    assert "/townships" in links_in(refused)
    assert refused.headers["cache-control"] == "no-store"
    as_program = await dispatch.client.get(f"{ROOT}{path}", headers={"Accept": "application/json"})
    assert as_program.headers["content-type"] == "application/problem+json"


async def test_links_work_with_what_messengers_add_to_them(dispatch: House) -> None:
    await page(dispatch, f"/townships/{GAOLOU}?from=singlemessage&isappinstalled=0")


async def test_the_policy_allows_nothing_but_the_style_of_the_page(dispatch: House) -> None:
    answer = await page(dispatch, "/townships")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "form-action 'none'" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["vary"] == "Accept, Accept-Language"


async def test_whoever_asks_too_often_is_told_by_a_page(dispatch: House) -> None:
    service = dispatch.services["dispatch"]
    rates = Rates(account=9, address=9, township_writes=9, stranger=2)
    service.api.state.authenticator._limiter = Limiter(service.cache, rates)
    await page(dispatch, "/townships")
    await page(dispatch, "/townships")
    refused = await page(dispatch, "/townships", status=429)
    assert int(refused.headers["retry-after"]) > 0


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb`` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_text_is_large_and_stands_out() -> None:
    colours = dict(re.findall(r"--(\w+):(#[0-9a-f]{6})", STYLE))
    for name in ("ink", "quiet", "red", "blue"):
        for ground in ("#f4f6f9", "#ffffff"):
            contrast = (luminance(ground) + 0.05) / (luminance(colours[name]) + 0.05)
            assert contrast >= 7, f"{name} on {ground}: {contrast:.2f}"
    assert "font:18px/" in STYLE
    assert "font-size:." not in STYLE


async def test_links_are_made_for_the_address_of_these_pages(tmp_path: Path) -> None:
    settings = DispatchSettings(
        database_url=f"sqlite:///{tmp_path}/dispatch.db",
        vault_keys_file=tmp_path / "vault_keys",
        vault_keys_create=True,
        public_url="https://fuwu.example.gov.cn/",
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        await announce_supply(house)
        stop = await planned(house)
        made = await desk.ask(house, "POST", f"/stops/{stop['id']}/link")
    link = made["path"].rpartition("/")[2]
    assert made["url"] == f"https://fuwu.example.gov.cn/public/stops/{link}"
