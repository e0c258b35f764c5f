"""Nothing sends a browser where the Host header says, for whoever sends the request may choose that."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.embedded import WEB, build_all, embedded
from shared.service import Service

HOSTS = [
    "evil.example",
    "evil.example/",
    "evil.example.",
    "evil.example:99999",
    "x@evil.example",
    "[::1",
    "a b",
    "",
]


@pytest.mark.parametrize("host", HOSTS)
async def test_no_address_leads_to_the_host_that_was_named(host: str, tmp_path: Path) -> None:
    services = build_all(tmp_path)
    transport = httpx.ASGITransport(app=embedded(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://house") as client:
        asked = 0
        for path in {*_addresses(services), *_folders()}:
            answer = await client.get(path, headers={"Host": host})
            assert "location" not in answer.headers, path
            assert "evil" not in answer.text + str(answer.headers), path
            asked += 1
        assert asked > 100
        discovery = (
            await client.get(
                "/api/catalog/.well-known/openid-configuration", headers={"Host": host}
            )
        ).json()
        assert (
            discovery["authorization_endpoint"]
            == "http://127.0.0.1:8000/api/catalog/oidc/authorize"
        )


def _addresses(services: list[Service]) -> Iterator[str]:
    """Every address that there is, with a slash more and with a slash less."""
    for service in services:
        yield f"/api/{service.name}"
        for path in service.api.openapi()["paths"]:
            filled = path.replace("{", "").replace("}", "")
            yield f"/api/{service.name}{filled}/"
            yield f"/api/{service.name}/{filled}"


def _folders() -> Iterator[str]:
    for folder in WEB.iterdir():
        if folder.is_dir():
            yield f"/{folder.name}"
            yield f"//{folder.name}/.."
