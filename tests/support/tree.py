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
SERVICES = sorted(
    folder.name for folder in (ROOT / "services").iterdir() if (folder / "__init__.py").exists()
)


CAPABILITY = {
    "__init__.py",
    "domain.py",
    "domain",
    "use_cases.py",
    "use_cases",
    "queries.py",
    "queries",
    "handlers.py",
    "routes.py",
    "routes",
    "schemas.py",
    "schemas",
    "sheets.py",
    "tables.py",
    "jobs.py",
    "adapters",
}
"""What a capability may hold. What grows beyond some 300 lines becomes a package of the same name."""


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
                value
                for name in names
                if isinstance(value := _imported(node.module, name), MetaData)
            ]
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
    """The folders of a service, one for each thing that people do with it."""
    return [folder for folder in _packages(folder_of(service)) if not _is_library(folder)]


def libraries_of(service: str) -> list[Path]:
    """The folders of a service that know nothing of it: see :func:`_is_library`."""
    return [folder for folder in _packages(folder_of(service)) if _is_library(folder)]


def parts_of(library: Path) -> list[Path]:
    return _packages(library)


def names_in(folder: Path) -> set[str]:
    """What a folder holds; one that was moved away leaves compiled files behind, and they don't count."""
    held = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {path.relative_to(folder).parts[0] for path in held}


def _packages(folder: Path) -> list[Path]:
    return sorted(path.parent for path in folder.glob("*/__init__.py"))


def _is_library(folder: Path) -> bool:
    """It holds packages only, and none has the name of a capability's part."""
    parts = {part.name for part in _packages(folder)}
    return bool(parts) and names_in(folder) == {"__init__.py"} | parts and not parts & CAPABILITY


def domain_of(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """The Python files of a service's domain, or of its capabilities' domains, parsed."""
    for path, tree in sources(folder):
        if "domain" in path.relative_to(folder).with_suffix("").parts:
            yield path, tree


def policy_of(service: str) -> Policy:
    """The table of a service's policy.py."""
    policy: Policy = import_module(f"services.{service}.policy").POLICY
    return policy
