"""Operations on honours and objections, and the page that shows everybody what is nominated and what was awarded."""

from html import escape
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from services.catalog.honours import queries, schemas
from services.catalog.honours.domain import Award, HonourState
from services.catalog.honours.queries import HonourView
from services.catalog.honours.sheets import HONOURS
from services.catalog.honours.use_cases import awarding, objecting
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import Code, Confirmed, CountedPage, Key, Limit, Uow
from shared.http.openapi import ignoring_unknown, public, secured
from shared.http.people import VolunteerNo
from shared.http.resident_pages import language_of, page_route, resident_page, texts_of
from shared.http.texts import named
from shared.kernel.access import Role
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["catalog"])
public_page = APIRouter(tags=["catalog"], route_class=page_route("honours"))


@router.get("/honours", summary="List honours", **secured("read_honours", 422))
async def list_honours(
    uow: Uow,
    state: HonourState | None = None,
    award: Award | None = None,
    window_code: Annotated[Code | None, Query(description="only of this window")] = None,
    after: Annotated[Key | None, Query(description="id to begin behind")] = None,
    limit: Limit = 100,
) -> CountedPage[schemas.HonourAnswer]:
    found = await queries.list_honours(
        uow, state=state, award=award, window_code=window_code, after=after, limit=limit
    )
    return CountedPage[schemas.HonourAnswer](
        items=[_answer(uow, each) for each in found.items],
        next_after=found.next_after,
        total=found.total,
    )


add_export(router, "/honours.xlsx", list_honours, HONOURS, action="read_honours")


