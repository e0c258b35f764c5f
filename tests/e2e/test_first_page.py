"""The first page as the embedded system serves it, and what it asks of the services."""

import json
import re
from collections.abc import AsyncIterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.conftest import embedded_system

MOST_BYTES = 100_000
LANGUAGES = ("zh-CN", "en")
SVG_NAMESPACE = "http://www.w3.org/2000/svg"


class Markup(HTMLParser):
    """What index.html loads and links, and whatever a strict content security policy would refuse."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.refused: list[str] = []
        self.policy = ""
        self.keys: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        self.keys += [given["data-text"]] if "data-text" in given else []
        self.refused += [
            f"{tag} {name}" for name in given if name == "style" or name.startswith("on")
        ]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.refused.append(tag)
        if given.get("http-equiv", "").lower() == "content-security-policy":
            self.policy = given["content"]


class Page:
    """The page with everything that it loads, by path."""

    def __init__(self, files: dict[str, str]) -> None:
        self.files = files
        self.markup = Markup(files["/"])
        self.script = "\n".join(text for path, text in files.items() if path.endswith(".js"))

    @classmethod
    async def load(cls, http: httpx.AsyncClient) -> "Page":
        files: dict[str, str] = {}
        wanted = ["/", *(f"/locales/{language}.json" for language in LANGUAGES)]
        while wanted:
            path = wanted.pop()
            if path in files:
                continue
            response = await http.get(path)
            assert response.status_code == 200, path
            files[path] = response.text
            if path == "/":
                wanted += [
                    f"/{a}" for a in Markup(response.text).addresses if not a.startswith(("#", "/"))
                ]
            if path.endswith(".js"):
                assert "javascript" in response.headers["content-type"]
                wanted += [
                    f"/{name}"
                    for name in re.findall(r'^import .* from "\./([\w.]+)";$', response.text, re.M)
                ]
        return cls(files)


@pytest.fixture
async def http(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with embedded_system(tmp_path) as client:
        yield client


async def test_the_page_is_light_and_loads_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    page = await Page.load(http)
    assert {"/app.js", "/style.css", "/map.js", "/locales/en.json"} <= set(page.files)
    assert sum(len(text.encode()) for text in page.files.values()) < MOST_BYTES
    for path, text in page.files.items():
        elsewhere = re.findall(
            r"""["'(]\s*(?:https?:|wss?:)?//[^"')\s]+""", text.replace(SVG_NAMESPACE, "")
        )
        assert elsewhere == [], path
    assert "@import" not in page.files["/style.css"]


async def test_the_page_runs_under_a_strict_policy(http: httpx.AsyncClient) -> None:
    page = await Page.load(http)
    assert "default-src 'none'" in page.markup.policy
    assert "unsafe" not in page.markup.policy
    assert page.markup.refused == []
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(", page.script)


async def test_everything_the_page_asks_for_is_documented(http: httpx.AsyncClient) -> None:
    page = await Page.load(http)
    asked = set(re.findall(r'\b(?:get|address)\(\s*"(\w+)",\s*"([^"]+)"', page.script))
    assert ("notify", "/recipients/{recipient_id}/stream") in asked
    documents = {
        service: await document(http, service) for service in {service for service, _ in asked}
    }
    for service, path in sorted(asked):
        assert "get" in documents[service]["paths"].get(path, {}), f"{service}{path}"
        if "{" not in path:
            declared = documents[service]["paths"][path]["get"].get("parameters", [])
            limit = (
                {"limit": 500}
                if any(parameter["name"] == "limit" for parameter in declared)
                else {}
            )
            response = await http.get(
                f"/api/{service}{path}", params=limit
            )  # as long as the page's
            assert response.status_code == 200, f"{service}{path}"
    for address in page.markup.addresses:
        if address.startswith("/"):
            assert (await http.get(address)).json()["openapi"], address


async def test_the_page_has_words_for_everything(http: httpx.AsyncClient) -> None:
    page = await Page.load(http)
    dispatch = (await document(http, "dispatch"))["components"]["schemas"]
    requests = (await document(http, "requests"))["components"]["schemas"]
    composed = {
        "stop": choices(dispatch, "StopAnswer", "state"),
        "part": choices(dispatch, "StopAnswer", "part"),
        "assignment": choices(dispatch, "AssignmentAnswer", "state"),
        "order": choices(requests, "OrderAnswer", "state"),
        "service": ["dispatch", "notify", "requests"],
    }
    assert set(re.findall(r"\bt\(`(\w+)\.\$\{", page.script)) == set(composed)
    used = {f"{prefix}.{value}" for prefix, values in composed.items() for value in values}
    used |= set(page.markup.keys)
    used |= set(re.findall(r'\bt\("([\w.]+)"', page.script))
    used |= set(
        re.findall(
            r'"((?:next|over|start|figures|map|stop|booth|inbox|trouble)\.\w+)"', page.script
        )
    )
    for language in LANGUAGES:
        texts = json.loads(page.files[f"/locales/{language}.json"])
        assert used - set(texts) == set(), language


async def document(http: httpx.AsyncClient, service: str) -> dict[str, Any]:
    answer: dict[str, Any] = (await http.get(f"/api/{service}/openapi.json")).json()
    return answer


def choices(schemas: dict[str, Any], schema: str, field: str) -> list[str]:
    """The values that a field can have, by the OpenAPI document."""
    found: list[str] = schemas[schema]["properties"][field]["enum"]
    return found
