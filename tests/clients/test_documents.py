"""Our documents as parsers from elsewhere read them: OpenAPI of each service, AsyncAPI of all events."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from cli import documents
from services.embedded import build_all
from shared import __version__
from shared.contracts import EVENTS, PUBLISHERS
from shared.eventlog.position import POSITION

RunNode = Callable[..., Awaitable[Any]]


async def test_the_asyncapi_parser_accepts_the_document_of_all_events(run_node: RunNode) -> None:
    said = (await run_node("documents.mjs", asyncapi=documents.asyncapi(__version__)))["asyncapi"]
    assert said["wrong"] == []
    assert set(said["messages"]) == {
        *EVENTS,
        *(f"{publisher}.{POSITION}" for publisher in PUBLISHERS),
    }
    assert said["operations"] >= len(EVENTS)


async def test_the_asyncapi_parser_would_say_what_is_wrong(run_node: RunNode) -> None:
    document = documents.asyncapi(__version__)
    del document["info"]["version"]
    assert (await run_node("documents.mjs", asyncapi=document))["asyncapi"]["wrong"]


async def test_an_openapi_validator_accepts_the_document_of_each_service(
    run_node: RunNode, tmp_path: Path
) -> None:
    ours = {service.name: documents.openapi(service) for service in build_all(tmp_path)}
    said = (await run_node("documents.mjs", openapi=ours))["openapi"]
    assert said == {name: {"valid": True, "version": "3.1", "wrong": []} for name in PUBLISHERS}


async def test_the_openapi_validator_would_say_what_is_wrong(
    run_node: RunNode, tmp_path: Path
) -> None:
    document = documents.openapi(build_all(tmp_path)[0])
    del document["info"]["title"]
    said = (await run_node("documents.mjs", openapi={"catalog": document}))["openapi"]["catalog"]
    assert not said["valid"]
    assert said["wrong"]
