"""Sets recurring orders up: a township proposes one and the corps accepts it, or both have agreed already."""

from datetime import timedelta

from pydantic import BaseModel

from services.requests.menu.domain import Township
from services.requests.menu.queries import editions_in_force
from services.requests.orders.domain.order import ReturnReason
from services.requests.policy import POLICY
from services.requests.recurrence.domain.series import Series, SeriesDraft
from services.requests.recurrence.queries import (
    SeenSeries,
    last_number,
    pending_successor,
    series_as_seen,
)
from services.requests.recurrence.tables import SEALED_PHONE
from services.requests.recurrence.use_cases.making import OccurrenceMaking, make_occurrences
from services.requests.recurrence.use_cases.telling import tell
from services.requests.recurrence.use_cases.withdrawing import withdraw_unplanned
from shared.db.idempotency import claim
from shared.db.vault import place_of
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput
from shared.kernel.ids import new_id
from shared.kernel.masks import mask_phone
from shared.kernel.recurrence import Rule
from shared.unit_of_work import Transaction, UnitOfWork


async def propose_series(
    uow: UnitOfWork,
    draft: SeriesDraft,
    *,
    follows: str | None = None,
    idempotency_key: str | None,
    request: BaseModel,
    confirmed: Confirmations = (),
) -> SeenSeries:
    """A township asks for something again and again; the corps answers. With ``follows`` it is to take over from that
    one on the day on which it starts.

    :raises InvalidInput: see :func:`begin_series`. :raises NotFound: there is none to take over from.
    :raises Conflict: the key was used with another request; another change waits; or as :func:`begin_series`.
    """
    grant = uow.permit(POLICY, "propose_series")
    grant.require_for("township_code", township=draft.township_code)
    async with uow.transaction() as tx:
        series_id = new_id()
        if (known := await claim(tx, idempotency_key, request, series_id)) != series_id:
            return await series_as_seen(tx.session, await own_series(tx, grant, known), uow.today())
        rule = await _require_possible(uow, tx, draft)
        if follows is not None:
            await _require_changeable(tx, grant, follows, draft)
        Doubts(confirmed).settle()
        made = await _add(uow, tx, series_id, draft, rule)
        made.follows = follows
        tell(tx, made, "proposed")
        await tx.flush()
        return await series_as_seen(tx.session, made, uow.today())


async def begin_series(
    uow: UnitOfWork, making: OccurrenceMaking, draft: SeriesDraft, *, origin: str | None = None
) -> str:
    """Begins one that township and corps have agreed on already, makes its first orders, and returns its id. ``origin``
    is the proposal on which they agreed. Whoever calls it has asked the policy for an act of their own.

    :raises InvalidInput: the rule is none or has no day, it starts in the past, or the township is not known here.
    :raises Conflict: no menu in force has all items, or the township's code is not valid today.
    """
    async with uow.transaction() as tx:
        rule = await _require_possible(uow, tx, draft)
        made = await _add(uow, tx, new_id(), draft, rule)
        made.origin = origin
        made.accept(uow.today())
        tell(tx, made, "accepted")
        await make_occurrences(uow, tx, making, made)
        return made.id


async def redraft_series(
    uow: UnitOfWork, series_id: str, draft: SeriesDraft, confirmed: Confirmations = ()
) -> SeenSeries:
    """Replaces what one says that the corps has not accepted yet; proposes it again if it was returned.

    :raises NotFound: it is another township's. :raises IllegalTransition: it is accepted or ended.
    :raises InvalidInput: :raises Conflict: as :func:`begin_series`.
    """
    grant = uow.permit(POLICY, "propose_series")
    grant.require_for("township_code", township=draft.township_code)
    async with uow.transaction() as tx:
        found = await own_series(tx, grant, series_id)
        was_returned = found.state == "returned"
        found.require("redraft", found.state)
        found.redraft(draft, await _require_possible(uow, tx, draft))
        _hold_phone(uow, found, draft.phone)
        Doubts(confirmed).settle()
        tell(tx, found, "proposed" if was_returned else "changed")
        await tx.flush()
        return await series_as_seen(tx.session, found, uow.today())


