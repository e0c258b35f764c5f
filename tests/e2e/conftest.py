"""The whole system as separate processes on real servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.deployment import ROLES, Deployment
from tests.support.fixtures import NewUrl
from tests.support.private import Playground


@pytest.fixture
def playground() -> Iterator[Playground]:
    playground = Playground()
    yield playground
    playground.close()


@pytest.fixture
def new_deployment(
    playground: Playground, postgres_url: NewUrl, redis_url: str, tmp_path: Path
) -> Iterator[Callable[[str], Deployment]]:
    """Gives a deployment on a broker, with a new database for each service; migrated, not started."""
    made: list[Deployment] = []

    def new(broker_url: str) -> Deployment:
        settings = {
            service: {
                f"{service.upper()}_DATABASE_URL": postgres_url(),
                f"{service.upper()}_BROKER_URL": broker_url,
                f"{service.upper()}_REDIS_URL": redis_url,
            }
            for service in ROLES
        }
        deployment = Deployment(playground, settings, tmp_path)
        deployment.migrate()
        made.append(deployment)
        return deployment

    yield new
    for deployment in made:
        deployment.stop()
