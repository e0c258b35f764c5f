"""Operations on pins and bans."""

from fastapi import APIRouter

from services.dispatch.plans.queries import rule_views as queries
from services.dispatch.plans.schemas import rules as schemas
from services.dispatch.plans.use_cases import rules
from shared.http.inputs import After, Filter, Limit, Page, Uow
from shared.http.openapi import secured

router = APIRouter(tags=["planning"])


@router.get("/planning-rules", summary="Pins and bans", **secured("read_candidates", 422))
async def list_rules(
    uow: Uow, campaign_id: Filter = None, after: After = None, limit: Limit = 100
) -> Page[schemas.RuleAnswer]:
    items, next_after = await queries.list_rules(
        uow, campaign_id=campaign_id, after=after, limit=limit
    )
    return Page[schemas.RuleAnswer].model_validate({"items": items, "next_after": next_after})


@router.post(
    "/planning-rules",
    status_code=201,
    summary="Pin a line to a team and half-day, or forbid a combination",
    **secured("change_planning_rules", 409, 422),
)
async def add_rule(body: schemas.RuleBody, uow: Uow) -> schemas.RuleAnswer:
    return schemas.RuleAnswer.model_validate(await rules.add_rule(uow, **body.model_dump()))


@router.delete(
    "/planning-rules/{rule_id}",
    status_code=204,
    summary="Take a pin or a ban back",
    **secured("change_planning_rules", 404, 409, 422),
)
async def remove_rule(rule_id: str, uow: Uow) -> None:
    await rules.remove_rule(uow, rule_id)
