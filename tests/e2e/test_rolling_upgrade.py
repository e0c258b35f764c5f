"""A release and the next run side by side on one store, in whatever order their processes start."""

from collections.abc import Callable

import pytest

from shared.db.engine import Database
from tests.storm.processes import NEXT_RELEASE
from tests.support.deployment import Deployment
from tests.support.later import LATER
from tests.support.tree import migrations_of

API, RELAY = ("requests", "api"), ("requests", "relay")


@pytest.mark.long
async def test_the_next_release_comes_and_goes_beside_this_one(
    new_deployment: Callable[[str], Deployment], rabbit_vhost: str
) -> None:
    deployment = new_deployment(rabbit_vhost)
    for part in (API, RELAY):
        deployment.start(part)
    await deployment.ready(API, RELAY)
    await deployment.replace(API, NEXT_RELEASE)
    assert await _revision(deployment) == LATER
    await deployment.ready(RELAY)
    deployment.kill9(RELAY)
    deployment.start(RELAY)
    await deployment.ready(RELAY)
    await deployment.replace(API)
    await deployment.ready(API, RELAY)
    assert await _revision(deployment) == LATER


async def _revision(deployment: Deployment) -> str | None:
    database = Database(deployment.settings["requests"]["REQUESTS_DATABASE_URL"])
    try:
        return await migrations_of("requests").current(database)
    finally:
        await database.close()
