"""Proposing recurring services, and what teams and the corps do with the proposals."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import update

from services.requests.orders.domain.order import Order, WantedItem
from services.requests.orders.queries.history import has_served, township_of
from services.requests.policy import POLICY
from services.requests.recurrence.domain.series import SeriesDraft
from services.requests.recurrence.queries import ordered_regularly
from services.requests.recurrence.use_cases.making import OccurrenceMaking
from services.requests.recurrence.use_cases.proposing import begin_series
from services.requests.regularisation.domain.proposal import DeclineReason, Proposal, Terms
from services.requests.regularisation.domain.rule import Thresholds, suggest
from services.requests.regularisation.queries import (
    Found,
    Pair,
    count_proposed_on,
    evidence_of,
    find_regular,
    ids_to_remind,
    ids_to_weigh,
    is_proposed,
    is_still_needed,
    lapsed_ids,
)
from services.requests.regularisation.tables import booth_queue, recurrence_proposal
from shared.contracts.dispatch import QueueMeasured
from shared.contracts.requests import (
    RecurrenceConfirmed,
    RecurrenceDeclined,
    RecurrenceProposed,
    RecurrenceReminded,
)
from shared.db.bulk_insert import insert_missing
from shared.db.successors import current_code
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def keep_queue(uow: UnitOfWork, event: QueueMeasured) -> None:
    """Keeps what dispatch measured at a booth, in place of what it said before; under the codes that count now."""
    async with uow.transaction() as tx:
        # The order says which township it was for: dispatch may not have heard yet that this was corrected.
        township = await township_of(tx.session, event.order_id) or event.township_code
        row = {
            "stop_id": event.stop_id,
            "township_code": await current_code(tx.session, "township", township),
            "team_code": await current_code(tx.session, "team", event.team_code),
            "item_code": event.item_code,
            "on": event.on,
            "arrived": event.arrived,
            "served": event.served,
            "longest": event.longest_queue,
            "mean_wait_minutes": event.mean_wait_minutes,
        }
        this = booth_queue.c.assignment_id == event.assignment_id
        new = row | {"assignment_id": event.assignment_id}
        await tx.session.execute(insert_missing(tx.session, booth_queue), [new])
        await tx.session.execute(booth_queue.update().where(this).values(row))


async def move_queues(tx: Transaction, assignment_ids: Collection[str], **now: str) -> None:
    """The queues at these booths were in another township, or of another team."""
    of_booths = booth_queue.update().where(booth_queue.c.assignment_id.in_(assignment_ids))
    await tx.session.execute(of_booths.values(**now))


async def unsettle(tx: Transaction, pairs: Collection[Pair]) -> None:
    """What is known of these townships and items was corrected: what is proposed of them is weighed again with the
    next search."""
    for township_code, item_code in sorted(pairs):
        await tx.session.execute(
            update(recurrence_proposal)
            .where(
                recurrence_proposal.c.township_code == township_code,
                recurrence_proposal.c.item_code == item_code,
                recurrence_proposal.c.state == "proposed",
            )
            .values(to_weigh=True)
        )


async def look_for_regular(uow: UnitOfWork, limits: Thresholds) -> int:
    """Proposes what the evidence of the last twelve months speaks for, and returns how much that is.

    Done again on the same day, or side by side, it proposes nothing twice: each proposal is stored by itself, under
    the service's lock, and only if none of its township and item waits or was answered meanwhile. What is more than a
    day may have is proposed on the days that follow, the strongest first.
    """
    today = uow.today()
    await _lapse(uow, limits)
    await _remind(uow, limits)
    await _weigh_again(uow, limits)
    async with uow.reading() as session:
        left = limits.most_a_day - await count_proposed_on(session, today)
        found = (await find_regular(session, today, limits))[: max(0, left)]
    made = [await _propose(uow, each, limits) for each in found]
    return sum(made)


async def search_now(uow: UnitOfWork, limits: Thresholds) -> int:
    """Does the daily work at once, for a coordinator who has just entered what counts."""
    uow.permit(POLICY, "search_regular_needs")
    return await look_for_regular(uow, limits)


async def confirm_proposal(
    uow: UnitOfWork,
    making: OccurrenceMaking,
    proposal_id: str,
    terms: Terms,
) -> Proposal:
    """The team takes it on, as it is or changed: the township has a recurring order from then on.

    :raises NotFound: it is another team's. :raises IllegalTransition: it is answered.
    :raises InvalidInput: :raises Conflict: the first day, or the series that would begin, is refused; or the township
        has the item regularly by now, as where another one that asked for it became part of it.
    """
    grant = uow.permit(POLICY, "answer_recurrence_proposal")
    async with uow.transaction() as tx:
        # Of two that are confirmed at once, the later one sees the series of the earlier.
        await tx.lock_service()
        proposal = await tx.get(Proposal, proposal_id)
        grant.require(Proposal.kind, proposal_id, teams=[proposal.team_code], states=Proposal.STEPS)
        proposal.confirm(terms, uow.today())
        pair = proposal.township_code, proposal.item_code
        if pair in await ordered_regularly(tx.session):
            raise Conflict("ordered_regularly", field="proposal_id", item=_named(proposal))
        order = await tx.get(Order, proposal.order_id)
        draft = SeriesDraft(
            township_code=proposal.township_code,
            place=order.place,
            point=order.point,
            items=(
                WantedItem(
                    item_code=proposal.item_code,
                    expected_attendance=terms.residents,
                    remark=None,
                ),
            ),
            rrule=terms.rrule(),
            starts_on=terms.starts_on,
            days_around=terms.days_around,
            priority=order.priority,
        )
        proposal.series_id = await begin_series(uow.nested(tx), making, draft, origin=proposal.id)
        tx.record(
            proposal,
            RecurrenceConfirmed(
                **_about(proposal),
                series_id=proposal.series_id,
                starts_on=terms.starts_on,
                is_changed=proposal.is_changed,
            ),
        )
        return proposal


async def decline_proposal(
    uow: UnitOfWork,
    proposal_id: str,
    *,
    reason_code: DeclineReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Proposal:
    """:raises NotFound: it is another team's. :raises IllegalTransition: it is answered."""
    grant = uow.permit(POLICY, "answer_recurrence_proposal")
    async with uow.transaction() as tx:
        proposal = await tx.get(Proposal, proposal_id)
        grant.require(Proposal.kind, proposal_id, teams=[proposal.team_code], states=Proposal.STEPS)
        proposal.decline(reason_code, reason, uow.today())
        Doubts(confirmed).settle()
        tx.record(proposal, RecurrenceDeclined(**_about(proposal), reason_code=reason_code))
        return proposal


