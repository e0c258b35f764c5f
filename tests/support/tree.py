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
            found += [value for name in names if isinstance(value := _imported(node.module, name), MetaData)]
    return found


def _imported(module: str, name: str) -> object:
    """What ``from module import name`` gives; a module that defines tables adds them to its service's metadata."""
    found = import_module(module)
    return getattr(found, name) if hasattr(found, name) else import_module(f"{module}.{name}")


def subscriptions_of(service: str) -> Subscriptions:
    table: Subscriptions = import_module(f"services.{service}.consumers").SUBSCRIPTIONS
    return table


def sources(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files under ``folder``, parsed."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text("utf-8"), filename=str(path))


def capabilities_of(service: str) -> list[Path]:
    """The folders of a service that is laid out by capability; none of one that has a folder ``application``."""
    packages = sorted(path.parent for path in folder_of(service).glob("*/__init__.py"))
    return [] if folder_of(service) / "application" in packages else packages


def domain_of(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files of a service's domain, or of its capabilities' domains, parsed."""
    for path, tree in sources(folder):
        if "domain" in path.relative_to(folder).with_suffix("").parts:
            yield path, tree


def policy_of(service: str) -> Policy:
    """The table of a service's policy.py."""
    inside = "" if capabilities_of(service) else ".application"
    policy: Policy = import_module(f"services.{service}{inside}.policy").POLICY
    return policy
