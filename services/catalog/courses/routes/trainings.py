"""Operations on records of training and their certificates."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.catalog.courses import schemas
from services.catalog.courses.queries import trainings as queries
from services.catalog.courses.queries.courses import get_enrolment
from services.catalog.courses.routes import printing
from services.catalog.courses.sheets import TRAININGS_SHEET
from services.catalog.courses.use_cases.certificates import withdraw_certificate
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import After, AppState, Code, Confirmed, Key, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.pdf import PdfFile, pdf_file
from shared.http.people import VolunteerNo
from shared.http.texts import preferred_language

router = APIRouter(tags=["courses"])


@router.get(
    "/trainings",
    summary="Records of training (Order 67, Art. 8), of a course and of a team",
    **secured("read_records", 422),
)
async def list_trainings(
    uow: Uow,
    course_id: Annotated[Key | None, Query(description="only of this course")] = None,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.TrainingAnswer]:
    items, next_after = await queries.list_trainings(
        uow, course_id=course_id, team_code=team_code, after=after, limit=limit
    )
    return Page[schemas.TrainingAnswer].model_validate({"items": items, "next_after": next_after})


add_export(router, "/trainings.xlsx", list_trainings, TRAININGS_SHEET, action="read_records")


@router.get(
    "/volunteers/{volunteer_no}/trainings",
    summary="A volunteer's records of training",
    **secured("read_records", 404, 422),
)
async def list_trainings_of(volunteer_no: VolunteerNo, uow: Uow) -> list[schemas.TrainingAnswer]:
    found = await queries.list_trainings_of(uow, volunteer_no)
    return [schemas.TrainingAnswer.model_validate(each) for each in found]


@router.get(
    "/trainings/{enrolment_id}/certificate.pdf",
    summary="The certificate of a test that was passed, with a code by which anybody verifies it",
    response_class=PdfFile,
    **secured("print_course_certificate", 404, 409, 422),
)
async def print_certificate(
    enrolment_id: Key, request: Request, uow: Uow, state: AppState
) -> PdfFile:
    view = await queries.get_printable(uow, enrolment_id)
    language = preferred_language(request.headers.get("accept-language"))
    url = f"{state.public_url}/public/course-certificates/{view.enrolment.token}"
    paper = printing.certificate_paper(view, url, state.texts, language)
    name = f"{paper['title']}-{view.enrolment.certificate_no}"
    return await pdf_file(
        printing.TEMPLATE, paper, plain="certificate", name=name, is_personal=True
    )


@router.post(
    "/trainings/{enrolment_id}/withdraw",
    summary="Withdraw the certificate of a course; whoever verifies it learns that",
    **secured("withdraw_certificate", 404, 409, 422),
)
async def withdraw_course_certificate(
    enrolment_id: Key,
    body: schemas.CertificateWithdrawalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.EnrolmentAnswer:
    await withdraw_certificate(
        uow,
        enrolment_id,
        reason_code=body.reason_code,
        reason=body.reason,
        confirmed=ask_about(body, confirmed),
    )
    return schemas.EnrolmentAnswer.of(await get_enrolment(uow, enrolment_id))
