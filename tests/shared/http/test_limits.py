"""How often, how much and how long: what operations take."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.cache.memory import MemoryCache
from shared.cache.port import Cache
from shared.cache.redis import RedisCache
from shared.kernel.access import Role
from tests.support.clock import from_a_full_hour
from tests.support.house import House, running_house
from tests.support.tokens import bearer

GAOLOU = "330381125000"
TEAMS = "/api/catalog/teams"


@pytest.fixture
async def catalog(tmp_path: Path) -> AsyncIterator[House]:
    settings = CatalogSettings(
        database_url=f"sqlite:///{tmp_path}/catalog.db",
        limit_account=5,
        limit_address=12,
        limit_stranger=3,
        limit_township_writes=2,
        max_body_bytes=2048,
        max_file_bytes=10_000,
    )
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        yield house


async def statuses(house: House, count: int, headers: dict[str, str]) -> list[int]:
    house.client.headers.pop("Authorization", None)
    return [(await house.client.get(TEAMS, headers=headers)).status_code for _ in range(count)]


async def test_an_account_that_asks_too_often_must_wait(catalog: House) -> None:
    assert await statuses(catalog, 6, bearer(Role.AUDITOR, sub="a1")) == [200] * 5 + [429]
    refused = await catalog.client.get(TEAMS, headers=bearer(Role.AUDITOR, sub="a1"))
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["code"] == "too_many_requests"
    assert await statuses(catalog, 1, bearer(Role.AUDITOR, sub="a2")) == [200], "others need not"


async def test_many_accounts_of_one_address_must_wait(catalog: House) -> None:
    seen = [(await statuses(catalog, 1, bearer(Role.AUDITOR, sub=f"a{n}")))[0] for n in range(14)]
    assert seen == [200] * 12 + [429] * 2


async def test_guessing_tokens_ends_sooner(catalog: House) -> None:
    assert await statuses(catalog, 5, {"Authorization": "Bearer guess"}) == [401] * 3 + [429] * 2


async def test_the_accounts_of_a_township_share_their_changes(catalog: House) -> None:
    path = "/api/catalog/accounts/self/password"
    seen = []
    for n in range(4):
        headers = bearer(Role.OFFICER, sub=f"officer-{n}", township_code=GAOLOU)
        answer = await catalog.client.post(
            path, json={"old_password": "x", "new_password": "y"}, headers=headers
        )
        seen.append(answer.status_code == 429)
    assert seen == [False, False, True, True]


@pytest.mark.parametrize("says_length", [True, False])
async def test_a_body_that_is_too_long_is_refused(catalog: House, says_length: bool) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000

    content = b"x" * 10_000 if says_length else chunks()
    headers = {"Content-Type": "application/json"}
    refused = await catalog.client.put("/api/catalog/agencies/a", content=content, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")


async def test_a_form_of_another_site_can_write_nothing(catalog: House) -> None:
    """What a browser sends across sites unasked: a body that calls itself plain text, and cookies."""
    body = b'{"name": "x", "name_en": "x"}'
    plain = await catalog.client.put(
        "/api/catalog/agencies/a", content=body, headers={"Content-Type": "text/plain"}
    )
    assert plain.status_code == 422
    catalog.client.headers.pop("Authorization")
    with_cookie = await catalog.client.put(
        "/api/catalog/agencies/a", content=body, headers={"Cookie": "session=1"}
    )
    assert with_cookie.status_code == 401
    assert "set-cookie" not in with_cookie.headers
    preflight = await catalog.client.options(
        TEAMS, headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "GET"}
    )
    assert "access-control-allow-origin" not in preflight.headers


async def test_answers_tell_browsers_to_be_careful(catalog: House) -> None:
    for answer in (
        await catalog.client.get(TEAMS),
        await catalog.client.get("/api/catalog/nothing"),
    ):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_what_takes_too_long_is_ended_and_undone(tmp_path: Path) -> None:
    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db", max_seconds=0.001)
    async with running_house(lambda b, c, t: build(settings, broker=b, cache=c, clock=t)) as house:
        body = {"name": "卫生局", "name_en": "Health"}
        refused = await house.client.put("/api/catalog/agencies/health", json=body)
        assert (refused.status_code, refused.json()["code"]) == (503, "too_slow")
        assert await house.published("catalog") == []


@pytest.fixture(params=["memory", "redis"])
async def cache(request: pytest.FixtureRequest) -> AsyncIterator[Cache]:
    made: Cache = (
        MemoryCache(now=from_a_full_hour())
        if request.param == "memory"
        else RedisCache(request.getfixturevalue("redis_url"), now=from_a_full_hour())
    )
    async with made.running():
        yield made


async def test_counts_are_kept_per_key(cache: Cache, tmp_path: Path) -> None:
    waits = [await cache.take(f"{tmp_path}:a", limit=2, seconds=3600) for _ in range(4)]
    assert waits[:2] == [0, 0]
    assert all(0 < wait <= 3600 for wait in waits[2:])
    assert await cache.take(f"{tmp_path}:b", limit=2, seconds=3600) == 0


async def test_a_new_window_counts_from_nothing() -> None:
    at = [1_800_000_030.0]
    cache = MemoryCache(now=lambda: at[0])
    assert [await cache.take("a", limit=2, seconds=60) for _ in range(3)] == [0, 0, 30]
    at[0] += 29
    assert await cache.take("a", limit=2, seconds=60) == 1
    at[0] += 1
    assert await cache.take("a", limit=2, seconds=60) == 0


async def test_without_redis_a_process_counts_for_itself() -> None:
    away = RedisCache("redis://127.0.0.1:1/0", now=from_a_full_hour())
    async with away.running():
        waits = [await away.take("a", limit=2, seconds=3600) for _ in range(4)]
    assert [wait > 0 for wait in waits] == [False, False, True, True]


async def test_operations_without_a_store_have_a_limit_too(catalog: House) -> None:
    """Discovery and keys count as a stranger's requests; health checks have a count of their own, and a larger one."""
    keys = [(await catalog.client.get("/api/catalog/oidc/jwks")).status_code for _ in range(5)]
    assert keys[3:] == [429, 429]
    health = [(await catalog.client.get("/api/catalog/health/live")).status_code for _ in range(13)]
    assert health == [200] * 12 + [429]


async def test_the_openapi_document_has_a_limit_and_does_not_grow(catalog: House) -> None:
    """It is kept, and each request for it may come from anybody."""
    asked = [await catalog.client.get("/api/catalog/openapi.json") for _ in range(5)]
    assert [answer.status_code for answer in asked] == [200, 200, 200, 429, 429]
    assert len({answer.content for answer in asked[:3]}) == 1
    assert asked[3].json()["code"] == "too_many_requests"


async def test_a_file_may_be_longer_than_another_body_and_not_endless(catalog: House) -> None:
    async def sent(path: str, size: int) -> int:
        headers = bearer(Role.COORDINATOR, sub=f"{path}{size}")
        answer = await catalog.client.post(
            f"/api/catalog{path}", content=b"x" * size, headers=headers
        )
        return answer.status_code

    table = "/imports?about=teams"
    assert [await sent(table, size) for size in (2_000, 9_000, 11_000)] == [422, 422, 413]
    assert await sent("/volunteers", 9_000) == 413


async def test_a_file_of_unknown_length_is_cut_off_at_the_same_length(catalog: House) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 1_000

    answer = await catalog.client.post(
        "/api/catalog/imports?about=teams", content=endless(), headers=bearer(Role.COORDINATOR)
    )
    assert answer.status_code == 413
