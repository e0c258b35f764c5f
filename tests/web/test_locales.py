"""The console's texts: both languages say the same things, and nothing is there that no page says."""

import json
import re
from typing import cast

from tests.support.tree import ROOT

SOURCES = ROOT / "web" / "src"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def texts(language: str) -> dict[str, str]:
    return cast(
        dict[str, str], json.loads((SOURCES / "locales" / f"{language}.json").read_text("utf-8"))
    )


def code() -> str:
    return "\n".join(
        path.read_text("utf-8")
        for path in sorted(SOURCES.rglob("*"))
        if path.suffix in {".ts", ".vue"}
    )


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(texts("zh-CN")) == list(texts("en"))


def test_both_languages_are_given_the_same_facts() -> None:
    english = texts("en")
    for key, chinese in texts("zh-CN").items():
        assert set(PLACEHOLDER.findall(chinese)) == set(PLACEHOLDER.findall(english[key])), key


def test_every_text_is_used() -> None:
    source = code()
    composed = tuple(re.findall(r"`([\w.]+[._])\$\{", source))
    unused = [
        key
        for key in texts("zh-CN")
        if not re.search(f"""["']{re.escape(key)}["']""", source) and not key.startswith(composed)
    ]
    assert unused == []


def test_every_text_that_a_page_names_is_there() -> None:
    named = set(re.findall(r"""\bt\(\s*["']([\w.-]+)["']""", code()))
    assert named
    assert named - set(texts("zh-CN")) == set()