@router.post(
    "/honours",
    status_code=201,
    summary="Nominate a post, or whoever holds or held one",
    **secured("nominate", 404, 409, 422),
)
async def nominate(
    body: schemas.NominationBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.HonourAnswer:
    doubts = ask_about(body, confirmed)
    made = await awarding.nominate(uow, **body.model_dump(), doubts=doubts)
    return await _read(uow, made.id)


@router.get("/honours/{honour_id}", summary="One honour", **secured("read_honours", 404, 422))
async def get_honour(honour_id: Key, uow: Uow) -> schemas.HonourAnswer:
    return await _read(uow, honour_id)


@router.post(
    "/honours/{honour_id}/publicise",
    summary="Show a nomination to the public, for seven days at least",
    **secured("decide_honours", 404, 409, 422),
)
async def publicise(honour_id: Key, body: schemas.PublicityBody, uow: Uow) -> schemas.HonourAnswer:
    await awarding.publicise(uow, honour_id, until_on=body.until_on)
    return await _read(uow, honour_id)


@router.post(
    "/honours/{honour_id}/award",
    summary="Award what the public was shown",
    **secured("decide_honours", 404, 409, 422),
)
async def award_honour(honour_id: Key, body: schemas.AwardBody, uow: Uow) -> schemas.HonourAnswer:
    await awarding.award_honour(
        uow, honour_id, awarding_body=body.awarding_body, expires_on=body.expires_on
    )
    return await _read(uow, honour_id)


@router.post(
    "/honours/{honour_id}/decline",
    summary="A nomination comes to nothing",
    **secured("decide_honours", 404, 409, 422),
)
async def decline_honour(
    honour_id: Key, body: schemas.EndBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.HonourAnswer:
    doubts = ask_about(body, confirmed)
    await awarding.decline_honour(uow, honour_id, body.reason_code, body.reason, doubts)
    return await _read(uow, honour_id)


@router.post(
    "/honours/{honour_id}/withdraw",
    summary="Take an award back",
    **secured("decide_honours", 404, 409, 422),
)
async def withdraw_honour(
    honour_id: Key, body: schemas.EndBody, uow: Uow, confirmed: Confirmed = frozenset()
) -> schemas.HonourAnswer:
    doubts = ask_about(body, confirmed)
    await awarding.withdraw_honour(uow, honour_id, body.reason_code, body.reason, doubts)
    return await _read(uow, honour_id)


@router.get(
    "/honours/{honour_id}/objections",
    summary="The objections to an honour: all for the corps, the own ones for others",
    **secured("read_objections", 404, 422),
)
async def list_objections(honour_id: Key, uow: Uow) -> list[schemas.ObjectionAnswer]:
    found = await queries.list_objections(uow, honour_id)
    return [schemas.ObjectionAnswer.model_validate(each) for each in found]


@router.post(
    "/honours/{honour_id}/objections",
    status_code=201,
    summary="Object to what the public is shown",
    **secured("object_to_honour", 404, 409, 422),
)
async def object_to(
    honour_id: Key,
    body: schemas.ObjectionBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.ObjectionAnswer:
    doubts = ask_about(body, confirmed)
    made = await objecting.object_to(
        uow, honour_id, text=body.text, came_by=body.came_by, doubts=doubts
    )
    return schemas.ObjectionAnswer.model_validate(made)


@router.post(
    "/objections/{objection_id}/answer",
    summary="Answer an objection, and say whether it is right",
    **secured("decide_honours", 404, 409, 422),
)
async def answer_objection(
    objection_id: Key,
    body: schemas.AnswerBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.ObjectionAnswer:
    doubts = ask_about(body, confirmed)
    found = await objecting.answer_objection(
        uow, objection_id, text=body.text, upheld=body.upheld, doubts=doubts
    )
    return schemas.ObjectionAnswer.model_validate(found)


@router.get(
    "/volunteers/{volunteer_no}/awards",
    summary="What was awarded to a volunteer",
    **secured("read_records", 404, 422),
)
async def list_awards(volunteer_no: VolunteerNo, uow: Uow) -> list[schemas.AwardAnswer]:
    return [schemas.AwardAnswer.of(each) for each in await queries.list_awards(uow, volunteer_no)]


async def _read(uow: UnitOfWork, honour_id: str) -> schemas.HonourAnswer:
    return _answer(uow, await queries.get_honour(uow, honour_id))


def _answer(uow: UnitOfWork, view: HonourView) -> schemas.HonourAnswer:
    return schemas.HonourAnswer.of(
        view, in_full=bool(uow.actor.roles & {Role.COORDINATOR, Role.AUDITOR})
    )


@public_page.get(
    "/public/honours",
    summary="What is nominated, and what was awarded and is in force",
    response_class=HTMLResponse,
    **ignoring_unknown(public("show_honours")),
)
async def show_honours(
    request: Request,
    uow: Uow,
    language: Annotated[
        str | None, Query(max_length=10, description="zh-CN or en; by default the browser's")
    ] = None,
) -> HTMLResponse:
    found = await queries.list_public(uow)
    texts, chosen = texts_of(request), language_of(request)
    said = texts.render(chosen, "honours.page")
    groups = (
        ("nominated", [each for each in found if each.honour.state == "publicised"]),
        ("awarded", [each for each in found if each.honour.state == "awarded"]),
    )
    body = f'<p class="quiet">{escape(said["detail"])}</p>'
    for name, some in groups:
        if some:
            cards = "".join(_card(request, each) for each in some)
            body += f"<h2>{escape(said[name])}</h2><ul>{cards}</ul>"
    if not found:
        body += f"<p>{escape(said['none'])}</p>"
    return resident_page(request, title=said["title"], body=body)


def _card(request: Request, view: HonourView) -> str:
    texts, language = texts_of(request), language_of(request)
    found, window = view.honour, view.window
    place = found.window_code if window is None else named(language, window.name, window.name_en)
    whom = view.person or found.volunteer_no or ""
    if view.post is not None:
        whom = named(language, view.post.name, view.post.name_en)
    facts = {"first": found.public_from, "last": found.public_until}
    if found.state == "awarded":
        facts = {"first": found.awarded_on, "last": found.expires_on}
    days = texts.render(language, "honours.days", facts)[found.state]
    award = texts.word(language, "choices", found.award) or found.award
    return (
        f'<li class="card"><strong>{escape(award)} · {escape(whom)}</strong>'
        f"<p>{escape(place)}</p><p>{escape(found.citation)}</p>"
        f'<p class="quiet">{escape(days)}</p></li>'
    )
