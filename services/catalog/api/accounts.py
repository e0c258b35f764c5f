"""The accounts' doors: making, closing, resetting them, and changing one's own password."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.catalog.api import schemas
from services.catalog.api.identity import OwnProvider
from services.catalog.application import accounts
from shared.http.inputs import Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["identity"])

AccountId = Annotated[str, Path(max_length=36)]


@router.post(
    "/accounts",
    status_code=201,
    summary="Make an account; its owner chooses a password by the invitation",
    **secured("administer_accounts", 404, 409, 422),
)
async def post_account(body: schemas.AccountBody, uow: Uow, provider: OwnProvider) -> schemas.InvitedAnswer:
    return schemas.InvitedAnswer.model_validate(await accounts.create_account(uow, provider, **body.model_dump()))


@router.get("/accounts", summary="List accounts", **secured("administer_accounts", 422))
async def list_accounts(
    uow: Uow,
    after: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[schemas.AccountAnswer]:
    items, next_after = await accounts.list_accounts(uow, after=after, limit=limit)
    return Page[schemas.AccountAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/accounts/self/password", summary="Change one's own password", **secured("change_own_password", 404, 409, 422)
)
async def change_password(body: schemas.PasswordBody, uow: Uow, provider: OwnProvider) -> dict[str, str]:
    await accounts.change_password(uow, provider, **body.model_dump())
    return {}


@router.post(
    "/accounts/{account_id}/disable", summary="Close an account", **secured("administer_accounts", 404, 409, 422)
)
async def disable_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await accounts.disable_account(uow, account_id))


@router.post("/accounts/{account_id}/enable", summary="Open it again", **secured("administer_accounts", 404, 409, 422))
async def enable_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await accounts.enable_account(uow, account_id))


@router.post(
    "/accounts/{account_id}/erase",
    summary="Delete a closed account with its login name",
    **secured("administer_accounts", 404, 409, 422),
)
async def erase_account(account_id: AccountId, uow: Uow) -> dict[str, str]:
    await accounts.erase_closed_account(uow, account_id)
    return {}


@router.post(
    "/accounts/{account_id}/sign-out", summary="Void all its tokens", **secured("administer_accounts", 404, 409, 422)
)
async def sign_out_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await accounts.sign_out_account(uow, account_id))


@router.post(
    "/accounts/{account_id}/reset",
    summary="A new invitation in place of the password",
    **secured("administer_accounts", 404, 409, 422),
)
async def reset_account(account_id: AccountId, uow: Uow, provider: OwnProvider) -> schemas.InvitedAnswer:
    return schemas.InvitedAnswer.model_validate(await accounts.reset_account(uow, provider, account_id))
