"""Refusals speak to whoever reads them: no identifiers, addresses or patterns, and a word for everything they name."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest

from cli.documents import openapi
from services.embedded import build_all
from shared.http.problems import Problem
from shared.http.texts import LANGUAGES, Texts
from shared.http.wording import Wording
from shared.kernel.errors import Forbidden, IllegalTransition, NotFound
from tests.support.tree import ROOT, SERVICES, domain_of, folder_of, policy_of

DEVELOPERS = {
    "an operation's address": re.compile(
        r"\b(GET|POST|PUT|DELETE|PATCH|HEAD) ?/|/api/|\.json\b|openapi", re.I
    ),
    "a pattern": re.compile(r"\\w|\[a-z|\[0-9|\^|\{\d+,\d*\}"),
    "an identifier": re.compile(r"\b[a-z]+_[a-z_]+\b(?!\})"),
    "a long hexadecimal number": re.compile(r"\b(?=\d*[a-f])(?=[a-f]*\d)[0-9a-f]{8,}\b"),
    "a word of a protocol": re.compile(
        r"Idempotency-Key|If-Match|If-None-Match|\bETag\b|\bHTTP\b|\bBearer\b|\bnull\b|\btrue\b|\bfalse\b"
    ),
}
FOR_PROGRAMS = {"client_unknown", "challenge_missing", "form_expected"}
"""Only whoever writes a client can meet these; they name what that person must correct."""

FILES = "file."
"""What a planning file has wrong is said in the words of its format."""

CONTRACT = "contract."
"""The catalogue of events is for whoever writes a client, in the words of JSON."""


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Mapping[str, Any]]:
    return {
        service.name: openapi(service) for service in build_all(tmp_path_factory.mktemp("data"))
    }


def texts_of(service: str) -> Texts:
    return Texts(folder_of(service) / "locales")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("folder", [*SERVICES, "shared"])
def test_no_text_speaks_to_developers(folder: str, language: str) -> None:
    path = ROOT / "shared/http" if folder == "shared" else folder_of(folder)
    entries: dict[str, dict[str, str]] = json.loads(
        (path / "locales" / f"{language}.json").read_text("utf-8")
    )
    for code, parts in entries.items():
        if code in FOR_PROGRAMS or code.startswith((FILES, CONTRACT)):
            continue
        for part, text in parts.items():
            said = re.sub(r"\{\w+\}", "", text)
            found = [what for what, pattern in DEVELOPERS.items() if pattern.search(said)]
            assert not found, (
                f"{folder}, {language}, {code}.{part} names {', '.join(found)}: {text}"
            )


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_every_operation_has_a_label(
    service: str, language: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    texts = texts_of(service)
    missing = sorted(
        {
            name
            for name, _ in fields_of(documents[service])
            if not texts.word(language, "fields", name)
        }
    )
    assert missing == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_choice_and_every_form_has_words(
    service: str, language: str, documents: Mapping[str, Mapping[str, Any]]
) -> None:
    texts = texts_of(service)
    schemas = [schema for _, schema in fields_of(documents[service])]
    choices = {
        str(choice)
        for schema in schemas
        for choice in schema.get("enum", [schema.get("const")])
        if choice
    }
    forms = {schema["pattern"] for schema in schemas if "pattern" in schema}
    assert sorted(choice for choice in choices if not texts.word(language, "choices", choice)) == []
    assert sorted(form for form in forms if not texts.word(language, "forms", form)) == []


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_state_step_and_action_has_a_word(service: str, language: str) -> None:
    texts = texts_of(service)
    missing = [
        f"actions: {name}"
        for name in policy_of(service).table
        if not texts.word(language, "actions", name)
    ]
    found = list(aggregates(service))
    assert found
    for kind, steps in found:
        wanted = [("kinds", kind), *((f"states.{kind}", state) for state in steps)]
        wanted += [(f"steps.{kind}", step) for possible in steps.values() for step in possible]
        missing += [
            f"{group}: {name}" for group, name in wanted if not texts.word(language, group, name)
        ]
    assert missing == []


def test_a_step_that_is_not_possible_is_told_in_words() -> None:
    refusal = IllegalTransition(
        "order", "0196f3aa", state="submitted", wanted="redraft", possible=("accept", "return")
    )
    said = {language: rendered(refusal, "requests", language) for language in LANGUAGES}
    assert said["zh-CN"]["detail"] == "该点单目前是“已提交”，不能修改。"
    assert said["zh-CN"]["remedy"] == "目前可以：受理、退回。"
    assert said["en"]["detail"] == "The order is “handed in” now; “change” is not possible."
    assert said["en"]["remedy"] == "Possible now: accept, return."
    over = IllegalTransition("order", "1", state="closed", wanted="accept", possible=())
    assert rendered(over, "requests", "zh-CN")["remedy"] == "目前可以：没有可做的步骤。"


def test_what_may_not_be_done_and_what_is_not_there_are_told_in_words() -> None:
    assert (
        rendered(Forbidden("accept_order"), "requests", "zh-CN")["detail"]
        == "您的角色不能在此受理点单。"
    )
    absent = rendered(NotFound("order", "0196f3aa9c"), "requests", "zh-CN")
    assert "0196f3aa9c" not in "".join(absent.values())


@pytest.mark.parametrize(
    ("path", "chinese", "english"),
    [
        ("place", "地点", "place"),
        ("lines[1].item_code", "点单项目第 2 条：服务项目", "order lines no. 2: service item"),
        ("wished_on[0]", "希望日期第 1 条", "wished days no. 1"),
        ("nobody_knows", None, None),
        ("lines[0].nobody_knows", None, None),
        (None, None, None),
    ],
)
def test_a_path_becomes_the_label_of_a_form(
    path: str | None, chinese: str | None, english: str | None
) -> None:
    assert Wording(texts_of("requests"), "zh-CN").label(path) == chinese
    assert Wording(texts_of("requests"), "en").label(path) == english


def test_choices_and_patterns_are_told_in_words() -> None:
    wording = Wording(texts_of("dispatch"), "zh-CN")
    assert (
        wording.of_fault("literal_error", {"expected": "'morning' or 'afternoon'"})["expected"]
        == "上午、下午"
    )
    known = wording.of_fault("string_pattern_mismatch", {"pattern": "^[0-9]{12}$"})
    assert known["pattern"] == "12 位数字"
    assert (
        wording.of_fault("string_pattern_mismatch", {"pattern": "^z$"})["pattern"] == "规定的格式"
    )


def test_the_document_has_a_place_for_labels() -> None:
    assert "label" in Problem.model_fields


def rendered(refusal: Any, service: str, language: str) -> dict[str, str]:
    texts = texts_of(service)
    return texts.render(language, refusal.code, Wording(texts, language).facts(refusal))


def fields_of(document: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every parameter and every field of a body: its name, and each schema that it can have."""
    for path in document["paths"].values():
        for operation in path.values():
            for parameter in operation.get("parameters", ()):
                yield from _named(document, parameter["name"], parameter["schema"])
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield from _named(document, "", content["schema"])


def _named(
    document: Mapping[str, Any], name: str, schema: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if name:
        yield name, schema
    for within in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from _named(document, name, within)
    for inner in ("items", "additionalProperties"):
        if isinstance(schema.get(inner), Mapping):
            yield from _named(document, name, schema[inner])
    for field, within in schema.get("properties", {}).items():
        yield from _named(document, field, within)


def aggregates(service: str) -> Iterator[tuple[str, Mapping[str, tuple[str, ...]]]]:
    """The kinds of a service's domain, with their steps by state."""
    for path, tree in domain_of(folder_of(service)):
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                found = getattr(module, node.name)
                if isinstance(getattr(found, "kind", None), str):
                    yield found.kind, getattr(found, "STEPS", {})
