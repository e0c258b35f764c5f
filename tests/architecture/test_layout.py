"""Someone who has read one service can find any line in the others: the same files, with the same rules."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.tree import (
    CAPABILITY,
    ROOT,
    SERVICES,
    capabilities_of,
    domain_of,
    folder_of,
    libraries_of,
    names_in,
    parts_of,
    sources,
    subscriptions_of,
)

REQUIRED = {
    "__init__.py",
    "__main__.py",
    "bootstrap.py",
    "settings.py",
    "consumers.py",
    "policy.py",
    "database.py",
    "README.md",
    "migrations/env.py",
    "migrations/script.py.mako",
    "locales/zh-CN.json",
    "locales/en.json",
}
WORTH_A_FOLDER = 250
"""So many lines are too many for one file of use cases or of routes."""
KNOWN_TO_OTHERS = {"use_cases", "queries", "domain"}
CAPABILITIES = [folder for service in SERVICES for folder in capabilities_of(service)]
LIBRARIES = [folder for service in SERVICES for folder in libraries_of(service)]
LEFT_OUT = {"utils", "helpers", "manager", "common", "models"}


def name_of(folder: Path) -> str:
    return ".".join(folder.relative_to(ROOT / "services").parts)


def test_there_are_four_services() -> None:
    assert SERVICES == ["catalog", "dispatch", "notify", "requests"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_all_have(service: str) -> None:
    missing = sorted(name for name in REQUIRED if not (folder_of(service) / name).is_file())
    assert not missing
    assert list((folder_of(service) / "migrations" / "versions").glob("0100_*.py"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_files_that_the_others_would_not_have(service: str) -> None:
    folders = [*capabilities_of(service), *libraries_of(service)]
    allowed = {name.split("/")[0] for name in REQUIRED} | {path.name for path in folders}
    assert names_in(folder_of(service)) <= allowed


@pytest.mark.parametrize("capability", CAPABILITIES, ids=name_of)
def test_a_capability_has_the_files_that_all_may_have(capability: Path) -> None:
    found = names_in(capability)
    assert found <= CAPABILITY
    assert not [name for name in found if f"{name}.py" in found], (
        "a file and a package of the same name"
    )
    assert found > {"__init__.py"}


@pytest.mark.parametrize("capability", CAPABILITIES, ids=name_of)
def test_use_cases_and_routes_fill_a_folder_only_when_they_are_too_many_for_a_file(
    capability: Path,
) -> None:
    for name in ("use_cases", "routes"):
        files = list((capability / name).glob("*.py"))
        lines = sum(len(path.read_text("utf-8").splitlines()) for path in files)
        assert not files or lines > WORTH_A_FOLDER, name


@pytest.mark.parametrize("capability", CAPABILITIES, ids=name_of)
def test_a_capability_knows_of_another_its_use_cases_queries_and_domain_only(
    capability: Path,
) -> None:
    others = tuple(f"services.{name_of(other)}" for other in CAPABILITIES if other != capability)
    for path, tree in sources(capability):
        is_domain = path.is_relative_to(capability / "domain") or path == capability / "domain.py"
        for module in _imported(tree):
            if f"{module}.".startswith(tuple(f"{other}." for other in others)):
                part = module.split(".")[3:4]
                allowed = {"domain"} if is_domain else KNOWN_TO_OTHERS
                if {"routes", "schemas"} & set(path.relative_to(capability).with_suffix("").parts):
                    allowed = allowed | {"schemas"}  # an answer may hold another's
                assert set(part) & allowed, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("library", LIBRARIES, ids=name_of)
def test_a_library_knows_nothing_of_its_service(library: Path) -> None:
    for path, tree in sources(library):
        for module in _imported(tree):
            known = module.startswith((f"services.{name_of(library)}.", "shared.kernel"))
            assert known or not module.startswith(("services", "shared")), (
                f"{path.relative_to(ROOT)} imports {module}"
            )


@pytest.mark.parametrize("capability", [*CAPABILITIES, *LIBRARIES], ids=name_of)
def test_the_tests_of_a_capability_lie_as_it_does(capability: Path) -> None:
    service = ROOT / "tests" / capability.parent.name
    assert list((service / capability.name).glob("test_*.py"))
    assert not list(service.glob("test_*.py"))


def test_the_import_contract_on_capabilities_covers_all_of_them() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (contract,) = (contract for contract in contracts if contract["id"] == "capability-layers")
    assert sorted(contract["containers"]) == sorted(
        f"services.{name_of(folder)}" for folder in CAPABILITIES
    )


@pytest.mark.parametrize("service", SERVICES)
def test_a_handler_is_named_for_its_event(service: str) -> None:
    own = [
        item
        for item in subscriptions_of(service).items()
        if item[1].__module__.startswith("services.")
    ]
    assert own
    for event, handler in own:
        assert handler.__module__.endswith(".handlers"), event.type
        # What is only told is a row of the capability's table of notices.
        assert handler.__name__ in {f"on_{event.type.split('.')[1]}", "post_notices"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_in_a_few_lines(service: str) -> None:
    assert len((folder_of(service) / "__main__.py").read_text("utf-8").splitlines()) <= 15


@pytest.mark.parametrize("service", SERVICES)
def test_routes_hold_no_error_handling(service: str) -> None:
    """What is refused is answered in one place, shared.http.problems.

    An operation that has to look at the request itself may answer a browser with a page instead.
    """
    found = [
        tree for path, tree in sources(folder_of(service)) if "routes" in path.with_suffix("").parts
    ]
    assert found
    for routes in found:
        functions = [
            node
            for node in ast.walk(routes)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        handling = [
            node for node in functions if any(isinstance(part, ast.Try) for part in ast.walk(node))
        ]
        assert not [
            node.name
            for node in handling
            if "request" not in {given.arg for given in node.args.args}
        ]


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_is_plain(service: str) -> None:
    own = tuple(f"services.{name_of(folder)}.domain" for folder in capabilities_of(service))
    parts = [part for library in libraries_of(service) for part in parts_of(library)]
    plain_parts = tuple(f"services.{name_of(part)}" for part in parts if not _beyond(part))
    for path, tree in domain_of(folder_of(service)):
        for module in _imported(tree):
            plain = _is_plain(module, *own, *plain_parts)
            assert plain, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_settings_and_the_bootstrap_know_the_mode(service: str) -> None:
    for path, tree in sources(folder_of(service)):
        if path.name not in {"bootstrap.py", "settings.py"}:
            for module in _imported(tree):
                assert module not in {"shared.messaging.memory", "shared.messaging.rabbitmq"}, (
                    path.relative_to(ROOT)
                )


def test_nothing_has_a_name_that_says_nothing() -> None:
    for top in ("services", "shared", "cli"):
        named = {
            path.stem for path in (ROOT / top).rglob("*") if path.suffix == ".py" or path.is_dir()
        }
        assert not named & LEFT_OUT


def _beyond(part: Path) -> list[str]:
    """What a part of a library imports beyond the standard library, shared.kernel and itself."""
    imported = (module for _, tree in sources(part) for module in _imported(tree))
    return [module for module in imported if not _is_plain(module, f"services.{name_of(part)}")]


def _is_plain(module: str, *allowed: str) -> bool:
    return module.split(".", maxsplit=1)[0] in sys.stdlib_module_names or module.startswith(
        ("shared.kernel", *allowed)
    )


def _imported(tree: ast.Module) -> list[str]:
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            module = node.module or ""
            is_package = (ROOT / module.replace(".", "/")).is_dir()
            modules += (
                [f"{module}.{alias.name}" for alias in node.names] if is_package else [module]
            )
    return modules
