"""Makes the orders that recurring orders are due for, some time ahead and each once.

What is due is found by the rule and compared with what was made (``occurrence``), under the lock of the recurring
order. So it makes no difference how often this runs, who runs it, or where it was killed.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from services.requests.menu.domain import Campaign, Edition, Township
from services.requests.menu.queries import Menu, campaigns_on, editions_in_force
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Draft
from services.requests.orders.queries.weeks import doubt_full_weeks
from services.requests.orders.use_cases.allowances import allowed_again
from services.requests.orders.use_cases.recurring import add_recurring_order
from services.requests.recurrence.domain.choice import (
    Obstacle,
    campaign_for,
    edition_for,
    wished_days,
)
from services.requests.recurrence.domain.days import FARTHEST_MOVE, DueDay
from services.requests.recurrence.domain.series import Occurrence, Series
from services.requests.recurrence.queries import made_days, over_ids, series_to_see_to
from services.requests.recurrence.tables import SEALED_PHONE
from services.requests.recurrence.use_cases.telling import tell
from shared.contracts.requests import OccurrenceBlocked
from shared.db.vault import place_of
from shared.kernel.clock import CHINA
from shared.kernel.doubts import ConfirmationNeeded, Doubts
from shared.kernel.ids import new_id
from shared.telemetry.logs import logger
from shared.unit_of_work import Transaction, UnitOfWork

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class OccurrenceMaking:
    """What it takes to make orders: the menu, and how long ahead they are made."""

    menu: Menu
    ahead: timedelta


async def make_due(uow: UnitOfWork, making: OccurrenceMaking) -> None:
    """Makes what is due of all recurring orders, each in a transaction of its own, and ends those that have run out.
    Where one fails the others are made, and then the first failure is raised."""
    failed: Exception | None = None
    today = uow.today()
    async with uow.reading() as session:
        ids = await series_to_see_to(session, today + making.ahead)
        over = await over_ids(session, today)
    for series_id in ids:
        try:
            async with uow.transaction() as tx:
                await make_occurrences(uow, tx, making, await tx.get(Series, series_id))
        except Exception as error:
            log.warning("recurring order failed", series=series_id, error=type(error).__name__)
            failed = failed or error
    for series_id in over:
        async with uow.transaction() as tx:
            found = await tx.get(Series, series_id)
            if found.state == "active" and found.due_on is None and found.is_over(today):
                found.end("run_out", None)
                tell(tx, found, "ended")
    if failed is not None:
        raise failed


async def make_occurrences(
    uow: UnitOfWork, tx: Transaction, making: OccurrenceMaking, series: Series
) -> None:
    """Makes the orders of one recurring order, which is locked, up to the horizon; tries again what was blocked."""
    if series.state != "active":
        return
    today = uow.today()
    horizon = today + making.ahead
    await tx.flush()
    first = min(today, series.seen_to or today) - FARTHEST_MOVE
    made = await made_days(tx.session, series.id, first)
    blocked = {on: await tx.get(Occurrence, key) for on, key in made.blocked.items()}
    for due in series.days(first, horizon + FARTHEST_MOVE):
        if due.day is None or due.first > horizon or due.on in made.done:
            continue
        known = blocked.get(due.on)
        if due.day < today:
            if known is not None:
                known.state = "missed"
            elif due.on > (series.seen_to or today):
                tx.add(_occurrence(series, due, state="missed"))
            continue
        await _make(uow, tx, making, series, due, known)
    series.see_to(max(horizon, series.seen_to or horizon))
    await tx.flush()


async def _make(
    uow: UnitOfWork,
    tx: Transaction,
    making: OccurrenceMaking,
    series: Series,
    due: DueDay,
    known: Occurrence | None,
) -> None:
    day = due.day or due.on
    found = await _menu_for(uow, tx, series, day)
    made = known or _occurrence(series, due, state="blocked")
    if known is None:
        tx.add(made)
    if isinstance(found, Obstacle):
        if known is None or (known.fault, known.item_code) != (found.fault, found.item_code):
            made.fault, made.item_code = found.fault, found.item_code
            limited = found.fault in ("ordering_is_over", "quota_used_up")
            tx.record(
                series,
                OccurrenceBlocked(
                    series_id=series.id,
                    number=series.number,
                    township_code=series.township_code,
                    on=day,
                    fault="no_campaign" if limited else found.fault,
                    item_code=found.item_code,
                    limit=found.fault if limited else None,
                ),
            )
        return
    edition, campaign = found
    draft = Draft(
        township_code=series.township_code,
        edition_id=edition.id,
        campaign_id=campaign.id,
        place=series.place,
        point=series.point,
        items=series.wanted,
        wished_on=wished_days(
            due,
            series.days_around,
            series.on_holiday,
            today=uow.today(),
            edition=edition,
            campaign=campaign,
        ),
        ruled_out_on=(),
        priority=series.priority,
        contact=series.contact,
        phone=_phone_of(uow, series),
    )
    doubts = await _doubts(uow, tx, edition, series, due)
    lines: list[Line] = draft.lines_from(edition, new_id)
    with making.menu.while_open():
        order, like_another = await add_recurring_order(
            uow,
            tx,
            draft,
            lines,
            series_id=series.id,
            on=due.on,
            by_hand=due.is_by_hand,
            is_accepted=not doubts,
        )
        await tx.flush()
    made.state, made.fault, made.item_code = "ordered", None, None
    made.order_id = order.id
    made.doubts = [*doubts, *(["order_like_another"] if like_another else [])]
    series.ordered_to = max(day, series.ordered_to or day)


async def _menu_for(
    uow: UnitOfWork, tx: Transaction, series: Series, day: date
) -> tuple[Edition, Campaign] | Obstacle:
    today = uow.today()
    township = await tx.session.get(Township, series.township_code)
    if township is None or not all(township.is_valid_on(each) for each in (today, day)):
        return Obstacle("township_code_ended")
    codes = [wanted.item_code for wanted in series.wanted]
    edition = edition_for(await editions_in_force(tx.session, today), codes, day)
    if isinstance(edition, Obstacle):
        return edition
    campaign = campaign_for(await campaigns_on(tx.session, day), day)
    if isinstance(campaign, Obstacle):
        return campaign
    ordered_on = series.made_at.astimezone(CHINA).date()
    fault = await allowed_again(tx, campaign.id, series.township_code, len(codes), ordered_on)
    return (edition, campaign) if fault is None else Obstacle(fault)


async def _doubts(
    uow: UnitOfWork, tx: Transaction, edition: Edition, series: Series, due: DueDay
) -> list[str]:
    """Returns the codes of what somebody has to look at before the order is accepted."""
    day = due.day or due.on
    codes: Collection[str] = [wanted.item_code for wanted in series.wanted]
    doubts = Doubts()
    slowest = edition.longest_notice(codes)
    if slowest is not None and day < uow.today() + timedelta(days=slowest["notice_days"]):
        doubts.add("notice_too_short", "day")
    if not due.is_certain:
        doubts.add("holidays_unknown", "day")
    if due.is_by_hand:
        doubts.add("day_by_hand", "day")
    await doubt_full_weeks(tx.session, edition, codes, [day], doubts)
    try:
        doubts.settle()
    except ConfirmationNeeded as open_ones:
        return sorted({each.code for each in open_ones.reasons})
    return []


def _occurrence(series: Series, due: DueDay, *, state: str) -> Occurrence:
    return Occurrence(
        id=Occurrence.id_of(series.id, due.on),
        series_id=series.id,
        township_code=series.township_code,
        on=due.on,
        day=due.day or due.on,
        is_by_hand=due.is_by_hand,
        state="missed" if state == "missed" else "blocked",
    )


def _phone_of(uow: UnitOfWork, series: Series) -> str | None:
    if series.phone_sealed is None:
        return None
    return uow.vault.open(series.phone_sealed, place_of(SEALED_PHONE, series.id))
