"""Operations on a volunteer's records and certificates."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from services.catalog.records import queries, schemas
from services.catalog.records.queries import CertificateView
from services.catalog.records.routes import printing
from services.catalog.records.sheets import RECORDS
from services.catalog.records.use_cases import certificates
from shared.http.exports import add_export
from shared.http.free_text import ask_about
from shared.http.inputs import After, AppState, Code, Confirmed, Day, Limit, Page, Uow
from shared.http.openapi import secured
from shared.http.pdf import PdfFile, pdf_file
from shared.http.texts import preferred_language

router = APIRouter(tags=["catalog"])


@router.get(
    "/records",
    summary="What was served, of a team and from one day to another",
    **secured("read_records", 422),
)
async def list_all_records(
    uow: Uow,
    team_code: Annotated[Code | None, Query(description="only of this team")] = None,
    first_on: Annotated[Day | None, Query()] = None,
    last_on: Annotated[Day | None, Query()] = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[schemas.RecordAnswer]:
    items, next_after = await queries.list_all(
        uow, team_code=team_code, first_on=first_on, last_on=last_on, after=after, limit=limit
    )
    return Page[schemas.RecordAnswer].model_validate({"items": items, "next_after": next_after})


add_export(router, "/records.xlsx", list_all_records, RECORDS, action="read_records")


@router.get(
    "/volunteers/{volunteer_no}/records",
    summary="What a volunteer has served, with the minutes by class",
    **secured("read_records", 404, 422),
)
async def list_records(volunteer_no: str, uow: Uow) -> schemas.RecordsAnswer:
    found, minutes = await queries.list_records(uow, volunteer_no)
    return schemas.RecordsAnswer.model_validate({"records": found, "minutes": minutes})


@router.get(
    "/volunteers/{volunteer_no}/certificates",
    summary="The certificates of a volunteer",
    **secured("read_records", 404, 422),
)
async def list_certificates(volunteer_no: str, uow: Uow) -> list[schemas.CertificateAnswer]:
    return [_answer(each) for each in await queries.list_certificates(uow, volunteer_no)]


@router.post(
    "/volunteers/{volunteer_no}/certificates",
    status_code=201,
    summary="Issue a certificate of hours, free of charge; what says the same is not issued twice",
    **secured("issue_certificate", 404, 409, 422),
)
async def issue_certificate(
    volunteer_no: str, body: schemas.CertificateBody, uow: Uow
) -> schemas.CertificateAnswer:
    made = await certificates.issue_certificate(uow, volunteer_no, body.first_on, body.last_on)
    return _answer(await queries.get_certificate(uow, made.id))


@router.post(
    "/certificates/{certificate_id}/withdraw",
    summary="Withdraw a certificate; whoever verifies it learns that",
    **secured("withdraw_certificate", 404, 409, 422),
)
async def withdraw_certificate(
    certificate_id: str,
    body: schemas.WithdrawalBody,
    uow: Uow,
    confirmed: Confirmed = frozenset(),
) -> schemas.CertificateAnswer:
    doubts = ask_about(body, confirmed)
    await certificates.withdraw_certificate(
        uow, certificate_id, body.reason_code, body.reason, doubts
    )
    return _answer(await queries.get_certificate(uow, certificate_id))


@router.get(
    "/certificates/{certificate_id}/certificate.pdf",
    summary="A certificate to print, with a code by which anybody verifies it",
    response_class=PdfFile,
    **secured("read_records", 404, 409, 422),
)
async def print_certificate(
    certificate_id: str, request: Request, uow: Uow, state: AppState
) -> PdfFile:
    view = await queries.get_printable(uow, certificate_id)
    language = preferred_language(request.headers.get("accept-language"))
    url = f"{state.public_url}/public/certificates/{view.certificate.token}"
    paper = printing.certificate_paper(view, url, state.texts, language)
    name = f"{paper['title']}-{view.certificate.number}"
    return await pdf_file(
        printing.TEMPLATE, paper, plain="certificate", name=name, is_personal=True
    )


def _answer(view: CertificateView) -> schemas.CertificateAnswer:
    said: dict[str, Any] = {
        name: getattr(view.certificate, name, None)
        for name in schemas.CertificateAnswer.model_fields
    }
    return schemas.CertificateAnswer.model_validate(said | {"is_current": view.is_current})
