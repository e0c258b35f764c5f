"""The page that an invitation leads to: choosing a password, and enrolling the second factor."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import HTMLResponse, Response

from services.catalog.accounts.domain.account import LONGEST_PASSWORD, SHORTEST_PASSWORD
from services.catalog.accounts.domain.failed_attempts import SignInBusy
from services.catalog.accounts.use_cases import invitations
from services.catalog.accounts.use_cases.invitations import InvitationVoid, OpenedInvitation
from services.catalog.accounts.use_cases.second_factor import Enrolment
from services.catalog.signing_in.routes.enrolment import enrolment_fields, recovery_codes_list
from services.catalog.signing_in.routes.forms import BUSY_RETRY_SECONDS, is_foreign_form
from services.catalog.signing_in.routes.own_provider import OwnProvider
from services.catalog.signing_in.routes.page_layout import language_of, render_page
from services.catalog.signing_in.routes.sign_in_page import refusal_page
from shared.http.forms import Form, with_form, with_pages
from shared.http.inputs import Uow
from shared.http.openapi import public
from shared.http.pages import is_browser
from shared.kernel.errors import DomainError, Forbidden, InvalidInput

router = APIRouter(tags=["identity"])

Token = Annotated[str, Path(max_length=100, description="the invitation, as its link has it")]


@router.get(
    "/invitations/{token}",
    summary="The page on which the owner of a new account chooses a password",
    response_class=HTMLResponse,
    **with_pages(public("accept_invitation", 404, 410, 422), 410),
)
async def show_invitation(
    request: Request, token: Token, uow: Uow, provider: OwnProvider
) -> Response:
    try:
        opened = await invitations.open_invitation(uow, token=token)
    except InvitationVoid as error:
        if not is_browser(request):
            raise
        return refusal_page(request, error)
    return _page(request, opened)


@router.post(
    "/invitations/{token}",
    summary="Choose a password; uses the invitation up",
    response_class=HTMLResponse,
    **with_form(
        public("accept_invitation", 403, 404, 410, 422),
        *("password", "password_again", "code", "offered"),
        pages=(410, 422, 503),
    ),
)
async def accept_invitation(
    request: Request, token: Token, uow: Uow, provider: OwnProvider, form: Form
) -> Response:
    if is_foreign_form(request, provider):
        raise Forbidden("accept_invitation")
    offered = form.get("offered", "")
    try:
        codes = await invitations.accept_invitation(
            uow,
            provider.passwords,
            token=token,
            password=form.get("password", ""),
            again=form.get("password_again", ""),
            sealed=offered,
            code=form.get("code", ""),
        )
    except (InvitationVoid, InvalidInput, SignInBusy) as error:
        if not is_browser(request):
            raise
        if isinstance(error, InvitationVoid):
            return refusal_page(request, error)
        opened = await invitations.open_invitation(uow, token=token, sealed=offered)
        page = _page(request, opened, error)
        if isinstance(error, SignInBusy):
            page.headers["Retry-After"] = BUSY_RETRY_SECONDS
        return page
    language = language_of(request)
    texts = request.app.state.texts
    text = texts.render(language, "invitation.done")
    body = recovery_codes_list(codes, texts.render(language, "recovery_codes")) if codes else ""
    body += f'<p><a class="button" href="{escape(provider.web_redirect_uri)}">{escape(text["link"])}</a></p>'
    return render_page(language, title=text["title"], detail=text["detail"], body=body)


def _page(
    request: Request, opened: OpenedInvitation, error: DomainError | None = None
) -> HTMLResponse:
    language = language_of(request)
    texts = request.app.state.texts
    said = texts.render(language, "invitation.page")
    text = {name: escape(words) for name, words in said.items()}
    hint = escape(
        texts.render(language, "invitation.password_hint", {"least": SHORTEST_PASSWORD})["detail"]
    )
    wrong = ""
    if error is not None:
        why = texts.render(language, error.code, error.facts)
        wrong = f'<p class="wrong" role="alert">{escape(why["detail"] + " " + why["remedy"])}</p>'
    limits = f'type="password" autocomplete="new-password" required maxlength="{LONGEST_PASSWORD}"'
    body = f"""{wrong}
<form method="post">
<label>{text["login"]}<input value="{escape(opened.login)}" autocomplete="username" readonly></label>
<label>{text["password"]} <small>{hint}</small><input name="password" {limits} autofocus></label>
<label>{text["password_again"]}<input name="password_again" {limits}></label>
{_enrolment(opened.enrolment, said) if opened.enrolment is not None else ""}
<button>{text["button"]}</button></form>"""
    status = error.status if error else 200
    return render_page(
        language, title=said["title"], detail=said["detail"], body=body, status=status
    )


def _enrolment(enrolment: Enrolment, text: dict[str, str]) -> str:
    return f"""{enrolment_fields(enrolment, text)}
<label>{escape(text["code"])}
<input name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="12"></label>"""
