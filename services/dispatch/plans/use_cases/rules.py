"""Adds and removes pins and bans, which every plan keeps that is made or changed from then on."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import delete, select

from services.dispatch.demand.queries import is_line_of
from services.dispatch.directory.queries import active_teams
from services.dispatch.plans.domain.plan import Plan
from services.dispatch.plans.domain.rule import PlanningRule
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.planning_input import planning_input
from services.dispatch.plans.queries.plans import View, published_plan
from services.dispatch.plans.queries.rule_views import rule_views
from services.dispatch.plans.queries.rules import rules_of
from services.dispatch.plans.queries.wording import names_of
from services.dispatch.plans.tables import planning_rule, planning_run
from services.dispatch.plans.use_cases.proposals import require_pins_to_hold
from services.dispatch.policy import POLICY
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def add_rule(
    uow: UnitOfWork,
    *,
    campaign_id: str,
    does: str,
    line_id: str | None,
    team_code: str | None,
    on: date | None,
    part: str | None,
) -> View:
    """The rule with names, as it is listed.

    :raises InvalidInput: too little is named, or something that does not exist.
    :raises Conflict: a line that is pinned could not be served so (``pins_do_not_hold``); names the rules in its way.
    """
    uow.permit(POLICY, "change_planning_rules")
    async with uow.transaction() as tx:
        made = PlanningRule(
            id=new_id(),
            campaign_id=campaign_id,
            does=does,
            made_at=tx.now,
            line_id=line_id,
            team_code=team_code,
            on=on,
            part=part,
        )
        await _require_known(tx, made)
        tx.add(made)
        await tx.session.flush()
        await _require_pins_to_hold(tx, campaign_id, uow.today())
        return (await rule_views(tx.session, [made]))[0]


async def remove_rule(uow: UnitOfWork, rule_id: str) -> None:
    """:raises NotFound: there is none."""
    uow.permit(POLICY, "change_planning_rules")
    async with uow.transaction() as tx:
        await tx.session.delete(await tx.get(PlanningRule, rule_id))


async def ban_day(tx: Transaction, campaign_id: str, line_ids: Collection[str], on: date) -> None:
    """Bans the lines from a day on which they can't be served after all, and removes pins to that day."""
    for rule in await rules_of(tx.session, campaign_id):
        if rule.does == "pin" and rule.line_id in line_ids and rule.on == on:
            await tx.session.delete(rule)
    for line_id in sorted(line_ids):
        ban = PlanningRule(
            id=new_id(),
            campaign_id=campaign_id,
            does="forbid",
            made_at=tx.now,
            line_id=line_id,
            on=on,
        )
        tx.add(ban)


async def remove_pins_to(tx: Transaction, team_code: str) -> None:
    """Removes pins to a team that has left the corps; no plan could keep them."""
    pins = delete(planning_rule).where(
        planning_rule.c.team_code == team_code, planning_rule.c.does == "pin"
    )
    await tx.session.execute(pins)


async def remove_pins_of(tx: Transaction, line_ids: Collection[str]) -> None:
    """Removes pins of lines whose team can't come as they say; no plan could keep them."""
    pins = delete(planning_rule).where(
        planning_rule.c.line_id.in_(line_ids), planning_rule.c.does == "pin"
    )
    await tx.session.execute(pins)


async def _require_known(tx: Transaction, rule: PlanningRule) -> None:
    line, team = rule.line_id, rule.team_code
    if line is not None and not await is_line_of(tx.session, rule.campaign_id, line):
        raise InvalidInput("unknown_line", field="line_id", line=line, campaign_id=rule.campaign_id)
    if team is not None and not await active_teams(tx.session, [team]):
        raise InvalidInput("unknown_team", field="team_code", team=team)


async def _require_pins_to_hold(tx: Transaction, campaign_id: str, today: date) -> None:
    """Checks all pins together, on the days of the latest run or plan. Without either, the next run checks them."""
    query = (
        select(PlanningRun)
        .where(planning_run.c.campaign_id == campaign_id)
        .order_by(planning_run.c.id.desc())
        .limit(1)
    )
    scope: PlanningRun | Plan | None = (await tx.session.scalars(query)).first()
    scope = scope or await published_plan(tx.session, campaign_id)
    if scope is None:
        return
    inputs = await planning_input(tx.session, scope, today)
    require_pins_to_hold(inputs, await names_of(tx.session, inputs.lines))
