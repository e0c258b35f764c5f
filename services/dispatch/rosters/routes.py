"""Operations on rosters: who stands at which booth, who may, and the own duties."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.dispatch.rosters import queries, schemas
from services.dispatch.rosters.domain.substitution import Substitution
from services.dispatch.rosters.use_cases import naming, substituting
from shared.http.inputs import Code, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNumber
from shared.http.texts import preferred_language
from shared.kernel.errors import Reason
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["dispatch"])


@router.get(
    "/rosters",
    summary="Booths of the coming days, with who stands there and who is missing",
    **secured("read_rosters", 422),
)
async def list_rosters(
    uow: Uow,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    short: Annotated[bool, Query(description="only those where somebody is missing")] = False,
    days: Annotated[int, Query(ge=1, le=60)] = queries.AHEAD_DAYS,
) -> list[schemas.RosteredBoothAnswer]:
    found = await queries.list_rosters(uow, team_code=team_code, short_only=short, days=days)
    return [schemas.RosteredBoothAnswer.model_validate(each) for each in found]


@router.get(
    "/assignments/{assignment_id}/roster",
    summary="Who stands at a booth, who else may, and who may not for which reasons",
    **secured("read_rosters", 404, 422),
)
async def get_roster(assignment_id: str, uow: Uow, request: Request) -> schemas.RosterAnswer:
    return await _answer(uow, assignment_id, request)


@router.post(
    "/assignments/{assignment_id}/roster",
    summary="Name who stands at a booth; every reason against anybody is told at once",
    **secured("keep_rosters", 404, 409, 422),
)
async def post_roster(
    assignment_id: str, body: schemas.RosterBody, uow: Uow, request: Request
) -> schemas.RosterAnswer:
    await naming.set_roster(
        uow, assignment_id, body.volunteers, standby=body.standby, seen=body.revision
    )
    return await _answer(uow, assignment_id, request)


@router.post(
    "/assignments/{assignment_id}/roster/replace",
    summary="Somebody else stands in a volunteer's place; or two change places",
    **secured("keep_rosters", 404, 409, 422),
)
async def replace_one(
    assignment_id: str, body: schemas.ReplacementBody, uow: Uow, request: Request
) -> schemas.RosterAnswer:
    await naming.replace_one(uow, assignment_id, body.volunteer_no, body.by)
    return await _answer(uow, assignment_id, request)


@router.post(
    "/stops/{stop_id}/rosters/fill",
    summary="Fill the own team's free places at a stop with those who have waited longest",
    **secured("keep_rosters", 404, 409, 422),
)
async def fill_rosters(stop_id: str, uow: Uow) -> schemas.FilledAnswer:
    return schemas.FilledAnswer(assignment_ids=await naming.fill_rosters(uow, stop_id))


@router.get(
    "/duties", summary="The duties ahead of a volunteer", **secured("read_duties", 404, 422)
)
async def list_duties(
    uow: Uow,
    volunteer_no: Annotated[
        VolunteerNumber | None, Query(description="the own ones where left out")
    ] = None,
) -> list[schemas.OwnDutyAnswer]:
    found = await queries.list_duties(uow, volunteer_no)
    return [schemas.OwnDutyAnswer.model_validate(each) for each in found]


@router.post(
    "/assignments/{assignment_id}/drop-out",
    summary="A volunteer can't come to the booth; the next ones are asked",
    **secured("drop_out", 404, 409, 422),
)
async def drop_out(assignment_id: str, body: schemas.WhoBody, uow: Uow) -> schemas.DroppedOutAnswer:
    wanted = await substituting.drop_out(uow, assignment_id, body.volunteer_no)
    return schemas.DroppedOutAnswer(substitution=_substitution(wanted) if wanted else None)


@router.get(
    "/offers",
    summary="The places that a volunteer is asked to take",
    **secured("read_duties", 404, 422),
)
async def list_offers(
    uow: Uow,
    volunteer_no: Annotated[
        VolunteerNumber | None, Query(description="the own ones where left out")
    ] = None,
) -> list[schemas.OwnOfferAnswer]:
    found = await queries.list_offers(uow, volunteer_no)
    return [schemas.OwnOfferAnswer.model_validate(each) for each in found]


@router.post(
    "/substitutions/{substitution_id}/accept",
    summary="The volunteer who was asked stands there; the first one who says so has the place",
    **secured("answer_offer", 404, 409, 422),
)
async def accept_offer(
    substitution_id: str, body: schemas.WhoBody, uow: Uow
) -> schemas.SubstitutionAnswer:
    return _substitution(await substituting.accept_offer(uow, substitution_id, body.volunteer_no))


@router.post(
    "/substitutions/{substitution_id}/decline",
    summary="The volunteer who was asked can't; when all have said so, the next ones are asked",
    **secured("answer_offer", 404, 409, 422),
)
async def decline_offer(
    substitution_id: str, body: schemas.WhoBody, uow: Uow
) -> schemas.SubstitutionAnswer:
    return _substitution(await substituting.decline_offer(uow, substitution_id, body.volunteer_no))


def _substitution(found: Substitution) -> schemas.SubstitutionAnswer:
    return schemas.SubstitutionAnswer.model_validate(queries.substitution_view(found))


async def _answer(uow: UnitOfWork, assignment_id: str, request: Request) -> schemas.RosterAnswer:
    texts = request.app.state.texts
    language = preferred_language(request.headers.get("accept-language"))

    def say(reason: Reason) -> str:
        return str(texts.render(language, reason.code, reason.facts)["detail"])

    return schemas.roster_answer(await queries.get_roster(uow, assignment_id), say)
