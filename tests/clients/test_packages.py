"""The clients from elsewhere are the ones that were reviewed: pinned, with their hashes, from no named place."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from tests.support.node import CLIENTS


def test_every_package_is_pinned_by_its_hash_and_from_no_named_registry() -> None:
    wanted = json.loads((CLIENTS / "package.json").read_text("utf-8"))["dependencies"]
    locked = json.loads((CLIENTS / "package-lock.json").read_text("utf-8"))["packages"]
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
    for path, package in locked.items():
        if path:
            assert package["integrity"].startswith("sha512-"), path
            assert "resolved" not in package, path


async def test_the_packages_load(run_node: Callable[..., Awaitable[Any]]) -> None:
    assert await run_node(
        "packages.mjs",
        names=["amqplib", "openid-client", "eventsource", "@asyncapi/parser", "standardwebhooks"],
    ) == {
        "amqplib": True,
        "openid-client": True,
        "eventsource": True,
        "@asyncapi/parser": True,
        "standardwebhooks": True,
    }
