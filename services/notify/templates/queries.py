"""Makes the text of a message: its template in the reader's language, filled from its params.

Names of townships, teams and campaigns are looked up when the text is made, so a later correction shows. A name
that is not known yet is replaced by its code. A param with two names (``x`` and ``x_en``) is shown in the reader's
language. ``on`` and ``part`` make a half-day, ``was_on`` and ``was_part`` the one before, other ``..._on`` a day.
A ``reason_code``, a ``task_code`` and what :data:`CODED` names have texts of their own. ``lines`` are rendered one by
one from their own templates.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notify.templates.domain import NAMED_PARAMS, Names, Params
from shared.http.texts import Texts

CODED = ("cadence", "award")
"""Params that are codes, each with its texts: how often something repeats, and which honour it is."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """``subject`` is one line."""

    subject: str
    text: str


def render(texts: Texts, language: str, code: str, params: Params, names: Names) -> Rendered:
    """:raises KeyError: there is no such template, or it needs a param that is missing."""
    parts = texts.render(language, code, _facts(texts, language, params, names))
    return Rendered(" ".join(parts["subject"].split()), parts["text"].strip())


def _facts(texts: Texts, language: str, params: Params, names: Names) -> dict[str, Any]:
    facts = {name: value for name, value in params.items() if name != "lines"}
    for name in params:
        if f"{name}_en" in params and language == "en":
            facts[name] = params[f"{name}_en"]
        elif name.endswith("_on"):
            facts[name] = texts.half_day(language, date.fromisoformat(params[name]))
    for param in NAMED_PARAMS:
        if param in params:
            facts[param.rpartition("_")[0]] = _name(names, language, param, params[param])
    if "on" in params:
        on = date.fromisoformat(params["on"])
        facts["half_day"] = texts.half_day(language, on, params["part"])
    if "was_on" in params:
        was_on = date.fromisoformat(params["was_on"])
        facts["was"] = texts.half_day(language, was_on, params["was_part"])
    if "reason_code" in params:
        facts["reason"] = _reason(texts, language, params["reason_code"])
    if "task_code" in params:
        facts["task"] = _task(texts, language, params["task_code"])
    for name in CODED:
        if name in params:
            facts[name] = _word(texts, language, name, params[name])
    facts["lines"] = "\n".join(_lines(texts, language, params.get("lines", ()), names))
    return facts


def _lines(texts: Texts, language: str, lines: Iterable[Params], names: Names) -> Iterable[str]:
    for line in lines:
        yield texts.render(language, line["code"], _facts(texts, language, line, names))["text"]


def _name(names: Names, language: str, param: str, code: str) -> str:
    chinese, english = names.get((param, code), ("", ""))
    return (english if language == "en" else chinese) or code


def _word(texts: Texts, language: str, name: str, value: str) -> str:
    """A code in words; one that only a later release knows stays as it is."""
    code = f"{name}.{value}"
    return texts.render(language, code)["text"] if texts.has(code) else value


def _task(texts: Texts, language: str, task_code: str) -> str:
    """The act in words; one that only a later release knows is "a task"."""
    code = f"task.{task_code}"
    return texts.render(language, code if texts.has(code) else "task.other")["text"]


def _reason(texts: Texts, language: str, reason_code: str) -> str:
    """The reason in words; one that only a later release knows is "another reason"."""
    code = f"reason.{reason_code}"
    return texts.render(language, code if texts.has(code) else "reason.other")["text"]
