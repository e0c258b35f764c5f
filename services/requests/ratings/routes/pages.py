"""The residents' pages about a booth: the form, and thanks."""

from collections.abc import Mapping
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.requests.orders.queries.booths import Booth
from services.requests.ratings.domain import ResidentRating
from shared.http.resident_pages import language_of, link, resident_page, root_of, texts_of
from shared.kernel.doubts import ConfirmationNeeded

SCORES = (5, 4, 3, 2, 1)


def form_page(
    request: Request,
    booth: Booth,
    typed: Mapping[str, str] | None = None,
    error: ValidationError | ConfirmationNeeded | None = None,
) -> HTMLResponse:
    """The form, with what was typed and what is wrong with it where it came back."""
    typed = typed or {}
    text = _texts(request, "rate.form", item=_name(request, booth))
    said = {name: escape(words) for name, words in text.items()}
    choices = "".join(
        f'<label class="choice"><input type="radio" name="score" value="{score}" required'
        f"{' checked' if typed.get('score') == str(score) else ''}>{said[f'score_{score}']}</label>"
        for score in SCORES
    )
    is_doubtful = isinstance(error, ConfirmationNeeded)
    sure = (
        f'<label class="choice"><input type="checkbox" name="sure" value="yes">{said["sure"]}</label>'
        if is_doubtful
        else ""
    )
    body = f"""<p>{_where(request, booth)}</p>
{_wrong(request, error)}
<form method="post" accept-charset="utf-8">
<fieldset><legend>{said["score"]}</legend>{choices}</fieldset>
<label>{said["text"]}<span class="hint">{said["text_hint"]}</span>
<textarea name="text" maxlength="500">{escape(typed.get("text", ""))}</textarea></label>
{sure}<button>{said["send"]}</button></form>
<p class="quiet">{said["about"]}</p>"""
    return resident_page(
        request,
        title=text["title"],
        body=body,
        status=200 if error is None else 409 if is_doubtful else 422,
        kept=False,
        has_form=True,
    )


def thanks_page(request: Request, booth: Booth, rated: ResidentRating) -> HTMLResponse:
    """What the device said of the booth; it is said once."""
    text = _texts(request, "rate.thanks", item=_name(request, booth))
    words = _texts(request, "rate.form", item="")[f"score_{rated.score}"]
    townships = link(
        request, f"{root_of(request)}../../dispatch/public/townships", text["townships"]
    )
    body = (
        f"<p>{_where(request, booth)}</p>"
        f'<section class="card"><h2>{escape(text["said"])}</h2><p class="said">{escape(words)}</p></section>'
        f'<p>{escape(text["detail"])}</p><p class="acts">{townships}</p>'
    )
    return resident_page(request, title=text["title"], body=body, kept=False)


def _where(request: Request, booth: Booth) -> str:
    half_day = texts_of(request).render(language_of(request), "rate.where", _facts(request, booth))
    return escape(half_day["text"])


def _facts(request: Request, booth: Booth) -> dict[str, object]:
    part = texts_of(request).render(language_of(request), "rate.parts")[booth.part]
    return {"place": booth.place, "on": booth.on, "part": part}


def _wrong(request: Request, error: ValidationError | ConfirmationNeeded | None) -> str:
    """What is wrong with what was sent, in words."""
    if error is None:
        return ""
    if isinstance(error, ValidationError):
        text = _texts(request, "rate.wrong")
        fields = {str(fault["loc"][0]) for fault in error.errors()}
        said = [text[name if name in text else "score"] for name in sorted(fields)]
    else:
        texts, language = texts_of(request), language_of(request)
        rendered = [texts.render(language, each.code, each.facts) for each in error.reasons]
        said = [each["detail"] + each["remedy"] for each in rendered]
    return "".join(f'<p class="wrong" role="alert">{escape(each)}</p>' for each in said)


def _name(request: Request, booth: Booth) -> str:
    return (booth.name_en if language_of(request) == "en" else "") or booth.name


def _texts(request: Request, code: str, **facts: object) -> dict[str, str]:
    return texts_of(request).render(language_of(request), code, facts)
