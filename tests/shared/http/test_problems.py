"""Refusals and faults as problem documents (RFC 9457): what was wrong, which rule, what to do."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.http import problems
from shared.http.middleware import RequestTelemetry
from shared.http.texts import Texts
from shared.kernel.errors import Conflict, IllegalTransition, NotFound
from shared.messaging.broker import BrokerUnavailable
from tests.support.fixtures import NewUrl
from tests.support.house import House, running_house
from tests.support.proxy import wired
from tests.support.tree import folder_of

TOWNSHIP = {"name": "高楼镇", "name_en": "Gaolou Town", "lat": 27.8136, "lon": 120.2775}

FAULTS: dict[str, Exception] = {
    "missing": NotFound("edition", "2014", states=("draft", "published")),
    "illegal": IllegalTransition(
        "edition", "2014", state="published", wanted="redraft", possible=["retire"]
    ),
    "conflict": Conflict("concurrent_change"),
    "broker": BrokerUnavailable("not connected"),
    "network": ConnectionRefusedError("no route to the store at 10.0.0.7"),
    "bug": ZeroDivisionError("the secret is 42"),
}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An application whose every page fails, each in its way."""
    app = FastAPI()
    app.add_middleware(
        RequestTelemetry,
        service="test",
        on_fault=problems.install(app, Texts(folder_of("catalog") / "locales")),
    )

    @app.get("/{how}")
    async def fail(how: str) -> None:
        raise FAULTS[how]

    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as one:
        yield one


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ("missing", 404, "edition.not_found"),
        ("illegal", 409, "illegal_transition"),
        ("conflict", 409, "concurrent_change"),
        ("broker", 503, "unavailable"),
        ("network", 503, "unavailable"),
        ("bug", 500, "internal_error"),
    ],
)
async def test_every_failure_is_a_problem_document(
    client: httpx.AsyncClient, how: str, status: int, code: str
) -> None:
    answer = await client.get(f"/{how}")
    problem = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (problem["code"], problem["type"]) == (code, f"urn:diancai:problem:{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["remedy"]
    assert answer.headers["x-correlation-id"]
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_a_refusal_names_the_states_and_steps_that_are_possible(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/missing")).json()["states"] == ["draft", "published"]
    illegal = (await client.get("/illegal")).json()
    assert (illegal["state"], illegal["possible"]) == ("published", ["retire"])


@pytest.mark.parametrize(
    ("accepts", "language"), [("en", "en"), ("zh-CN", "zh-CN"), ("fr", "zh-CN")]
)
async def test_a_refusal_is_in_the_readers_language(
    client: httpx.AsyncClient, accepts: str, language: str
) -> None:
    answer = await client.get("/missing", headers={"Accept-Language": accepts})
    assert answer.headers["content-language"] == language
    assert "Accept-Language" in answer.headers["vary"]
    assert ("目录" in answer.json()["detail"]) == (language == "zh-CN")


async def test_a_fault_tells_nothing_about_the_inside(client: httpx.AsyncClient) -> None:
    for how in ("bug", "network"):
        text = (await client.get(f"/{how}")).text
        assert "secret" not in text
        assert "10.0.0.7" not in text
    bug = await client.get("/bug")
    assert bug.headers["x-correlation-id"] in bug.json()["detail"]


async def test_pages_and_methods_that_do_not_exist_are_problems_too(catalog: House) -> None:
    for method, path, status, code in (
        ("GET", "/api/catalog/nothing", 404, "not_found"),
        ("DELETE", "/api/catalog/teams", 405, "method_not_allowed"),
    ):
        answer = await catalog.client.request(method, path)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_that_is_no_json_is_a_problem(catalog: House) -> None:
    answer = await catalog.client.put(
        "/api/catalog/townships/330381125000",
        content=b"{",
        headers={"Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


async def test_a_replay_to_a_service_that_is_not_there_can_be_tried_again_later(
    catalog: House,
) -> None:
    await catalog.client.put("/api/catalog/townships/330381125000", json=TOWNSHIP)
    answer = await catalog.client.post("/api/catalog/events/replay", json={"to": "requests"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    answer = await catalog.client.post("/api/catalog/events/replay", json={"to": "nobody"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_service")


async def test_while_the_store_is_away_requests_are_refused_and_later_taken(
    postgres_url: NewUrl,
) -> None:
    async with wired(postgres_url()) as wire:
        settings = CatalogSettings(database_url=wire.url)
        async with running_house(
            lambda b, c, t: build(settings, broker=b, cache=c, clock=t)
        ) as house:

            async def put() -> httpx.Response:
                return await house.client.put("/api/catalog/townships/330381125000", json=TOWNSHIP)

            assert (await put()).status_code == 200
            wire.cut()
            away = await put()
            assert (away.status_code, away.json()["code"]) == (503, "unavailable")
            assert away.headers["retry-after"]
            ready = await house.client.get("/api/catalog/health/ready")
            assert (ready.status_code, ready.json()["wrong"]["store"]) == (503, "can't be reached")
            assert (await house.client.get("/api/catalog/health/live")).status_code == 200
            wire.mend()
            assert (await put()).status_code == 200


async def test_a_store_without_the_schema_is_not_ready(tmp_path: Path) -> None:
    from shared.cache.memory import MemoryCache
    from shared.kernel.clock import utc_now
    from shared.messaging.memory import MemoryBroker

    settings = CatalogSettings(database_url=f"sqlite:///{tmp_path}/catalog.db")
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=utc_now)
    assert "python -m services.catalog migrate" in (await service.probe())["schema"]
    await service.database.close()
