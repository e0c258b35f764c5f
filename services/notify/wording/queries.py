"""The messages that can be worded, and how a wording reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.domain.message import Message
from services.notify.inbox.domain.recipient import reaches
from services.notify.inbox.queries import find_message, known_for, last_of_code, view_of
from services.notify.policy import POLICY
from services.notify.preferences.domain.kinds import Kind, is_urgent, kind_of
from services.notify.sms.domain.segments import segments_of
from services.notify.templates.domain import (
    AS_RELEASED,
    PREFIX,
    MessageTemplate,
    Wording,
    as_typed,
    places_in,
    with_places,
)
from services.notify.templates.queries import (
    Rendered,
    find_template,
    list_own,
    read_versions,
    render_as,
)
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork

MOST_SAMPLES = 5
"""Messages that were really sent, of which an editor chooses one to look at."""


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A message that can be worded: how it reads in the reader's language, and since when the corps words it."""

    code: str
    kind: Kind
    subject: str
    text: str
    number: int
    saved_at: datetime | None
    is_own: bool


@dataclass(frozen=True, slots=True)
class VersionView:
    """A wording that held from ``saved_at`` on. ``by_id`` is the account that saved it; ``restored`` the version whose
    words it took again."""

    number: int
    saved_at: datetime
    by_id: str
    restored: int | None
    wording: Wording


@dataclass(frozen=True, slots=True)
class SampleView:
    """A message that was sent, and to whom."""

    id: str
    recipient_id: str
    name: str
    name_en: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class EditorView:
    """All that is needed to word a message. ``facts`` are the words for its places, by language; they stand in the
    braces of every wording here. The latest version comes first; ``samples`` are the last that were sent."""

    code: str
    kind: Kind
    is_urgent: bool
    number: int
    is_own: bool
    wording: Wording
    released: Wording
    facts: Mapping[str, Sequence[str]]
    versions: Sequence[VersionView]
    samples: Sequence[SampleView]


@dataclass(frozen=True, slots=True)
class LookView:
    """How a wording reads in a language; ``segments`` is what it costs as a text message."""

    language: str
    subject: str
    text: str
    segments: int


async def list_templates(uow: UnitOfWork, texts: Texts, language: str) -> list[TemplateView]:
    """Every message that can be worded, in the order of the locale files."""
    uow.permit(POLICY, "read_wordings")
    async with uow.reading() as session:
        own = await list_own(session)
    views = []
    for code in codes_of(texts):
        held = own.get(code)
        wording = held.wording if held else None
        said = (wording or released(texts, code)).parts(language)
        facts = facts_of(texts, language, code)
        views.append(
            TemplateView(
                code=code,
                kind=kind_of(code),
                subject=as_typed(said["subject"], facts),
                text=as_typed(said["text"], facts),
                number=held.number if held else AS_RELEASED,
                saved_at=held.saved_at if held else None,
                is_own=wording is not None,
            )
        )
    return views


async def show_template(uow: UnitOfWork, texts: Texts, code: str) -> EditorView:
    """:raises NotFound: there is no such message."""
    grant = uow.permit(POLICY, "read_wordings")
    require_code(texts, code)
    async with uow.reading() as session:
        held = await find_template(session, code)
        versions = (await read_versions(session, [code])).get(code, ())
        sent = await last_of_code(session, code, grant, limit=MOST_SAMPLES)
    brought = released(texts, code)
    own = held.wording if held else None
    return EditorView(
        code=code,
        kind=kind_of(code),
        is_urgent=is_urgent(code),
        number=held.number if held else AS_RELEASED,
        is_own=own is not None,
        wording=_typed(texts, code, own or brought),
        released=_typed(texts, code, brought),
        facts={each: list(facts_of(texts, each, code).values()) for each in LANGUAGES},
        versions=[
            VersionView(
                number=each.number,
                saved_at=each.saved_at,
                by_id=each.by_id,
                restored=each.restored,
                wording=_typed(texts, code, each.wording or brought),
            )
            for each in versions
        ],
        samples=[
            SampleView(one.id, one.recipient_id, to.name, to.name_en, one.created_at)
            for one, to in ((one, view_of(texts, uow.vault, to)) for one, to in sent)
        ],
    )


