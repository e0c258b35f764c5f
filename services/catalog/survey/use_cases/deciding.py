"""The corps decides item by item what becomes of the answers."""

from datetime import date
from typing import Any

from services.catalog.directory.queries import active_among
from services.catalog.editions.domain import Edition
from services.catalog.items.domain import ServiceItem
from services.catalog.items.use_cases import enter_item
from services.catalog.policy import POLICY
from services.catalog.survey.domain.outcome import (
    Outcome,
    SurveyDecision,
    Verdict,
    decision_key,
    require_unpublished,
)
from services.catalog.survey.queries.surveys import (
    outcomes_of,
    replies_of,
)
from shared.kernel.errors import NotFound
from shared.unit_of_work import Transaction, UnitOfWork


async def take_over(uow: UnitOfWork, code: str, item_code: str, *, seen: str) -> Outcome:
    """Corrects an item by what the teams answered; ``seen`` is the outcome that the corps has read.

    :raises Conflict: the outcome has changed since, no team is left, or the edition is published.
    """
    uow.permit(POLICY, "take_over_survey")
    async with uow.transaction() as tx:
        edition, outcome = await _outcome(tx, code, item_code)
        outcome.require_seen(seen)
        outcome.require_team()
        content: dict[str, Any] = outcome.item.content() | dict(outcome.wanted)
        await enter_item(uow.nested(tx), ServiceItem(code=item_code, **content))
        await _decide(tx, outcome, edition, "taken", today=uow.today())
        return (await _outcome(tx, code, item_code))[1]


async def keep_item(uow: UnitOfWork, code: str, item_code: str, *, seen: str) -> Outcome:
    """Leaves an item as it is in spite of what the teams answered, until they answer otherwise.

    :raises Conflict: the outcome has changed since it was read, or the edition is published.
    """
    uow.permit(POLICY, "take_over_survey")
    async with uow.transaction() as tx:
        edition, outcome = await _outcome(tx, code, item_code)
        outcome.require_seen(seen)
        await _decide(tx, outcome, edition, "kept", today=uow.today())
        return (await _outcome(tx, code, item_code))[1]


async def _outcome(tx: Transaction, code: str, item_code: str) -> tuple[Edition, Outcome]:
    """:raises NotFound: no such edition, or it has no such item. :raises Conflict: it is published."""
    edition = await tx.get(Edition, code)
    require_unpublished(edition)
    if item_code not in edition.item_codes:
        raise NotFound(ServiceItem.kind, item_code)
    item = await tx.get(ServiceItem, item_code)
    await tx.flush()
    replies = await replies_of(tx.session, code)
    active = await active_among(tx.session, [reply.team_code for reply in replies])
    (outcome,) = await outcomes_of(tx.session, edition, [item], replies, active)
    return edition, outcome


async def _decide(
    tx: Transaction, outcome: Outcome, edition: Edition, verdict: Verdict, *, today: date
) -> None:
    item_code = outcome.item.code
    decision = await tx.find(SurveyDecision, decision_key(edition.code, item_code))
    if decision is None:
        tx.add(
            SurveyDecision(
                edition_code=edition.code,
                item_code=item_code,
                verdict=verdict,
                wanted=outcome.wanted,
                decided_on=today,
            )
        )
    else:
        decision.verdict, decision.wanted, decision.decided_on = verdict, outcome.wanted, today
