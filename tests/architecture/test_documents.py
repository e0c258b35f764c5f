"""Documents say what is so: files, functions and commands that they name exist, the table of events is the code's."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from cli.main import app
from tests.support.generate import event_table, written_event_table
from tests.support.tree import SERVICES, folder_of

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    + [folder_of(service) / "README.md" for service in SERVICES]
)
COMMANDS: object = get_command(app)
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_table_of_events_is_that_of_the_code() -> None:
    assert written_event_table() == event_table(), "run: make generate"


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_and_function_that_a_document_names_exists(document: Path) -> None:
    """Paths begin at the root, or at a service for what each of them has; a table about a folder names files only."""
    named = list(_named(document.read_text("utf-8")))
    assert document.name != "ARCHITECTURE.md" or len(named) > 20
    for path, function in named:
        found = [
            file
            for file in (ROOT / path, *(folder_of(service) / path for service in SERVICES))
            if file.is_file()
        ]
        found = found or ([] if "/" in path else list(document.parent.rglob(path)))
        assert found, f"{name_of(document)} names {path}"
        if function:
            assert re.search(rf"(def|class) {function}\b", found[0].read_text("utf-8")), (
                f"{path} has no {function}"
            )


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_file_that_a_document_links_exists(document: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)", document.read_text("utf-8")):
        assert link.startswith("https://") or (document.parent / link).exists(), (
            f"{name_of(document)} links {link}"
        )


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_that_a_document_shows_exists(document: Path) -> None:
    for words in re.findall(
        r"(?:`|bin/|^    )diancai ([a-z]+(?: [a-z]+)?)", document.read_text("utf-8"), re.MULTILINE
    ):
        command = COMMANDS
        for word in words.split():
            if isinstance(command, TyperGroup):
                command = command.commands.get(word)
        assert command is not None, f"{name_of(document)} shows diancai {words}"


def test_the_architecture_is_read_in_one_sitting() -> None:
    assert len((ROOT / "ARCHITECTURE.md").read_text("utf-8").splitlines()) <= 120


def test_decisions_are_numbered_one_page_each_and_say_why() -> None:
    assert [path.name[:5] for path in DECISIONS] == [
        f"{number:04}-" for number in range(1, len(DECISIONS) + 1)
    ]
    for path in DECISIONS:
        text = path.read_text("utf-8")
        assert text.startswith(f"# {int(path.name[:4])}. "), path.name
        headings = re.findall("^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name
        assert len(text.splitlines()) <= 45, path.name


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Python files in backquotes, with a function or class behind a colon or without."""
    yield from re.findall(r"`([\w./]+\.py)(?::(\w+))?`", text)
