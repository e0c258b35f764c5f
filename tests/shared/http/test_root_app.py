"""What holds for every answer of a process, and what it refuses before any service is asked."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.embedded import build_all, embedded
from shared.http.console_files import ADDRESS, ASSET, FILE
from shared.http.inputs import Confirmed
from shared.http.openapi import IGNORES_UNKNOWN
from shared.http.request_check import _parameters
from shared.http.root_app import SECURITY_HEADERS
from shared.process import application
from tests.access.test_matrix import operations_of
from tests.support.embedded import running_embedded
from tests.support.house import House
from tests.support.tree import ROOT

DIST = ROOT / "web" / "dist"
NOT_FOR_THE_PUBLIC = [
    "package.json",
    "src/main.ts",
    "assets",
    "assets/",
    "assets/nothing.js",
    "assets/nothing",
    ".npmrc",
    "../pyproject.toml",
    "%2e%2e/pyproject.toml",
    "assets/..%2f..%2fpackage.json",
    "nothing.html",
    "nothing.svg",
    "nothing.js",
    "api",
    "api/",
    "api/nothing",
    "gateway/health",
]


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=embedded(build_all(tmp_path)), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://diancai") as client:
        yield client


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running_embedded(tmp_path) as one:
        yield one


@pytest.mark.parametrize("path", NOT_FOR_THE_PUBLIC)
async def test_the_project_s_own_files_are_not_served(page: httpx.AsyncClient, path: str) -> None:
    refused = await page.get(f"/{path}")
    assert refused.status_code == 404, refused.text[:200]
    assert refused.json()["code"] == "not_found"


async def test_everything_that_was_built_is_served(page: httpx.AsyncClient) -> None:
    built = [path.relative_to(DIST).as_posix() for path in DIST.rglob("*") if path.is_file()]
    assert any(name.startswith("assets/") for name in built)
    for name in set(built) - {"index.html"}:
        answer = await page.get(f"/{name}")
        assert (answer.status_code, answer.content) == (200, (DIST / name).read_bytes()), name


@pytest.mark.parametrize("address", ["", "orders", "orders/2014-0017", "sign-in", "planning/a_b/"])
async def test_the_console_is_at_each_of_its_addresses(
    page: httpx.AsyncClient, address: str
) -> None:
    answer = await page.get(f"/{address}")
    assert answer.content == (DIST / "index.html").read_bytes()
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/index.html",
        "/icon.svg",
        "/orders",
        "/api/nothing",
        "/api/catalog/nothing",
        "/metrics",
    ],
)
async def test_every_answer_carries_the_security_headers(
    page: httpx.AsyncClient, path: str
) -> None:
    answer = await page.get(path)
    missing = [name for name in SECURITY_HEADERS if name not in answer.headers]
    assert missing == []
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
    assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_fault_outside_the_services_has_them_too(tmp_path: Path) -> None:
    async def broken(_request: Request) -> Response:
        raise RuntimeError("broken")

    transport = httpx.ASGITransport(
        app=application([], extra_routes=[Route("/broken", broken)]), raise_app_exceptions=False
    )
    async with httpx.AsyncClient(transport=transport, base_url="http://diancai") as client:
        answer = await client.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_page_is_asked_for_again_and_found_unchanged(page: httpx.AsyncClient) -> None:
    first = await page.get("/orders")
    again = await page.get("/orders", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, first.headers["cache-control"]) == (304, "no-cache")


async def test_what_is_named_by_its_hash_is_kept_and_travels_compressed(
    page: httpx.AsyncClient,
) -> None:
    largest = max((DIST / "assets").iterdir(), key=lambda path: path.stat().st_size)
    answer = await page.get(f"/assets/{largest.name}", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    refused = await page.get("/assets/nothing.js")
    assert refused.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("peer", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.168.1.20", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.168.1.20"}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, 404),
    ],
)
async def test_figures_are_for_this_machine_where_browsers_come_in(
    tmp_path: Path, peer: str, headers: dict[str, str], status: int
) -> None:
    transport = httpx.ASGITransport(app=embedded(build_all(tmp_path)), client=(peer, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://diancai") as client:
        assert (await client.get("/metrics", headers=headers)).status_code == status


async def test_head_answers_as_get_does_without_the_body(house: House) -> None:
    for name, service in house.services.items():
        for operation in operations_of(name, service.api):
            if operation.method != "GET" or "{" in operation.path:
                continue
            url = f"/api/{name}{operation.path}"
            got, head = await house.client.get(url), await house.client.head(url)
            assert (head.status_code, head.content) == (got.status_code, b""), url
            assert got.status_code != 401, url
            assert head.headers["content-type"] == got.headers["content-type"]
    refused = await house.client.head("/api/catalog/volunteers/V-000001/export")
    assert refused.status_code in (404, 405)


async def test_a_method_that_does_not_exist_is_told_which_do(house: House) -> None:
    refused = await house.client.delete("/api/catalog/teams")
    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in refused.headers["allow"]


def _urls(house: House) -> Iterator[tuple[str, str, bool]]:
    for name, service in house.services.items():
        for operation in operations_of(name, service.api):
            path = operation.path.replace("{", "").replace("}", "")
            yield operation.method, f"/api/{name}{path}", IGNORES_UNKNOWN in operation.extra


async def test_no_operation_ignores_a_parameter_that_it_does_not_have(house: House) -> None:
    """But those of sign-in, which must (RFC 6749, 3.1)."""
    assert any(ignores and url.endswith("/oidc/authorize") for _, url, ignores in _urls(house))
    for method, url, ignores in _urls(house):
        answer = await house.client.request(method, url, params={"tonwship_code": "330381125000"})
        told = answer.status_code == 422 and '"unknown_parameter"' in answer.text
        assert told != ignores, f"{method} {url}: {answer.status_code} {answer.text[:200]}"


async def test_the_refusal_names_the_parameter_and_the_one_that_was_meant(house: House) -> None:
    url = "/api/catalog/volunteers"
    refused = await house.client.get(
        url,
        params={"team_cod": "health", "limit": ["1", "2"]},
        headers={"Accept-Language": "zh-CN"},
    )
    errors = {error["field"]: error for error in refused.json()["errors"]}
    assert refused.status_code == 422
    assert set(errors) == {"team_cod", "limit"}
    assert "没有名为“team_cod”的查询参数" in errors["team_cod"]["detail"]
    assert errors["team_cod"]["remedy"].endswith("team_code。")
    assert errors["limit"]["code"] == "parameter_twice"
    assert (await house.client.get(url, params={"limit": "1"})).status_code != 422
    assert (await house.client.head(url, params={"x": "1"})).status_code == 422
    assert (await house.client.get(f"{url}?")).status_code != 422


async def test_what_may_be_said_several_times_may_be(house: House) -> None:
    async def operation(confirm: Confirmed = frozenset(), limit: int = 1) -> None: ...

    route = APIRoute("/x", operation)
    known, repeatable = _parameters(route)
    assert (set(known), set(repeatable)) == ({"confirm", "limit"}, {"confirm"})


def test_the_gateway_serves_the_same_files() -> None:
    template = (ROOT / "deploy" / "nginx" / "nginx.conf.template").read_text("utf-8")
    for rule in (ASSET, FILE, ADDRESS):
        assert f'location ~ "^/{rule.pattern}$"' in template
