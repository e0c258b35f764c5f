"""What stands in the repository, found and not listed, so that a new service is tested as soon as it is there."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from sqlalchemy import MetaData

from shared.db.migrate import Migrations
from shared.kernel.access import Policy
from shared.messaging.consumer import Subscriptions

ROOT = Path(__file__).parents[2]
SERVICES = sorted(folder.name for folder in (ROOT / "services").iterdir() if (folder / "__init__.py").exists())


def folder_of(service: str) -> Path:
    return ROOT / "services" / service


def migrations_of(service: str) -> Migrations:
    return Migrations(service, folder_of(service) / "migrations")


def metadata_of(service: str) -> list[MetaData]:
    """All the tables that a service's store must have: its own, and those its migrations name with them."""
    env = ast.parse((folder_of(service) / "migrations" / "env.py").read_text("utf-8"))
    found = []
    for node in ast.walk(env):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [alias.name for alias in node.names]
            found += [
                value for name in names if isinstance(value := getattr(import_module(node.module), name), MetaData)
            ]
    return found


def subscriptions_of(service: str) -> Subscriptions:
    table: Subscriptions = import_module(f"services.{service}.consumers").SUBSCRIPTIONS
    return table


def sources(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files under ``folder``, parsed."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"), filename=str(path))


def policy_of(service: str) -> Policy:
    """The table of a service's application/policy.py."""
    policy: Policy = import_module(f"services.{service}.application.policy").POLICY
    return policy
