"""Makes the text of a message: its template in the reader's language, filled from its params.

Names of townships, teams and campaigns are looked up when the text is made, so a later correction shows; one
that is not known yet is shown by its code. What has two names in the params (``x`` and ``x_en``) is
shown in the reader's language. ``on`` and ``part`` make a half-day, ``was_on`` and ``was_part`` the
one before, other ``..._on`` a day; a ``reason_code`` has a text of its own.
``lines`` are rendered one by one from their own templates.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.notify.domain.message import Params
from services.notify.domain.recipient import COORDINATOR, of_team, of_township
from shared.http.texts import LANGUAGES, Texts

Names = Mapping[str, tuple[str, str]]
"""Names by recipient id, and of campaigns by theirs, see :func:`of_campaign`; Chinese and English, empty where not
known."""

_CAMPAIGN = "campaign."


def of_campaign(campaign_id: str) -> str:
    return _CAMPAIGN + campaign_id


def campaigns_of(names: Iterable[str]) -> list[str]:
    """The ids of the campaigns that are among ``names``, sorted."""
    return sorted(name.removeprefix(_CAMPAIGN) for name in names if name.startswith(_CAMPAIGN))


_NAMED = {"township_code": of_township, "team_code": of_team, "campaign_id": of_campaign}


@dataclass(frozen=True, slots=True)
class Rendered:
    """``subject`` is one line."""

    subject: str
    text: str


def named_in(params: Params) -> set[str]:
    """Whose names a message needs; see ``Names``."""
    found = {make(params[field]) for field, make in _NAMED.items() if field in params}
    return found.union(*(named_in(line) for line in params.get("lines", ())))


def render(texts: Texts, language: str, code: str, params: Params, names: Names) -> Rendered:
    parts = texts.render(language, code, _facts(texts, language, params, names))
    return Rendered(" ".join(parts["subject"].split()), parts["text"].strip())


def display_names(texts: Texts, recipient_id: str, name: str, name_en: str) -> tuple[str, str]:
    """What to call a recipient in Chinese and in English; by its code where catalog did not say yet."""
    if recipient_id == COORDINATOR:
        chinese, english = (texts.render(language, "recipient.coordinator")["name"] for language in LANGUAGES)
        return chinese, english
    code = recipient_id.partition(".")[2]
    return name or code, name_en or code


def _facts(texts: Texts, language: str, params: Params, names: Names) -> dict[str, Any]:
    facts = {name: value for name, value in params.items() if name != "lines"}
    for name in params:
        if f"{name}_en" in params and language == "en":
            facts[name] = params[f"{name}_en"]
        elif name.endswith("_on"):
            facts[name] = _half_day(texts, language, params[name], None)
    for field, make in _NAMED.items():
        if field in params:
            facts[field.rpartition("_")[0]] = _name(names, language, make(params[field]), params[field])
    if "on" in params:
        facts["half_day"] = _half_day(texts, language, params["on"], params["part"])
    if "was_on" in params:
        facts["was"] = _half_day(texts, language, params["was_on"], params["was_part"])
    if "reason_code" in params:
        facts["reason"] = _reason(texts, language, params["reason_code"])
    facts["lines"] = "\n".join(_lines(texts, language, params.get("lines", ()), names))
    return facts


def _lines(texts: Texts, language: str, lines: Iterable[Params], names: Names) -> Iterable[str]:
    for line in lines:
        yield texts.render(language, line["code"], _facts(texts, language, line, names))["text"]


def _name(names: Names, language: str, recipient_id: str, code: str) -> str:
    chinese, english = names.get(recipient_id, ("", ""))
    return (english if language == "en" else chinese) or code


def _half_day(texts: Texts, language: str, day: str, part: str | None) -> str:
    """6月27日 周五 上午, Fri 27 June, morning; without ``part`` the day alone."""
    on = date.fromisoformat(day)
    facts = {
        "day": on.day,
        "month": texts.render(language, "date.months")[str(on.month)],
        "weekday": texts.render(language, "date.weekdays")[str(on.isoweekday())],
    }
    if part is None:
        return texts.render(language, "date.day", facts)["text"]
    facts["part"] = texts.render(language, "date.parts")[part]
    return texts.render(language, "date.half_day", facts)["text"]


def _reason(texts: Texts, language: str, reason_code: str) -> str:
    """What a later release's publisher gives as a reason, this one calls another reason."""
    code = f"reason.{reason_code}"
    return texts.render(language, code if texts.has(code) else "reason.other")["text"]
