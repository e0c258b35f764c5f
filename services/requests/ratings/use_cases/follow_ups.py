"""What is done about poor ratings, and with ratings themselves: they are hidden, shown again, and replied to."""

from datetime import date

from services.requests.orders.domain.order import Order
from services.requests.orders.queries.booths import Booth, booth_of
from services.requests.orders.use_cases.orders import rate_service
from services.requests.policy import POLICY
from services.requests.ratings.domain import (
    FOLLOWED_UP_WITHIN,
    POOR,
    FollowUp,
    HideReason,
    Rater,
    ResidentRating,
)
from services.requests.ratings.queries import overdue_ids
from services.requests.ratings.tables import stop_start
from shared.contracts.dispatch import StopStarted
from shared.contracts.requests import FollowUpClosed, FollowUpOpened, FollowUpOverdue
from shared.kernel.doubts import Confirmations, Doubts
from shared.unit_of_work import Transaction, UnitOfWork


async def open_stop(uow: UnitOfWork, event: StopStarted) -> None:
    """From now on residents rate the booths of a stop. Sent again, the first day stays."""
    async with uow.transaction() as tx:
        row = {"stop_id": event.stop_id, "started_on": event.on}
        known = stop_start.c.stop_id == event.stop_id
        if await tx.session.scalar(stop_start.select().where(known)) is None:
            await tx.session.execute(stop_start.insert().values(**row))


async def rate_as_township(
    uow: UnitOfWork,
    order_id: str,
    *,
    line_id: str,
    score: int,
    text: str | None,
    confirmed: Confirmations = (),
) -> Order:
    """Takes a township's judgement of a booth, and follows a poor one up, once.

    :raises NotFound: there is no such order, or it is another township's.
    :raises IllegalTransition: :raises Conflict: it was not served, or was judged otherwise.
    """
    grant = uow.permit(POLICY, "rate_service")
    async with uow.transaction() as tx:
        known = await tx.get(Order, order_id)
        grant.require(Order.kind, order_id, township=known.township_code, states=Order.STEPS)
        order = await rate_service(
            uow.nested(tx), order_id, line_id=line_id, score=score, text=text, confirmed=confirmed
        )
        line = order.line(line_id)
        if score <= POOR and line is not None and line.assignment_id is not None:
            booth = await booth_of(tx.session, line.assignment_id)
            if booth is not None and await tx.find(FollowUp, line_id) is None:
                tx.record(*follow_up_of(tx, booth, line_id, "township", score, text, uow.today()))
        return order


def follow_up_of(
    tx: Transaction,
    booth: Booth,
    follow_up_id: str,
    rater: Rater,
    score: int,
    words: str | None,
    today: date,
) -> tuple[FollowUp, FollowUpOpened]:
    """Adds a follow-up, and returns it with the event that says so."""
    opened = FollowUp(
        id=follow_up_id,
        rater=rater,
        order_id=booth.order_id,
        township_code=booth.township_code,
        team_code=booth.team_code,
        item_code=booth.item_code,
        item_name=booth.name,
        item_name_en=booth.name_en,
        score=score,
        words=words,
        opened_on=today,
        due_on=today + FOLLOWED_UP_WITHIN,
    )
    tx.add(opened)
    return opened, FollowUpOpened(
        follow_up_id=opened.id,
        township_code=opened.township_code,
        team_code=opened.team_code,
        item_code=opened.item_code,
        item_name=opened.item_name,
        item_name_en=opened.item_name_en,
        score=score,
        due_on=opened.due_on,
    )


async def close_follow_up(
    uow: UnitOfWork, follow_up_id: str, answer: str, confirmed: Confirmations = ()
) -> FollowUp:
    """:raises NotFound: there is none with this id. :raises IllegalTransition: it is closed."""
    uow.permit(POLICY, "close_follow_up")
    async with uow.transaction() as tx:
        found = await tx.get(FollowUp, follow_up_id)
        found.close(answer, tx.business_now)
        Doubts(confirmed).settle()
        tx.record(
            found,
            FollowUpClosed(
                follow_up_id=found.id,
                township_code=found.township_code,
                team_code=found.team_code,
                item_code=found.item_code,
                item_name=found.item_name,
                item_name_en=found.item_name_en,
            ),
        )
        return found


async def hide_rating(
    uow: UnitOfWork,
    rating_id: str,
    *,
    reason_code: HideReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> ResidentRating:
    """:raises NotFound: there is none with this id. :raises IllegalTransition: it is hidden."""
    uow.permit(POLICY, "moderate_ratings")
    async with uow.transaction() as tx:
        rating = await tx.get(ResidentRating, rating_id)
        rating.hide(reason_code, reason)
        Doubts(confirmed).settle()
        return rating


async def show_rating(uow: UnitOfWork, rating_id: str) -> ResidentRating:
    """:raises NotFound: there is none with this id. :raises IllegalTransition: it is not hidden."""
    uow.permit(POLICY, "moderate_ratings")
    async with uow.transaction() as tx:
        rating = await tx.get(ResidentRating, rating_id)
        rating.show()
        return rating


async def reply_to_rating(
    uow: UnitOfWork, rating_id: str, reply: str, confirmed: Confirmations = ()
) -> ResidentRating:
    """The team says something to a rating, once.

    :raises NotFound: there is none with this id, or it is another team's. :raises IllegalTransition: it is hidden.
    :raises Conflict: the team has replied.
    """
    grant = uow.permit(POLICY, "reply_to_rating")
    async with uow.transaction() as tx:
        rating = await tx.get(ResidentRating, rating_id)
        grant.require(
            ResidentRating.kind,
            rating_id,
            teams=[rating.team_code],
            states=ResidentRating.STEPS,
        )
        rating.answer(reply, tx.business_now)
        Doubts(confirmed).settle()
        return rating


async def see_to_follow_ups(uow: UnitOfWork) -> None:
    """Says once of each follow-up that its day is over. It may run any number of times on a day."""
    async with uow.transaction() as tx:
        found = await tx.find_all(FollowUp, await overdue_ids(tx.session, uow.today()))
        for each in found.values():
            if each.note_overdue(uow.today()):
                tx.record(
                    each,
                    FollowUpOverdue(
                        follow_up_id=each.id,
                        township_code=each.township_code,
                        team_code=each.team_code,
                        item_code=each.item_code,
                        item_name=each.item_name,
                        item_name_en=each.item_name_en,
                        due_on=each.due_on,
                    ),
                )
