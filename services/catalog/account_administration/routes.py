"""Operations on accounts: make, close, reset and erase them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from services.catalog.account_administration import schemas, use_cases
from services.catalog.account_administration.sheets import ACCOUNTS
from services.catalog.accounts import queries
from services.catalog.accounts.domain.account import (
    HANDED_ON_BY,
    SCOPED,
    SECOND_FACTOR,
    Account,
    may_hand_on,
)
from services.catalog.accounts.use_cases.names import name_of
from services.catalog.policy import POLICY
from services.catalog.signing_in.use_cases.provider import Provider, require_own_provider
from shared.http.exports import add_export
from shared.http.inputs import AppState, CountedPage, Page, Uow
from shared.http.openapi import secured
from shared.kernel.access import Role
from shared.unit_of_work import UnitOfWork

router = APIRouter(tags=["identity"])

AccountId = Annotated[str, Path(max_length=36)]


def _provider(state: AppState) -> Provider:
    return require_own_provider(state.provider)


OwnProvider = Annotated[Provider, Depends(_provider)]


@router.post(
    "/accounts",
    status_code=201,
    summary="Make an account; its owner chooses a password by the invitation",
    **secured("administer_accounts", 404, 409, 422),
)
async def post_account(
    body: schemas.AccountBody, uow: Uow, provider: OwnProvider
) -> schemas.InvitedAnswer:
    return schemas.InvitedAnswer.model_validate(
        await use_cases.create_account(
            uow, provider.issuer, name=body.name_in_clear(), **body.model_dump(exclude={"name"})
        )
    )


@router.get("/accounts", summary="List accounts", **secured("administer_accounts", 422))
async def list_accounts(
    uow: Uow,
    after: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> Page[schemas.AccountAnswer]:
    items, next_after = await queries.list_accounts(uow, after=after, limit=limit)
    return Page[schemas.AccountAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/accounts/search",
    summary="Find accounts, with what the asker may do with each",
    **secured("administer_accounts", 422),
)
async def search_accounts(
    body: schemas.AccountSearch, uow: Uow
) -> CountedPage[schemas.AccountView]:
    found = await queries.search_accounts(uow, **body.model_dump())
    items = [_view_of(account, uow) for account in found.items]
    return CountedPage[schemas.AccountView](
        items=items, next_after=found.next_after, total=found.total
    )


add_export(
    router,
    "/accounts/search.xlsx",
    search_accounts,
    ACCOUNTS,
    action="administer_accounts",
    method="POST",
)


@router.get(
    "/accounts/roles",
    summary="The roles, and which of them the asker may grant",
    **secured("administer_accounts"),
)
async def list_roles(uow: Uow) -> list[schemas.RoleAnswer]:
    uow.permit(POLICY, "administer_accounts")
    return [
        schemas.RoleAnswer.model_validate(
            {
                "role": role,
                "grantable": may_hand_on(uow.actor.roles, role),
                "granted_by": [sorted(held) for held in HANDED_ON_BY[role]],
                "scope": SCOPED.get(role),
                "needs_second_factor": role in SECOND_FACTOR,
            }
        )
        for role in Role
    ]


@router.get(
    "/accounts/coordinators",
    summary="The coordinators, by the names that their colleagues know them by",
    **secured("read_coordinators"),
)
async def list_coordinators(uow: Uow) -> list[schemas.ColleagueAnswer]:
    found = await queries.list_coordinators(uow)
    return [
        schemas.ColleagueAnswer(
            id=account.id, name=name_of(uow.vault, account) or account.login, login=account.login
        )
        for account in found
    ]


@router.post(
    "/accounts/{account_id}/disable",
    summary="Close an account",
    **secured("administer_accounts", 404, 409, 422),
)
async def disable_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await use_cases.disable_account(uow, account_id))


@router.post(
    "/accounts/{account_id}/enable",
    summary="Open it again",
    **secured("administer_accounts", 404, 409, 422),
)
async def enable_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await use_cases.enable_account(uow, account_id))


@router.post(
    "/accounts/{account_id}/erase",
    summary="Delete a closed account with its login name",
    **secured("administer_accounts", 404, 409, 422),
)
async def erase_account(account_id: AccountId, uow: Uow) -> dict[str, str]:
    await use_cases.erase_closed_account(uow, account_id)
    return {}


@router.post(
    "/accounts/{account_id}/name",
    summary="What colleagues call its owner",
    **secured("administer_accounts", 404, 409, 422),
)
async def name_account(
    account_id: AccountId, body: schemas.NameBody, uow: Uow
) -> schemas.AccountView:
    return _view_of(await use_cases.name_account(uow, account_id, name=body.in_clear()), uow)


@router.post(
    "/accounts/{account_id}/sign-out",
    summary="Void all its tokens",
    **secured("administer_accounts", 404, 409, 422),
)
async def sign_out_account(account_id: AccountId, uow: Uow) -> schemas.AccountAnswer:
    return schemas.AccountAnswer.model_validate(await use_cases.sign_out_account(uow, account_id))


@router.post(
    "/accounts/{account_id}/reset",
    summary="A new invitation in place of the password",
    **secured("administer_accounts", 404, 409, 422),
)
async def reset_account(
    account_id: AccountId, uow: Uow, provider: OwnProvider
) -> schemas.InvitedAnswer:
    return schemas.InvitedAnswer.model_validate(
        await use_cases.reset_account(uow, provider.issuer, account_id)
    )


def _view_of(account: Account, uow: UnitOfWork) -> schemas.AccountView:
    held = uow.actor.roles
    return schemas.AccountView(
        **schemas.AccountAnswer.model_validate(account).model_dump(),
        name=name_of(uow.vault, account),
        acts=list(account.acts_of(uow.actor.subject, held)),
        out_of_reach=[Role(role) for role in account.roles if not may_hand_on(held, Role(role))],
        is_own=account.id == uow.actor.subject,
    )
