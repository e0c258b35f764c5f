"""Signing in to a demonstration by one click: at this machine, and in a demonstration only."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from cli.accounts import demonstration_logins
from services.catalog.settings import CatalogSettings
from tests.catalog.city import ASKED, City, claims, running_city, tokens_of
from tests.support.fixtures import NewUrl

OFFERED_HERE = {"township_officer": "高楼", "coordinator": "总队", "auditor": "nobody"}
PAGE, CLICK = "/api/catalog/oidc/authorize", "/oidc/demonstration"


@pytest.fixture
async def shown(new_store_url: NewUrl, tmp_path: Path) -> AsyncIterator[City]:
    """Catalog as a demonstration has it."""
    async with running_city(new_store_url(), tmp_path, demonstration=OFFERED_HERE) as city:
        yield city


async def click(city: City, role: str, **headers: str) -> httpx.Response:
    return await city.post(CLICK, ASKED | {"role": role}, **headers)


@pytest.mark.parametrize("role", ["township_officer", "coordinator"])
async def test_one_click_signs_in_without_password_and_one_time_code(
    shown: City, role: str
) -> None:
    page = await shown.house.client.get(PAGE, params=ASKED)
    assert f'name="role" value="{role}"' in page.text
    answer = await click(shown, role)
    assert answer.status_code == 303, answer.text
    said = parse_qs(urlsplit(answer.headers["location"]).query)
    assert said["state"] == ["s1"]
    tokens = tokens_of(await shown.exchange(said["code"][0]))
    assert claims(tokens["access_token"])["roles"] == [role]
    assert await shown.read(tokens["access_token"]) == 200


async def test_the_page_says_in_both_languages_what_each_role_does_and_is_small(
    new_store_url: NewUrl, tmp_path: Path
) -> None:
    async with running_city(
        new_store_url(), tmp_path, demonstration=demonstration_logins()
    ) as city:
        for language, word in (("zh-CN", "先试试"), ("en", "Try first")):
            asked = ASKED | {"ui_locales": language}
            page = await city.house.client.get(PAGE, params=asked)
            assert page.text.count(word) == len(demonstration_logins())
            assert "<script" not in page.text
            assert len(page.content) < 30_000


async def test_elsewhere_there_are_no_buttons_and_no_operation(city: City) -> None:
    page = await city.house.client.get(PAGE, params=ASKED)
    assert page.status_code == 200
    assert 'name="role"' not in page.text
    assert (await click(city, "coordinator")).status_code == 404
    assert CLICK not in city.house.services["catalog"].api.openapi()["paths"]
    assert not [name for name in CatalogSettings.model_fields if "demo" in name], (
        "no environment turns it on"
    )


@pytest.mark.parametrize("address", ["192.168.1.20", "203.0.113.9", "fe80::1"])
async def test_another_machine_gets_neither(shown: City, address: str) -> None:
    phone = shown.browser(address)
    page = await phone.house.client.get(PAGE, params=ASKED)
    assert page.status_code == 200
    assert 'name="role"' not in page.text
    assert (await click(phone, "coordinator")).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_whoever_comes_through_a_proxy_gets_neither(shown: City, header: str) -> None:
    headers = {header: "127.0.0.1"}
    page = await shown.house.client.get(PAGE, params=ASKED, headers=headers)
    assert 'name="role"' not in page.text
    assert (await click(shown, "coordinator", **headers)).status_code == 404


async def test_another_sites_page_signs_nobody_in(shown: City) -> None:
    refused = await click(shown, "coordinator", Origin="https://evil.example")
    assert refused.status_code == 403
    asked = ASKED | {"role": "coordinator", "redirect_uri": "https://evil.example/"}
    elsewhere = await shown.post(CLICK, asked)
    assert elsewhere.status_code == 422
    assert "location" not in elsewhere.headers


@pytest.mark.parametrize("role", ["auditor", "operator", "", "root"])
async def test_a_role_without_an_open_account_is_not_found(shown: City, role: str) -> None:
    assert (await click(shown, role)).status_code == 404
