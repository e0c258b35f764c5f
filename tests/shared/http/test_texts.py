"""What people read: the same entries in both languages, and one for every refusal, with the facts it needs."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from string import Formatter

import pytest
from pydantic_core._pydantic_core import list_all_errors

from shared.http.texts import DEFAULT, LANGUAGES, Texts, preferred_language
from shared.kernel.errors import IllegalTransition
from tests.support.tree import ROOT, SERVICES, domain_of, folder_of, sources

FOLDERS = [
    *sorted((ROOT / "services").glob("*/locales")),
    ROOT / "shared/http/locales",
    ROOT / "cli/locales",
]
ERRORS = {"DomainError", "InvalidInput", "Conflict"}


def entries(folder: Path, language: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((folder / f"{language}.json").read_text("utf-8"))
    return found


def needs(text: dict[str, str]) -> set[str]:
    """The facts that an entry's parts name."""
    return {name for part in text.values() for _, name, _, _ in Formatter().parse(part) if name}


@dataclass(frozen=True)
class Refusal:
    """A place in the code that refuses: with which code, and with which facts for its texts."""

    code: str
    facts: frozenset[str]
    place: str


def refusals(folder: Path) -> Iterator[Refusal]:
    kinds = dict(_kinds(folder))
    for path, tree in sources(folder):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            place = f"{path.relative_to(ROOT)}:{node.lineno}"
            called = (
                node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            )
            if called in ERRORS and node.args:
                code = node.args[0]
                assert isinstance(code, ast.Constant), (
                    f"{place}: a code must be written out, so that it can be found"
                )
                yield Refusal(
                    str(code.value),
                    frozenset(word.arg for word in node.keywords if word.arg),
                    place,
                )
            elif called in {"get", "get_entry", "NotFound"}:
                for argument in node.args:
                    for name in ast.walk(argument):
                        if isinstance(name, ast.Name) and name.id in kinds:
                            yield Refusal(
                                f"{kinds[name.id]}.not_found", frozenset({"id", "states"}), place
                            )


def _kinds(folder: Path) -> Iterator[tuple[str, str]]:
    """The aggregates of a service: class and kind."""
    for _, tree in domain_of(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                for line in node.body:
                    is_kind = isinstance(line, ast.AnnAssign) and ast.unparse(line.target) == "kind"
                    if (
                        is_kind
                        and isinstance(line, ast.AnnAssign)
                        and isinstance(line.value, ast.Constant)
                    ):
                        yield node.name, str(line.value.value)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_both_languages_have_the_same_entries(folder: Path) -> None:
    chinese, english = (entries(folder, language) for language in LANGUAGES)
    assert chinese.keys() == english.keys()
    for code in chinese:
        assert chinese[code].keys() == english[code].keys(), code
        assert needs(chinese[code]) == needs(english[code]), code
        assert all(
            part.strip() for text in (chinese[code], english[code]) for part in text.values()
        ), code


@pytest.mark.parametrize("service", SERVICES)
def test_every_refusal_of_a_service_has_texts(service: str) -> None:
    texts = entries(folder_of(service) / "locales", DEFAULT) | entries(
        ROOT / "shared/http/locales", DEFAULT
    )
    found = list(refusals(folder_of(service)))
    assert found
    for refusal in found:
        text = texts.get(refusal.code)
        assert text is not None, f"{refusal.place}: {refusal.code} has no texts"
        assert {"title", "detail", "remedy"} <= text.keys(), refusal.code
        assert needs(text) <= refusal.facts | {"states"}, (
            f"{refusal.place}: facts missing for {refusal.code}"
        )


def test_every_refusal_of_the_mechanism_has_texts() -> None:
    texts = entries(ROOT / "shared/http/locales", DEFAULT)
    codes = {
        refusal.code
        for refusal in refusals(ROOT / "shared")
        if not refusal.code.endswith(".not_found")
    }
    assert codes
    assert codes <= texts.keys()
    facts = IllegalTransition(
        "order", "1", state="draft", wanted="accept", possible=["submit"]
    ).facts
    assert needs(texts["illegal_transition"]) <= facts.keys()


def test_texts_for_broken_fields_use_facts_that_pydantic_gives() -> None:
    contexts: dict[str, set[str]] = {
        error["type"]: set(error.get("example_context") or {}) for error in list_all_errors()
    }
    contexts |= {"json_invalid": {"error"}, "other": set()}
    for _, tree in sources(ROOT / "shared/http"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "PydanticCustomError":
                facts = (
                    node.args[2].keys
                    if len(node.args) > 2 and isinstance(node.args[2], ast.Dict)
                    else []
                )
                contexts[ast.literal_eval(node.args[0])] = {
                    ast.literal_eval(fact) for fact in facts if fact
                }
    for code, text in entries(ROOT / "shared/http/locales", DEFAULT).items():
        if code.startswith("invalid."):
            kind = code.removeprefix("invalid.")
            assert kind in contexts, code
            assert needs(text) <= contexts[kind] | {"message"}, code


def test_a_services_own_texts_come_before_the_shared_ones() -> None:
    texts = Texts(folder_of("catalog") / "locales")
    assert texts.render("en", "team.not_found", {"id": "x"})["title"] == "There is no such team"
    assert texts.has("concurrent_change")


def test_days_and_moments_are_written_as_people_write_them() -> None:
    texts = Texts(folder_of("catalog") / "locales")
    facts = {"first": date(2014, 7, 16), "last": date(2014, 6, 27)}
    assert (
        texts.render("zh-CN", "days_reversed", facts)["detail"]
        == "当前为 2014年7月16日 至 2014年6月27日。"
    )
    assert (
        texts.render("en", "days_reversed", facts)["detail"]
        == "It would run from 16 July 2014 to 27 June 2014."
    )
    moment = {"ended_at": datetime(2014, 6, 26, 23, 30, tzinfo=UTC)}
    assert "2014年6月27日 07:30" in texts.render("zh-CN", "link.expired", moment)["detail"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh-CN"),
        ("", "zh-CN"),
        ("*", "zh-CN"),
        ("fr", "zh-CN"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("zh-TW", "zh-CN"),
        ("fr, en;q=0.5, zh;q=0.8", "zh-CN"),
        ("zh;q=0.1,en;q=0.9", "en"),
        ("en;q=0", "zh-CN"),
        ("en;q=x", "zh-CN"),
        (";;,,", "zh-CN"),
    ],
)
def test_the_language_is_the_best_that_the_reader_takes(header: str | None, language: str) -> None:
    assert preferred_language(header) == language