async def hand_on(
    uow: UnitOfWork,
    proposal_id: str,
    team_code: str,
    limits: Thresholds,
    *,
    confirmed: Confirmations = (),
) -> Proposal:
    """The corps puts a proposal to another team, also one that was declined. A team that has never served the item is
    asked about; one that was joined to another is that one.

    :raises NotFound: there is none with this id. :raises IllegalTransition: it was confirmed, or has lapsed.
    :raises InvalidInput: that team has it. :raises Conflict: the same was proposed anew meanwhile.
    """
    uow.permit(POLICY, "hand_on_recurrence_proposal")
    async with uow.transaction() as tx:
        await tx.lock_service()
        team_code = await current_code(tx.session, "team", team_code)
        proposal = await tx.get(Proposal, proposal_id)
        if proposal.state != "proposed" and await is_proposed(
            tx.session, proposal.township_code, proposal.item_code
        ):
            raise Conflict("proposed_anew", field="proposal_id")
        proposal.hand_on(team_code, uow.today(), limits)
        doubts = Doubts(confirmed)
        if not await has_served(tx.session, proposal.item_code, team_code):
            doubts.add("team_new_to_item", "team_code", item=_named(proposal))
        doubts.settle()
        _announce(tx, proposal)
        return proposal


async def _lapse(uow: UnitOfWork, limits: Thresholds) -> None:
    today = uow.today()
    async with uow.transaction() as tx:
        old = await lapsed_ids(tx.session, today - timedelta(days=limits.lapse_days))
        for proposal in (await tx.find_all(Proposal, old)).values():
            if proposal.state == "proposed":  # nobody answered between the two reads
                proposal.lapse(today)


async def _remind(uow: UnitOfWork, limits: Thresholds) -> None:
    """Reminds teams of what lapses soon, once each."""
    today = uow.today()
    first = today - timedelta(days=limits.lapse_days)
    async with uow.transaction() as tx:
        soon = await ids_to_remind(tx.session, first, first + timedelta(days=limits.remind_days))
        for proposal in (await tx.find_all(Proposal, soon)).values():
            if proposal.state == "proposed" and proposal.remind(today):
                until = proposal.last_day(limits)
                tx.record(proposal, RecurrenceReminded(**_about(proposal), until_on=until))


async def _weigh_again(uow: UnitOfWork, limits: Thresholds) -> None:
    async with uow.transaction() as tx:
        await tx.lock_service()
        found = await tx.find_all(Proposal, await ids_to_weigh(tx.session))
        for proposal in found.values():
            if proposal.state != "proposed":
                continue  # it was answered between the two reads
            pair = proposal.township_code, proposal.item_code
            evidence = await evidence_of(tx.session, pair, uow.today(), limits)
            proposal.weigh_again(suggest(evidence, uow.today(), limits), evidence, uow.today())


async def _propose(uow: UnitOfWork, found: Found, limits: Thresholds) -> bool:
    async with uow.transaction() as tx:
        await tx.lock_service()
        if not await is_still_needed(tx.session, found, uow.today(), limits):
            return False
        proposal = Proposal.made(
            new_id(),
            township_code=found.township_code,
            item=found.item,
            team_code=found.team_code,
            order_id=found.order_id,
            suggestion=found.suggestion,
            evidence=found.evidence,
            today=uow.today(),
            limits=limits,
        )
        tx.add(proposal)
        _announce(tx, proposal)
        return True


def _announce(tx: Transaction, proposal: Proposal) -> None:
    tx.record(proposal, RecurrenceProposed(**_about(proposal), due_on=proposal.due_on))


def _named(proposal: Proposal) -> dict[str, str]:
    return {"zh-CN": proposal.item_name, "en": proposal.item_name_en}


def _about(proposal: Proposal) -> dict[str, object]:
    names = ("township_code", "team_code", "item_code", "item_name", "item_name_en")
    said = {name: getattr(proposal, name) for name in (*names, "cadence", "residents")}
    return {"proposal_id": proposal.id} | said
