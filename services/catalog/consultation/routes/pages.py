"""The residents' pages about consultations: the drafts, the form, its receipt, and the answer."""

from collections.abc import Mapping, Sequence
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.catalog.consultation.domain import grouped
from services.catalog.consultation.queries import Consultation
from services.catalog.consultation.use_cases.residents import FoundOpinion, Receipt
from shared.http.resident_pages import language_of, link, resident_page, root_of, texts_of
from shared.http.wording import Wording
from shared.kernel.errors import DomainError

STANCES = ("for", "against", "neither")


def list_page(request: Request, consultations: Sequence[Consultation]) -> HTMLResponse:
    """The drafts on which residents may speak, the first to end first."""
    text = _texts(request, "consult.list")
    cards = [
        f'<section class="card"><h2>{escape(each.title)}</h2>'
        f'<p class="quiet">{escape(_texts(request, "consult.until", last=each.consultation_until)["text"])}</p>'
        f'<p class="acts">{_main(request, f"consultations/{each.code}", text["title"], each.title)}</p></section>'
        for each in consultations
    ]
    listed = "\n".join(cards) or f'<p class="card">{escape(text["none"])}</p>'
    acts = link(request, "opinions", text["receipt"]) + link(
        request, "../../dispatch/public/townships", text["townships"]
    )
    body = f'<p>{escape(text["detail"])}</p>\n{listed}\n<p class="acts">{acts}</p>'
    return resident_page(request, title=text["title"], body=body)


def form_page(
    request: Request,
    found: Consultation,
    ticket: str,
    typed: Mapping[str, str] | None = None,
    error: ValidationError | DomainError | None = None,
) -> HTMLResponse:
    """The form, with what was typed and what is wrong with it where it came back."""
    typed = typed or {}
    text = _texts(
        request,
        "consult.form",
        title=found.title,
        first=found.effective_on,
        last=found.retires_on,
        until=found.consultation_until,
        count=len(found.menu),
    )
    said = {name: escape(words) for name, words in text.items()}
    options = "".join(_option(request, dish, typed.get("item_code", "")) for dish in found.menu)
    choices = "".join(
        f'<label class="choice"><input type="radio" name="stance" value="{each}" required'
        f"{' checked' if typed.get('stance') == each else ''}>{said[each]}</label>"
        for each in STANCES
    )
    is_doubtful = isinstance(error, DomainError) and error.code == "confirmation_needed"
    sure = (
        f'<label class="choice"><input type="checkbox" name="sure" value="yes">{said["sure"]}</label>'
        if is_doubtful
        else ""
    )
    listed = "".join(f"<li>{escape(_name(request, dish))}</li>" for dish in found.menu)
    body = f"""<p>{said["detail"]}</p>
<details class="card"><summary>{said["menu"]}</summary><ul>{listed}</ul></details>
{_wrong(request, error)}
<form method="post" accept-charset="utf-8"><input type="hidden" name="ticket" value="{escape(ticket)}">
<label>{said["about"]}<select name="item_code"><option value="">{said["whole"]}</option>{options}</select></label>
<fieldset><legend>{said["stance"]}</legend>{choices}</fieldset>
<label>{said["text"]}<span class="hint">{said["text_hint"]}</span>
<textarea name="text" required maxlength="500">{escape(typed.get("text", ""))}</textarea></label>
{sure}<button>{said["send"]}</button></form>
<p class="acts">{link(request, root_of(request) + "consultations", text["back"])}</p>"""
    return resident_page(
        request,
        title=text["title"],
        body=body,
        status=200 if error is None else 409 if is_doubtful else 422,
        kept=False,
        has_form=True,
    )


def sent_page(request: Request, receipt: Receipt) -> HTMLResponse:
    """What a resident keeps to look the answer up."""
    text = _texts(request, "consult.sent", number=receipt.number)
    root = root_of(request)
    acts = link(request, f"{root}opinions", text["receipt"]) + link(
        request, f"{root}consultations", text["back"]
    )
    body = (
        f'<p>{escape(text["detail"])}</p><p class="card receipt">{grouped(receipt.code)}</p>'
        f'<p>{escape(text["keep"])}</p><p class="acts">{acts}</p>'
    )
    return resident_page(request, title=text["title"], body=body, kept=False)


def receipt_page(request: Request) -> HTMLResponse:
    text = _texts(request, "consult.receipt")
    body = (
        f'<p>{escape(text["detail"])}</p><form method="post"><label>{escape(text["label"])}'
        '<input type="text" name="receipt" required maxlength="40" autocomplete="off" autocapitalize="characters">'
        f"</label><button>{escape(text['send'])}</button></form>"
        f'<p class="acts">{link(request, "consultations", text["back"])}</p>'
    )
    return resident_page(request, title=text["title"], body=body, kept=False, has_form=True)


def answer_page(request: Request, found: FoundOpinion) -> HTMLResponse:
    """What was said, and the answer once it is published."""
    opinion, about = found.opinion, found.consultation
    text = _texts(
        request, "consult.answer", number=opinion.number, until=about.consultation_until or ""
    )
    if opinion.answer is not None:
        answer = (
            f'<section class="card"><h2>{escape(text["answer"])}</h2>'
            f'<p class="said">{escape(opinion.answer)}</p></section>'
        )
    else:
        answer = f'<p class="card state">{escape(text["waiting" if about.is_open else "waiting_on"])}</p>'
    back = link(request, "consultations", _texts(request, "consult.receipt")["back"])
    body = (
        f"<p>{escape(about.title)}</p>"
        f'<section class="card"><h2>{escape(text["said"])}</h2><p class="said">{escape(opinion.text)}</p></section>'
        f'{answer}<p class="acts">{back}</p>'
    )
    return resident_page(request, title=text["title"], body=body, kept=False)


def _wrong(request: Request, error: ValidationError | DomainError | None) -> str:
    """What is wrong with what was sent, in words."""
    if error is None:
        return ""
    if isinstance(error, ValidationError):
        text = _texts(request, "consult.wrong")
        fields = {str(fault["loc"][0]) for fault in error.errors()}
        said = [text[name if name in text else "other"] for name in sorted(fields)]
    else:
        texts, language = texts_of(request), language_of(request)
        told = [(each.code, each.facts) for each in error.reasons]
        told = told or [(error.code, Wording(texts, language).facts(error))]
        rendered = [texts.render(language, code, facts) for code, facts in told]
        said = [each["detail"] + each["remedy"] for each in rendered]
    return "".join(f'<p class="wrong" role="alert">{escape(each)}</p>' for each in said)


def _option(request: Request, dish: Mapping[str, object], chosen: str) -> str:
    code = str(dish["item_code"])
    mark = " selected" if code == chosen else ""
    return f'<option value="{escape(code)}"{mark}>{escape(_name(request, dish))}</option>'


def _name(request: Request, dish: Mapping[str, object]) -> str:
    english = str(dish["name_en"]) if language_of(request) == "en" else ""
    return english or str(dish["name"])


def _main(request: Request, address: str, text: str, about: str) -> str:
    label = f'class="main" aria-label="{escape(text)} {escape(about)}" '
    return link(request, address, text, attributes=label)


def _texts(request: Request, code: str, **facts: object) -> dict[str, str]:
    return texts_of(request).render(language_of(request), code, facts)
