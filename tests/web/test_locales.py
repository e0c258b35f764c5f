"""The texts of the first page: both languages say the same things, and nothing is said that nobody asks for."""

import json
import re
from pathlib import Path
from typing import cast

WEB = Path(__file__).parents[2] / "web"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
A_DAY = {"m", "d", "month", "weekday"}


def texts(language: str) -> dict[str, str]:
    return cast(
        dict[str, str], json.loads((WEB / "locales" / f"{language}.json").read_text("utf-8"))
    )


def scripts() -> str:
    return "\n".join(path.read_text("utf-8") for path in sorted(WEB.glob("*.js")))


def test_both_languages_have_the_same_keys_in_the_same_order() -> None:
    assert list(texts("zh-CN")) == list(texts("en"))


def test_both_languages_are_given_the_same_facts() -> None:
    english = texts("en")
    for key, chinese in texts("zh-CN").items():
        facts, facts_en = set(PLACEHOLDER.findall(chinese)), set(PLACEHOLDER.findall(english[key]))
        if key == "day":  # each language writes a day in its own way
            facts, facts_en = facts - A_DAY, facts_en - A_DAY
        assert facts == facts_en, key


def test_every_text_is_used() -> None:
    code = scripts() + (WEB / "index.html").read_text("utf-8")
    composed = tuple(re.findall(r"`([\w.]+\.)\$\{", code))
    unused = [
        key for key in texts("zh-CN") if f'"{key}"' not in code and not key.startswith(composed)
    ]
    assert unused == []


def test_the_markup_speaks_chinese_until_the_texts_are_loaded() -> None:
    chinese = texts("zh-CN")
    marked = re.findall(
        r'data-text="([\w.]+)"[^>]*>([^<]*)<', (WEB / "index.html").read_text("utf-8")
    )
    assert marked
    for key, text in marked:
        assert text == chinese[key], key
