"""Makes the text of a message: its template in the reader's language, filled from its params.

The template is the one of the release, or the corps' own wording of the moment that the message is of.

Names of townships, teams and campaigns are looked up when the text is made, so a later correction shows. A name
that is not known yet is replaced by its code. A param with two names (``x`` and ``x_en``) is shown in the reader's
language. ``on`` and ``part`` make a half-day, ``was_on`` and ``was_part`` the one before, other ``..._on`` a day.
A ``reason_code``, a ``task_code`` and what :data:`CODED` names have texts of their own. ``lines`` are rendered one by
one from their own templates.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.templates.domain import (
    NAMED_PARAMS,
    MessageTemplate,
    Names,
    Params,
    Version,
    Versions,
    Wording,
    wording_at,
)
from services.notify.templates.tables import template_version
from shared.http.texts import Text, Texts
from shared.telemetry.logs import logger

log = logger(__name__)

CODED = ("cadence", "award")
"""Params that are codes, each with its texts: how often something repeats, and which honour it is."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """``subject`` is one line."""

    subject: str
    text: str

    @classmethod
    def of(cls, parts: Text) -> "Rendered":
        """Of texts that are filled in."""
        return cls(" ".join(parts["subject"].split()), parts["text"].strip())


@dataclass(frozen=True, slots=True)
class Known:
    """What the texts of some messages need beside their params."""

    names: Names = field(default_factory=dict)
    versions: Versions = field(default_factory=dict)


async def read_versions(session: AsyncSession, codes: Collection[str]) -> Versions:
    """The corps' own wordings of these messages."""
    if not codes:
        return {}
    held = template_version.c
    rows = await session.execute(
        select(template_version)
        .where(held.code.in_(sorted(codes)))
        .order_by(held.code, held.number.desc())
    )
    found: dict[str, list[Version]] = {}
    for row in rows:
        wording = None
        if row.subject is not None:
            wording = Wording(row.subject, row.text, row.subject_en, row.text_en)
        version = Version(row.number, row.saved_at, wording, row.by_id, row.restored)
        found.setdefault(row.code, []).append(version)
    return found


async def list_own(session: AsyncSession) -> dict[str, MessageTemplate]:
    """All messages that the corps ever worded, by code."""
    return {each.code: each for each in await session.scalars(select(MessageTemplate))}


async def find_template(session: AsyncSession, code: str) -> MessageTemplate | None:
    return await session.get(MessageTemplate, code)


def render(
    texts: Texts, language: str, code: str, params: Params, known: Known, at: datetime
) -> Rendered:
    """``at`` is the moment that the message is of.

    :raises KeyError: there is no such template, or it needs a param that is missing.
    """
    facts = _facts(texts, language, params, known, at)
    parts = _filled(texts, language, code, facts, known.versions, at)
    return Rendered.of(parts)


def render_as(
    texts: Texts,
    language: str,
    wording: Wording,
    params: Params,
    known: Known,
    at: datetime,
    *,
    otherwise: Mapping[str, str],
) -> Rendered:
    """The same in words that nobody has saved yet. ``otherwise`` stands for what the params don't say.

    :raises KeyError: the words need something that neither says.
    """
    facts = {**otherwise, **_facts(texts, language, params, known, at)}
    parts = texts.fill(language, wording.parts(language), facts)
    return Rendered.of(parts)


def _filled(
    texts: Texts,
    language: str,
    code: str,
    facts: dict[str, Any],
    versions: Versions,
    at: datetime,
) -> Text:
    """A message is told in any case: in the release's words where the corps' own need a fact that it doesn't have,
    as one that an older release wrote may."""
    if (wording := wording_at(versions, code, at)) is not None:
        try:
            return texts.fill(language, wording.parts(language), facts)
        except KeyError as missing:
            log.warning("a template needs a missing fact", code=code, fact=str(missing))
    return texts.render(language, code, facts)


def _facts(
    texts: Texts, language: str, params: Params, known: Known, at: datetime
) -> dict[str, Any]:
    facts = {name: value for name, value in params.items() if name != "lines"}
    for name in params:
        if f"{name}_en" in params and language == "en":
            facts[name] = params[f"{name}_en"]
        elif name.endswith("_on"):
            facts[name] = texts.half_day(language, date.fromisoformat(params[name]))
    for param in NAMED_PARAMS:
        if param in params:
            facts[param.rpartition("_")[0]] = _name(known.names, language, param, params[param])
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
    lines = _lines(texts, language, params.get("lines", ()), known, at)
    facts["lines"] = "\n".join(lines)
    return facts


def _lines(
    texts: Texts, language: str, lines: Iterable[Params], known: Known, at: datetime
) -> Iterable[str]:
    for line in lines:
        # A message that is repeated reads as it did.
        then = datetime.fromisoformat(line["said_at"]) if "said_at" in line else at
        facts = _facts(texts, language, line, known, then)
        yield _filled(texts, language, line["code"], facts, known.versions, then)["text"]


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
