"""The pages around signing in, in the reader's language: the form, what went wrong, and that one is signed out."""

from collections.abc import Collection, Mapping
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from services.catalog.accounts.use_cases.second_factor import Enrolment
from services.catalog.signing_in.domain import AuthorizationRequest
from services.catalog.signing_in.routes.enrolment import enrolment_fields
from services.catalog.signing_in.routes.page_layout import language_of, render_page
from shared.kernel.errors import DomainError


def sign_in_page(
    request: Request,
    asked: AuthorizationRequest,
    *,
    problem: str | None = None,
    facts: Mapping[str, object] | None = None,
    status: int = 200,
    demonstration: Collection[str] = (),
    enrolment: Enrolment | None = None,
) -> HTMLResponse:
    """``problem`` is the code of a text to show, ``facts`` fill it. ``demonstration``: the roles that a click signs
    in to. ``enrolment``: the second factor that the account needs before it gets in."""
    language = language_of(request)
    text = request.app.state.texts.render(language, "sign_in.page")
    said = request.app.state.texts.render(language, problem, facts) if problem else {}
    wrong = escape(" ".join(said[part] for part in ("detail", "remedy") if part in said))
    hidden = {
        "response_type": "code",
        "client_id": asked.client_id,
        "redirect_uri": asked.redirect_uri,
        "code_challenge": asked.code_challenge,
        "code_challenge_method": "S256",
        "state": asked.state,
        "nonce": asked.nonce,
        "scope": asked.scope,
    }
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{escape(value)}">'
        for name, value in hidden.items()
    )
    focus = "" if demonstration else " autofocus"  # the buttons stay in sight
    alert = f'<p class="wrong" role="alert">{wrong}</p>' if wrong else ""
    body = f"""{_demonstration(request, language, fields, demonstration)}{alert}
<form method="post" autocomplete="on">{fields}
{_enrolment(request, language, enrolment) if enrolment is not None else ""}
<label>{text["login"]}<input name="login" autocomplete="username" required{focus} maxlength="80"></label>
<label>{text["password"]}<input name="password" type="password" autocomplete="current-password" required></label>
<label>{text["code"]} <small>{text["code_hint"]}</small>
<input name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="24"></label>
<button>{text["button"]}</button>
<button class="quiet" name="cancel" value="yes" formnovalidate>{text["cancel"]}</button></form>
{_for_residents(request, text)}"""
    return render_page(
        language,
        title=text["title"],
        detail=text["detail"],
        body=body,
        status=status,
        is_wide=bool(demonstration),
    )


def _enrolment(request: Request, language: str, enrolment: Enrolment) -> str:
    texts = request.app.state.texts
    said = texts.render(language, "sign_in.enrol")
    code = enrolment_fields(enrolment, texts.render(language, "invitation.page"))
    return f"<h2>{escape(said['title'])}</h2><p>{escape(said['detail'])}</p>{code}"


def _for_residents(request: Request, text: Mapping[str, str]) -> str:
    """A link for those who need no account, where this system serves their page."""
    page = request.app.state.provider.residents_page
    return (
        f'<p class="below"><a href="{escape(page)}">{escape(text["residents"])}</a></p>'
        if page
        else ""
    )


def _demonstration(request: Request, language: str, fields: str, roles: Collection[str]) -> str:
    """A button for each role, with what it does and what to try first; empty without roles."""
    if not roles:
        return ""
    texts = request.app.state.texts
    text = texts.render(language, "sign_in.demonstration")
    buttons = ""
    for role in roles:
        said = texts.render(language, f"demonstration.{role}")
        what, first = escape(said["detail"]), escape(said["first"])
        buttons += f"""<li><button name="role" value="{role}" aria-describedby="{role}">
{escape(said["title"])}</button>
<p id="{role}">{what}<br><strong>{escape(text["first"])}</strong>{first}</p></li>"""
    return f"""<section><h2>{escape(text["title"])}</h2><p>{escape(text["detail"])}</p>
<form method="post" action="demonstration">{fields}<ul class="roles">{buttons}</ul></form></section>
<h2>{escape(text["otherwise"])}</h2>"""


def refusal_page(request: Request, error: DomainError) -> HTMLResponse:
    """For a browser that may not be sent back to the client."""
    language = language_of(request)
    said = request.app.state.texts.render(language, error.code, error.facts)
    body = f'<p class="wrong" role="alert">{escape(said["remedy"])}</p>'
    return render_page(
        language, title=said["title"], detail=said["detail"], body=body, status=error.status
    )


def signed_out_page(request: Request) -> HTMLResponse:
    language = language_of(request)
    text = request.app.state.texts.render(language, "signed_out.page")
    return render_page(language, title=text["title"], detail=text["detail"])
