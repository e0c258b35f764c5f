"""Reads of pins and bans for people, with the names of what they are about."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.queries.plans import View
from services.dispatch.plans.queries.wording import TEAMS, TOWNSHIPS, Names, names_of
from services.dispatch.plans.tables import planning_rule
from services.dispatch.policy import POLICY
from shared.db.paging import page_of
from shared.unit_of_work import UnitOfWork


async def list_rules(
    uow: UnitOfWork, *, campaign_id: str | None, after: str | None, limit: int
) -> tuple[list[View], str | None]:
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        query = select(PlanningRule)
        if campaign_id is not None:
            query = query.where(planning_rule.c.campaign_id == campaign_id)
        found, next_after = await page_of(
            session, query, planning_rule.c.id, after=after, limit=limit
        )
        return await rule_views(session, found), next_after


async def rule_views(session: AsyncSession, rules: Sequence[PlanningRule]) -> list[View]:
    """Pins and bans with the names of what they are about; null where they name nothing."""
    names = await names_of(session, {}, {rule.line_id for rule in rules if rule.line_id})
    return [_rule_view(names, rule) for rule in rules]


def _rule_view(names: Names, rule: PlanningRule) -> View:
    view: View = {field: getattr(rule, field) for field in _RULE_FIELDS}
    row = names.rows.get(rule.line_id or "")
    township = names.get(TOWNSHIPS, row.township_code) if row is not None else (None, None)
    item = (row.item_name, row.item_name_en) if row is not None else (None, None)
    team = names.get(TEAMS, rule.team_code) if rule.team_code else (None, None)
    for kind, (name, name_en) in {"township": township, "item": item, "team": team}.items():
        view |= {f"{kind}_name": name, f"{kind}_name_en": name_en}
    return view


_RULE_FIELDS = ("id", "campaign_id", "does", "made_at", "line_id", "team_code", "on", "part")
