"""Operations by which one entry takes the place of another."""

from typing import Annotated

from fastapi import APIRouter, Query

from services.catalog.directory.schemas import AgencyAnswer, TeamAnswer, TownshipAnswer
from services.catalog.successions import queries, schemas
from services.catalog.successions.use_cases import merging, townships
from services.catalog.volunteers.schemas import VolunteerAnswer
from shared.http.inputs import Code, Confirmed, TownshipCode, Uow
from shared.http.openapi import secured
from shared.http.people import VolunteerNo

router = APIRouter(tags=["catalog"])

Into = Annotated[Code, Query(description="the entry that would stay")]


@router.post(
    "/townships/{code}/recode",
    summary="A township gets another division code from a day on",
    **secured("enter_directory", 404, 409, 422),
)
async def recode_township(
    code: TownshipCode,
    body: schemas.RecodingBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> TownshipAnswer:
    return TownshipAnswer.model_validate(
        await townships.recode_township(uow, code, **body.model_dump(), confirmed=confirmed)
    )


@router.get(
    "/townships/{code}/joining",
    summary="Two townships side by side, one of which may become part of the other",
    **secured("merge_entries", 404, 422),
)
async def compare_townships(code: TownshipCode, into: Into, uow: Uow) -> schemas.TownshipComparison:
    found = await queries.compare_entries(uow, "township", code, into)
    return schemas.TownshipComparison.model_validate(found)


@router.post(
    "/townships/{code}/join",
    summary="A township becomes part of another one from a day on",
    **secured("merge_entries", 404, 409, 422),
)
async def join_townships(
    code: TownshipCode,
    body: schemas.JoiningBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> TownshipAnswer:
    return TownshipAnswer.model_validate(
        await townships.join_townships(uow, code, **body.model_dump(), confirmed=confirmed)
    )


@router.get(
    "/agencies/{code}/merging",
    summary="Two agencies side by side",
    **secured("merge_entries", 404, 422),
)
async def compare_agencies(code: Code, into: Into, uow: Uow) -> schemas.AgencyComparison:
    found = await queries.compare_entries(uow, "agency", code, into)
    return schemas.AgencyComparison.model_validate(found)


@router.post(
    "/agencies/{code}/merge",
    summary="An agency was entered twice: this entry goes, the other one stays",
    **secured("merge_entries", 404, 409, 422),
)
async def merge_agency(code: Code, body: schemas.AgencyMergingBody, uow: Uow) -> AgencyAnswer:
    return AgencyAnswer.model_validate(await merging.merge_agency(uow, code, **body.model_dump()))


@router.get(
    "/teams/{code}/merging", summary="Two teams side by side", **secured("merge_entries", 404, 422)
)
async def compare_teams(code: Code, into: Into, uow: Uow) -> schemas.TeamComparison:
    found = await queries.compare_entries(uow, "team", code, into)
    return schemas.TeamComparison.model_validate(found)


@router.post(
    "/teams/{code}/merge",
    summary="A team was entered twice: this entry goes, the other one stays",
    **secured("merge_entries", 404, 409, 422),
)
async def merge_team(code: Code, body: schemas.TeamMergingBody, uow: Uow) -> TeamAnswer:
    return TeamAnswer.model_validate(await merging.merge_team(uow, code, **body.model_dump()))


@router.get(
    "/volunteers/{volunteer_no}/merging",
    summary="Two volunteers side by side, masked",
    **secured("merge_entries", 404, 422),
)
async def compare_volunteers(
    volunteer_no: VolunteerNo,
    into: Annotated[VolunteerNo, Query(description="the entry that would stay")],
    uow: Uow,
) -> schemas.VolunteerComparison:
    found = await queries.compare_volunteers(uow, volunteer_no, into)
    return schemas.VolunteerComparison.model_validate(found)


@router.post(
    "/volunteers/{volunteer_no}/merge",
    summary="A person was entered twice: this entry goes, the other one stays",
    **secured("merge_entries", 404, 409, 422),
)
async def merge_volunteer(
    volunteer_no: VolunteerNo, body: schemas.VolunteerMergingBody, uow: Uow
) -> VolunteerAnswer:
    return VolunteerAnswer.model_validate(
        await merging.merge_volunteer(uow, volunteer_no, **body.model_dump())
    )


@router.get(
    "/volunteers/{volunteer_no}/mergers",
    summary="The numbers that a volunteer had as well",
    **secured("read_volunteers", 404, 422),
)
async def list_mergers_of_person(volunteer_no: VolunteerNo, uow: Uow) -> list[schemas.MergerAnswer]:
    found = await queries.list_mergers_of_person(uow, volunteer_no)
    return [schemas.MergerAnswer.model_validate(each) for each in found]


@router.get(
    "/mergers",
    summary="What was merged into an entry, with what had been merged into that before",
    **secured("read_directory", 422),
)
async def list_mergers(
    kind: schemas.DirectoryKind,
    into: Annotated[Code, Query(description="code of the entry that stayed")],
    uow: Uow,
) -> list[schemas.MergerAnswer]:
    found = await queries.list_mergers(uow, kind, into)
    return [schemas.MergerAnswer.model_validate(each) for each in found]
