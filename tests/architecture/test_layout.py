"""Someone who has read one service can find any line in the others: the same files, with the same rules."""

import ast
import sys

import pytest

from tests.support.tree import ROOT, SERVICES, folder_of, sources

REQUIRED = {
    "__init__.py",
    "__main__.py",
    "bootstrap.py",
    "settings.py",
    "consumers.py",
    "Dockerfile",
    "README.md",
    "api/__init__.py",
    "api/routes.py",
    "api/schemas.py",
    "application/__init__.py",
    "application/queries.py",
    "domain/__init__.py",
    "store/__init__.py",
    "store/tables.py",
    "migrations/env.py",
    "migrations/script.py.mako",
    "locales/zh-CN.json",
    "locales/en.json",
}
TOP_LEVEL = {name.split("/")[0] for name in REQUIRED} | {"adapters", "jobs.py"}
LEFT_OUT = {"utils", "helpers", "manager", "common", "models"}


def test_there_are_four_services() -> None:
    assert SERVICES == ["catalog", "dispatch", "notify", "requests"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_the_files_that_all_have(service: str) -> None:
    missing = sorted(name for name in REQUIRED if not (folder_of(service) / name).is_file())
    assert not missing
    assert list((folder_of(service) / "migrations" / "versions").glob("0001_*.py"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_no_files_that_the_others_would_not_have(service: str) -> None:
    assert {path.name for path in folder_of(service).iterdir() if path.name != "__pycache__"} <= TOP_LEVEL


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_starts_in_a_few_lines(service: str) -> None:
    assert len((folder_of(service) / "__main__.py").read_text("utf-8").splitlines()) <= 15


@pytest.mark.parametrize("service", SERVICES)
def test_routes_hold_no_error_handling(service: str) -> None:
    """What is refused is answered in one place, shared.http.problems."""
    routes = ast.parse((folder_of(service) / "api" / "routes.py").read_text("utf-8"))
    assert not [node.lineno for node in ast.walk(routes) if isinstance(node, ast.Try)]


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_is_plain(service: str) -> None:
    allowed = ("shared.kernel", f"services.{service}.domain")
    for path, tree in sources(folder_of(service) / "domain"):
        for module in _imported(tree):
            plain = module.split(".")[0] in sys.stdlib_module_names or module.startswith(allowed)
            assert plain, f"{path.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize("service", SERVICES)
def test_only_the_settings_and_the_bootstrap_know_the_mode(service: str) -> None:
    for path, tree in sources(folder_of(service)):
        if path.name not in {"bootstrap.py", "settings.py"}:
            for module in _imported(tree):
                assert module not in {"shared.messaging.memory", "shared.messaging.rabbitmq"}, path.relative_to(ROOT)


def test_nothing_has_a_name_that_says_nothing() -> None:
    for top in ("services", "shared", "cli"):
        named = {path.stem for path in (ROOT / top).rglob("*") if path.suffix == ".py" or path.is_dir()}
        assert not named & LEFT_OUT


def _imported(tree: ast.Module) -> list[str]:
    modules = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports name the whole path"
            modules.append(node.module or "")
    return modules