async def accept_series(uow: UnitOfWork, making: OccurrenceMaking, series_id: str) -> SeenSeries:
    """The corps takes it on. Its first orders are made at once. One that takes over from another begins after what of
    that is planned already or was changed by hand; the other's remaining orders are withdrawn.

    :raises NotFound: there is none with this id. :raises IllegalTransition: it is not proposed.
    """
    uow.permit(POLICY, "accept_series")
    async with uow.transaction() as tx:
        found = await tx.get(Series, series_id)
        found.require("accept", found.state)
        if found.follows is not None:
            await _take_over(uow, tx, found, found.follows)
        found.accept(uow.today())
        tell(tx, found, "accepted")
        await make_occurrences(uow, tx, making, found)
        return await series_as_seen(tx.session, found, uow.today())


async def return_series(
    uow: UnitOfWork,
    series_id: str,
    *,
    reason_code: ReturnReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> SeenSeries:
    """:raises NotFound: there is none with this id. :raises IllegalTransition: it is not proposed."""
    uow.permit(POLICY, "accept_series")
    async with uow.transaction() as tx:
        found = await tx.get(Series, series_id)
        found.hand_back(reason_code, reason)
        Doubts(confirmed).settle()
        tell(tx, found, "returned")
        await tx.flush()
        return await series_as_seen(tx.session, found, uow.today())


async def own_series(tx: Transaction, grant: Grant, series_id: str) -> Series:
    """:raises NotFound: there is none with this id, or it is another township's."""
    found = await tx.get(Series, series_id)
    grant.require(Series.kind, series_id, township=found.township_code, states=Series.STEPS)
    return found


async def _take_over(uow: UnitOfWork, tx: Transaction, new: Series, old_id: str) -> None:
    old = await tx.get(Series, old_id)
    from_on = max(new.starts_on, uow.today())
    kept = await withdraw_unplanned(tx, old, from_on, "recurring_order_changed", None)
    if kept is not None:
        from_on = kept + timedelta(days=1)
    new.first_on = from_on
    if old.state in ("active", "paused"):
        old.give_way(from_on)
        tell(tx, old, "changed")
        if old.state == "paused" or (old.due_on is None and old.is_over(uow.today())):
            old.end("replaced", None)
            tell(tx, old, "ended")


async def _add(
    uow: UnitOfWork, tx: Transaction, series_id: str, draft: SeriesDraft, rule: Rule
) -> Series:
    await tx.lock_service()  # of its number
    made = Series.drafted(
        series_id, await last_number(tx.session) + 1, draft, rule, tx.business_now
    )
    _hold_phone(uow, made, draft.phone)
    tx.add(made)
    await tx.flush()
    return made


def _hold_phone(uow: UnitOfWork, series: Series, phone: str | None) -> None:
    if phone is not None:
        sealed = uow.vault.seal(phone, place_of(SEALED_PHONE, series.id))
        series.hold_phone(sealed, mask_phone(phone))


async def _require_possible(uow: UnitOfWork, tx: Transaction, draft: SeriesDraft) -> Rule:
    """Returns the rule of what could be ordered today. Refuses it as :func:`begin_series` says."""
    today = uow.today()
    rule = draft.require_days(today)
    township = await tx.session.get(Township, draft.township_code)
    if township is None:
        raise InvalidInput(
            "unknown_township", field="township_code", township_code=draft.township_code
        )
    township.require_valid(today)
    codes = [wanted.item_code for wanted in draft.items]
    editions = await editions_in_force(tx.session, today)
    if not editions:
        raise Conflict("no_menu_in_force", field="lines", today=today)
    offered = [{dish["item_code"] for dish in edition.items} for edition in editions]
    if not any(set(codes) <= items for items in offered):
        gone = next(
            (code for code in codes if not any(code in items for items in offered)), codes[0]
        )
        raise Conflict(
            "not_on_menu_in_force",
            field=f"lines[{codes.index(gone)}].item_code",
            item_code=gone,
            in_force="、".join(f"《{edition.title}》" for edition in editions),
        )
    return rule


async def _require_changeable(
    tx: Transaction, grant: Grant, series_id: str, draft: SeriesDraft
) -> None:
    old = await own_series(tx, grant, series_id)
    old.require("change", old.state)
    if old.township_code != draft.township_code:
        raise InvalidInput("another_township", field="township_code")
    if (number := await pending_successor(tx.session, series_id)) is not None:
        raise Conflict("change_waits_already", field="follows", number=number)