async def look_at(
    uow: UnitOfWork, texts: Texts, code: str, typed: Wording, message_id: str | None
) -> list[LookView]:
    """A wording as it would read, in each language: with the facts of a message that was sent, or with the words for
    them where none is named.

    :raises NotFound: there is no such message. :raises InvalidInput: see :func:`stored`.
    """
    grant = uow.permit(POLICY, "read_wordings")
    wording = stored(texts, code, typed)
    async with uow.reading() as session:
        return [
            _look(
                language,
                await filled(session, texts, language, code, wording, message_id, grant),
            )
            for language in LANGUAGES
        ]


async def filled(
    session: AsyncSession,
    texts: Texts,
    language: str,
    code: str,
    wording: Wording,
    message_id: str | None,
    grant: Grant,
) -> Rendered:
    """A wording with the facts of a message, or with the words for them.

    :raises NotFound: there is no such message with this code, or it is somebody else's.
    """
    named = named_facts(texts, language, code)
    if message_id is None:
        return Rendered.of(texts.fill(language, wording.parts(language), named))
    sample = await find_message(session, message_id)
    if sample is None or sample.code != code or not reaches(grant, sample.recipient_id):
        raise NotFound(Message.kind, message_id)
    known = await known_for(session, [sample])
    return render_as(
        texts, language, wording, sample.params, known, sample.created_at, otherwise=named
    )


def named_facts(texts: Texts, language: str, code: str) -> dict[str, str]:
    """The words for the facts of a message, in place of these."""
    return {name: f"〔{word}〕" for name, word in facts_of(texts, language, code).items()}


def codes_of(texts: Texts) -> list[str]:
    """The messages that can be worded: all that have a subject."""
    return [code for code in texts.codes(PREFIX) if texts.word(LANGUAGES[0], code, "subject")]


def require_code(texts: Texts, code: str) -> None:
    """:raises NotFound: there is no such message to be worded."""
    if code not in codes_of(texts):
        raise NotFound(MessageTemplate.kind, code)


def released(texts: Texts, code: str) -> Wording:
    """The words that the release brings."""
    chinese, english = (texts.words_of(language, code) for language in LANGUAGES)
    return Wording(chinese["subject"], chinese["text"], english["subject"], english["text"])


def facts_of(texts: Texts, language: str, code: str) -> dict[str, str]:
    """The facts that every message of this code has, which are those that the release says, and their words."""
    brought = released(texts, code)
    names = places_in((brought.subject, brought.text, brought.subject_en, brought.text_en))
    words = {name: texts.word(language, "places", name) or name for name in names}
    return dict(sorted(words.items(), key=lambda entry: entry[1]))


def stored(texts: Texts, code: str, typed: Wording) -> Wording:
    """A wording as it is stored.

    :raises NotFound: there is no such message. :raises InvalidInput: a place names no fact of it; see
    :func:`with_places`.
    """
    require_code(texts, code)
    facts = {language: facts_of(texts, language, code) for language in LANGUAGES}
    return Wording(
        subject=with_places(typed.subject, "subject", facts),
        text=with_places(typed.text, "text", facts),
        subject_en=with_places(typed.subject_en, "subject_en", facts),
        text_en=with_places(typed.text_en, "text_en", facts),
    )


def _typed(texts: Texts, code: str, wording: Wording) -> Wording:
    chinese, english = (facts_of(texts, language, code) for language in LANGUAGES)
    return Wording(
        subject=as_typed(wording.subject, chinese),
        text=as_typed(wording.text, chinese),
        subject_en=as_typed(wording.subject_en, english),
        text_en=as_typed(wording.text_en, english),
    )


def _look(language: str, rendered: Rendered) -> LookView:
    in_one = f"{rendered.subject} {' '.join(rendered.text.split())}"
    return LookView(language, rendered.subject, rendered.text, segments_of(in_one))
