"""Operations on badges: issued, listed, printed, revoked."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.catalog.badges import queries, schemas
from services.catalog.badges.domain import BadgeState
from services.catalog.badges.routes import printing
from services.catalog.badges.sheets import BADGES
from services.catalog.badges.use_cases import issuing, showing
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import AppState, Code, Confirmed, CountedPage, Day, Key, Limit, Uow
from shared.http.openapi import secured
from shared.http.pdf import PdfFile, pdf_file
from shared.http.people import VolunteerNumber
from shared.http.texts import preferred_language

router = APIRouter(tags=["catalog"])


@router.get("/badges", summary="List badges", **secured("read_badges", 422))
async def list_badges(
    uow: Uow,
    window_code: Annotated[Code | None, Query(description="only of this window")] = None,
    volunteer_no: Annotated[VolunteerNumber | None, Query(description="only of this one")] = None,
    state: BadgeState | None = None,
    sort: queries.Sort = "number",
    after: Annotated[str | None, Query(max_length=20, description="number to begin behind")] = None,
    limit: Limit = 100,
) -> CountedPage[schemas.BadgeAnswer]:
    found = await queries.list_badges(
        uow,
        window_code=window_code,
        volunteer_no=volunteer_no,
        state=state,
        sort=sort,
        after=after,
        limit=limit,
    )
    return CountedPage[schemas.BadgeAnswer](
        items=[schemas.BadgeAnswer.of(each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(router, "/badges.xlsx", list_badges, BADGES, action="read_badges")


@router.post(
    "/windows/{code}/badges",
    status_code=201,
    summary="Issue badges to those who hold posts of a window",
    **secured("issue_badges", 404, 409, 422),
)
async def issue_badges(
    code: Code,
    body: schemas.IssueBody,
    uow: Uow,
    state: AppState,
    confirmed: Confirmed = frozenset(),
) -> list[schemas.BadgeAnswer]:
    can_sign = state.badge_keys is not None and bool(state.public_url)
    made = await issuing.issue_badges(
        uow, code, **body.model_dump(), can_sign=can_sign, confirmed=confirmed
    )
    return [schemas.BadgeAnswer.of(await queries.get_badge(uow, each.number)) for each in made]


@router.get(
    "/windows/{code}/badges.pdf",
    summary="The cards of a window's badges that hold or will hold, to print and cut",
    response_class=PdfFile,
    **secured("print_badges", 404, 409, 422),
)
async def print_badges(code: Code, request: Request, uow: Uow, state: AppState) -> PdfFile:
    cards = await showing.print_of_window(uow, code)
    return await _printed(cards, request, state)


@router.get(
    "/badges/{badge_no}",
    summary="One badge, with the code that verifies it",
    **secured("read_badges", 404, 409, 422),
)
async def get_badge(badge_no: Key, uow: Uow, state: AppState) -> schemas.ShownBadgeAnswer:
    view = await queries.get_badge(uow, badge_no)
    url = showing.address_of(view.badge, state.badge_keys, state.public_url)
    return schemas.ShownBadgeAnswer.shown(view, url)


@router.get(
    "/badges/{badge_no}/card.pdf",
    summary="A badge's card to print and cut",
    response_class=PdfFile,
    **secured("print_badges", 404, 409, 422),
)
async def print_badge(badge_no: Key, request: Request, uow: Uow, state: AppState) -> PdfFile:
    return await _printed([await showing.print_one(uow, badge_no)], request, state)


@router.post(
    "/badges/{badge_no}/revoke",
    summary="A badge holds no more",
    **secured("issue_badges", 404, 409, 422),
)
async def revoke_badge(
    badge_no: Key,
    body: schemas.RevocationBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.BadgeAnswer:
    doubts = ask_about(body, confirmed)
    await issuing.revoke_badge(uow, badge_no, body.reason_code, body.reason, doubts)
    return schemas.BadgeAnswer.of(await queries.get_badge(uow, badge_no))


@router.get(
    "/badge-checks",
    summary="How often badges were verified, and with what outcome",
    **secured("count_badge_checks", 422),
)
async def count_checks(
    uow: Uow,
    first_on: Annotated[Day, Query()],
    last_on: Annotated[Day, Query(description="the last day, included")],
    window_code: Annotated[Code | None, Query(description="only of this window")] = None,
) -> schemas.ChecksAnswer:
    found = await queries.count_checks(
        uow, window_code=window_code, first_on=first_on, last_on=last_on
    )
    return schemas.ChecksAnswer(**found)


async def _printed(cards: list[showing.Card], request: Request, state: AppState) -> PdfFile:
    language = preferred_language(request.headers.get("accept-language"))
    paper = printing.cards_paper(
        cards,
        lambda badge: showing.address_of(badge, state.badge_keys, state.public_url),
        state.texts,
        language,
    )
    return await pdf_file(
        printing.TEMPLATE, paper, plain="badges", name=paper["title"], is_personal=True
    )
