"""Publishing, withdrawing and retiring editions of the menu."""

from services.catalog.campaigns.use_cases import add_standing_campaigns
from services.catalog.consultation.queries import unanswered_count
from services.catalog.directory.domain import Team
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import ended_editions
from services.catalog.items.domain import ServiceItem
from services.catalog.policy import POLICY
from shared.contracts.catalog import (
    EditionPublished,
    EditionRetired,
    EditionWithdrawalRequested,
    MenuItem,
)
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.unit_of_work import Transaction, UnitOfWork


async def publish_edition(uow: UnitOfWork, code: str, confirmed: Confirmations = ()) -> Edition:
    """Freezes an edition with its items as they are now, and puts it in force.

    Every year that the edition is in force in has a 常态 from then on.

    :raises ConfirmationNeeded: its last day is over, so that nobody can order from it; or opinions are still taken.
    :raises Conflict: an opinion on it has no answer yet.
    """
    uow.permit(POLICY, "publish_edition")
    async with uow.transaction() as tx:
        await tx.lock_service()
        edition = await tx.get(Edition, code)
        edition.require("publish", edition.state)
        if unanswered := await unanswered_count(tx.session, code):
            raise Conflict("opinions_unanswered", title=edition.title, count=unanswered)
        today, doubts = uow.today(), Doubts(confirmed)
        if edition.retires_on < today:
            doubts.add("edition_over", "retires_on", last=edition.retires_on, today=today)
        if (until := edition.consultation_ahead(today)) is not None:
            doubts.add("consultation_not_over", "consultation_until", last=until)
        doubts.settle()
        items = [await tx.get(ServiceItem, item_code) for item_code in edition.item_codes]
        teams = await tx.find_all(Team, {code for item in items for code in item.teams})
        edition.publish(
            items,
            active_teams={code for code, team in teams.items() if team.state == "active"},
            today=today,
        )
        await add_standing_campaigns(tx, edition.years())
        tx.record(
            edition,
            EditionPublished(
                edition_id=code,
                title=edition.title,
                effective_on=edition.effective_on,
                retires_on=edition.retires_on,
                items=tuple(MenuItem.model_validate(dish) for dish in edition.menu),
            ),
        )
        if edition.retires_on < today:
            _retire(tx, edition)
        return edition


async def withdraw_edition(uow: UnitOfWork, code: str) -> Edition:
    """Asks for an edition that was published by mistake to be withdrawn.

    That is possible until the first order from it is handed in, and only requests knows that: it closes the edition,
    or refuses.

    :raises IllegalTransition: it is not in force.
    """
    uow.permit(POLICY, "publish_edition")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, code)
        edition.ask_for_withdrawal()
        tx.record(edition, EditionWithdrawalRequested(edition_id=code))
        return edition


async def complete_withdrawal(uow: UnitOfWork, code: str) -> None:
    """Withdraws an edition that requests has closed: no order was handed in from it, and none will be."""
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, code)
        edition.withdraw()
        tx.record(
            edition, EditionRetired(edition_id=edition.code, title=edition.title, cause="withdrawn")
        )


async def refuse_withdrawal(uow: UnitOfWork, code: str, *, orders: int) -> None:
    """Keeps an edition in force, because so many orders were handed in from it."""
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, code)
        edition.keep_for(orders)


async def retire_ended_editions(uow: UnitOfWork) -> None:
    """Retires the editions whose last day is over."""
    async with uow.transaction() as tx:
        await tx.lock_service()
        for edition in await ended_editions(tx.session, uow.today()):
            _retire(tx, edition)


def _retire(tx: Transaction, edition: Edition) -> None:
    edition.retire()
    tx.record(edition, EditionRetired(edition_id=edition.code, title=edition.title, cause="ended"))
