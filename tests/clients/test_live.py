"""The live inbox as the eventsource package reads it, over connections that are lost."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from shared.kernel.access import Role
from tests.notify.inbox.test_stream import PATH, Served
from tests.notify.rui_an import directory, messages, ordered, tell
from tests.support.house import House
from tests.support.node import ScriptFailed
from tests.support.tokens import token

ORDERS = 30
LOST_AFTER = [5, 12]


async def test_eventsource_misses_nothing_over_lost_connections(
    notify: House, served: Served, run_node: Callable[..., Awaitable[Any]]
) -> None:
    await tell(notify, *directory())
    url = f"{str(served.client.base_url).rstrip('/')}{PATH}?after=0"
    reading = asyncio.ensure_future(
        run_node(
            "live.mjs", url=url, token=token(Role.COORDINATOR), wanted=ORDERS, lost_after=LOST_AFTER
        )
    )
    for _ in range(ORDERS):
        await tell(notify, ordered())
    said = await reading
    ids = [str(message["position"]) for message in await messages(notify, "coordinator")]
    assert said["ids"] == ids
    assert said["asked"] == [None, *(ids[lost - 1] for lost in LOST_AFTER)]


async def test_eventsource_is_refused_without_a_token(
    notify: House, served: Served, run_node: Callable[..., Awaitable[Any]]
) -> None:
    url = f"{str(served.client.base_url).rstrip('/')}{PATH}"
    with pytest.raises(ScriptFailed, match="refused: 401"):
        await run_node("live.mjs", url=url, token="none", wanted=1, lost_after=[])
