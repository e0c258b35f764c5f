"""Operations on one's own account."""

from typing import Annotated

import segno
from fastapi import APIRouter, Depends, Response

from services.catalog.own_account import schemas, use_cases
from services.catalog.signing_in.use_cases.provider import Provider, require_own_provider
from shared.http.inputs import AppState, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["identity"])

QUIET_ZONE = 4
"""Light modules around a QR code (ISO/IEC 18004)."""


def _provider(state: AppState) -> Provider:
    return require_own_provider(state.provider)


OwnProvider = Annotated[Provider, Depends(_provider)]


@router.get("/accounts/self", summary="One's own account", **secured("read_own_account", 404))
async def read_own_account(uow: Uow, provider: OwnProvider) -> schemas.OwnAccountAnswer:
    return schemas.OwnAccountAnswer.model_validate(await use_cases.read_own_account(uow))


@router.post(
    "/accounts/self/name",
    summary="What colleagues call one",
    **secured("name_own_account", 404, 409, 422),
)
async def name_own_account(
    body: schemas.OwnNameBody, uow: Uow, provider: OwnProvider
) -> schemas.OwnAccountAnswer:
    await use_cases.name_own_account(uow, name=body.in_clear())
    return schemas.OwnAccountAnswer.model_validate(await use_cases.read_own_account(uow))


@router.post(
    "/accounts/self/password",
    summary="Change one's own password",
    **secured("change_own_password", 404, 409, 422),
)
async def change_password(
    body: schemas.PasswordBody, uow: Uow, provider: OwnProvider
) -> dict[str, str]:
    await use_cases.change_password(uow, provider.passwords, **body.model_dump())
    return {}


@router.post(
    "/accounts/self/second-factor/offer",
    summary="A new second factor on offer; nothing is stored",
    **secured("change_own_second_factor", 404),
)
async def offer_second_factor(
    response: Response, uow: Uow, provider: OwnProvider
) -> schemas.OfferAnswer:
    response.headers["Cache-Control"] = "no-store"
    enrolment = await use_cases.offer_second_factor(uow)
    return schemas.OfferAnswer.of(enrolment, _drawn(enrolment.uri))


@router.post(
    "/accounts/self/second-factor",
    summary="Enrol the second factor that was offered",
    **secured("change_own_second_factor", 404, 409, 422),
)
async def enrol_second_factor(
    body: schemas.EnrolmentBody, response: Response, uow: Uow, provider: OwnProvider
) -> schemas.RecoveryCodesAnswer:
    response.headers["Cache-Control"] = "no-store"
    codes = await use_cases.enrol_second_factor(uow, provider.passwords, **body.model_dump())
    return schemas.RecoveryCodesAnswer(recovery_codes=codes)


@router.post(
    "/accounts/self/recovery-codes",
    summary="New recovery codes; those before end",
    **secured("change_own_second_factor", 404, 409, 422),
)
async def replace_recovery_codes(
    body: schemas.ProofBody, response: Response, uow: Uow, provider: OwnProvider
) -> schemas.RecoveryCodesAnswer:
    response.headers["Cache-Control"] = "no-store"
    codes = await use_cases.replace_recovery_codes(uow, provider.passwords, **body.model_dump())
    return schemas.RecoveryCodesAnswer(recovery_codes=codes)


def _drawn(text: str) -> schemas.QrAnswer:
    """Returns a QR code, each run of dark modules in a row as one rectangle of its path."""
    code = segno.make(text, micro=False, error="m")
    rows = [list(row) for row in code.matrix_iter(border=QUIET_ZONE)]
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                path.append(f"M{x} {y}h{run - x}v1h-{run - x}z")
            x = run + 1
    return schemas.QrAnswer(size=len(rows), path="".join(path))
