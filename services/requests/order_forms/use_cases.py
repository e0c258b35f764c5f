"""From a filled-in form to orders: its rows are checked, shown, and entered, all of them or none."""

from collections.abc import Iterator, Sequence

from sqlalchemy import insert

from services.requests.menu.domain import Campaign, Edition, Township
from services.requests.menu.queries import Menu, find_township
from services.requests.order_forms.domain import (
    MOST_ORDERS,
    CheckedForm,
    CheckedOrder,
    EnteredOrder,
    FilledForm,
    FormOrder,
    Understand,
    digest_of,
    gather,
)
from services.requests.order_forms.queries import entered_before
from services.requests.order_forms.tables import entered_form_order
from services.requests.orders.domain.order import AssistedEntry, Order
from services.requests.orders.queries.orders import alike_under_way
from services.requests.orders.use_cases.allowances import require_allowance
from services.requests.orders.use_cases.numbers import OrderNumbers
from services.requests.orders.use_cases.orders import hand_in, lines_of, new_order
from services.requests.policy import POLICY
from shared.kernel.clock import CHINA
from shared.kernel.doubts import ConfirmationNeeded, Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, Reason
from shared.kernel.ids import new_id
from shared.privacy.personal_data import named, personal_data_in
from shared.unit_of_work import UnitOfWork


async def check_form(
    uow: UnitOfWork,
    menu: Menu,
    form: FilledForm,
    understand: Understand,
    *,
    township_code: str | None,
) -> CheckedForm:
    """Says what a form's rows would make; nothing is stored. ``township_code`` is for a form that names none.

    :raises InvalidInput: its head names no township, edition or campaign that is known here, or it has no rows.
    :raises Conflict: it can't be ordered from that edition today, or the campaign is closed.
    :raises Forbidden: it is another township's.
    """
    grant = uow.permit(POLICY, "enter_order_form")
    township = await _township(uow, form, township_code)
    grant.require_for("township_code", township=township.code)
    edition, campaign = await _menu(uow, form)
    read = understand(campaign.starts_on)
    rows = [row for row in (read(no, cells) for no, cells in form.rows) if row.is_wanted]
    if not rows:
        raise InvalidInput("form_without_orders", field="file")
    asked = gather(rows, edition.items)
    if len(asked) > MOST_ORDERS:
        raise InvalidInput("form_too_many_orders", field="file", most=MOST_ORDERS)
    faulty = [row for row in rows if row.faults]
    orders = [] if faulty else await _check(uow, menu, asked, township, edition, campaign)
    return CheckedForm(
        edition=edition, campaign=campaign, township=township, faulty=faulty, orders=orders
    )


async def enter_form(
    uow: UnitOfWork,
    menu: Menu,
    numbers: OrderNumbers,
    form: FilledForm,
    understand: Understand,
    *,
    township_code: str | None,
    confirmed: Confirmations,
) -> list[EnteredOrder]:
    """Hands in the orders of a form in one transaction, each as one that came on paper. What was made from the same
    rows before is not made again.

    :raises Conflict: it has faults; or see :func:`check_form`. :raises ConfirmationNeeded: there are doubts.
    """
    checked = await check_form(uow, menu, form, understand, township_code=township_code)
    if checked.faulty:
        raise Conflict("form_has_faults", count=len(checked.faulty))
    doubts = Doubts(confirmed)
    for no, doubt in _doubts_of(checked.orders):
        doubts.add(doubt.code, f"rows[{no - 1}].{doubt.where}", **doubt.facts)
    doubts.settle()
    year = uow.today().year
    made = [(one, await numbers.take(year)) for one in checked.orders if one.number is None]
    wanted = [one.draft for one, _ in made]
    with menu.while_open():
        async with uow.transaction() as tx:
            for campaign_id, code in sorted({(d.campaign_id, d.township_code) for d in wanted}):
                count = sum(
                    len(d.items)
                    for d in wanted
                    if (d.campaign_id, d.township_code) == (campaign_id, code)
                )
                await require_allowance(tx, uow, campaign_id, code, count, doubts)
            doubts.settle()
            for one, number in made:
                entry = AssistedEntry(how="paper", for_whom=one.asked.contact)
                order = new_order(uow, new_id(), number, one.draft, one.lines, entry)
                event = hand_in(order, uow, tx.business_now, like_another=one.is_like_another)
                tx.add(order)
                tx.record(order, event)
                kept = {"digest": one.digest, "order_id": order.id, "entered_at": tx.now}
                await tx.session.execute(insert(entered_form_order), kept)
    given = {one.digest: number for one, number in made}
    return [
        EnteredOrder(one.number or given[one.digest], one.draft.place, one.number is None)
        for one in checked.orders
    ]


def _doubts_of(orders: Sequence[CheckedOrder]) -> Iterator[tuple[int, Reason]]:
    for one in orders:
        if one.number is None:
            yield from one.doubts


async def _township(uow: UnitOfWork, form: FilledForm, chosen: str | None) -> Township:
    said = form.township or chosen or ""
    if not said:
        raise InvalidInput("form_without_township", field="township_code")
    async with uow.reading() as session:
        township = await find_township(session, said)
    if township is None:
        raise InvalidInput("form_township_unknown", field="township_code", said=said)
    if chosen not in (None, township.code):
        raise InvalidInput("form_other_township", field="township_code", said=township.name)
    return township


async def _menu(uow: UnitOfWork, form: FilledForm) -> tuple[Edition, Campaign]:
    async with uow.reading() as session:
        edition = await session.get(Edition, form.edition)
        if edition is None:
            raise InvalidInput("form_edition_unknown", field="edition_id", said=form.edition)
        campaign = await session.get(Campaign, form.campaign)
        if campaign is None:
            raise InvalidInput("form_campaign_unknown", field="campaign_id", said=form.campaign)
        return edition, campaign


async def _check(
    uow: UnitOfWork,
    menu: Menu,
    asked: Sequence[FormOrder],
    township: Township,
    edition: Edition,
    campaign: Campaign,
) -> list[CheckedOrder]:
    drafts = [one.draft(township.code, edition.id, campaign.id) for one in asked]
    digests = [digest_of(draft) for draft in drafts]
    async with uow.reading() as session:
        before = await entered_before(session, digests)
    checked = []
    for one, draft, digest in zip(asked, drafts, digests, strict=True):
        doubts = Doubts()
        lines = await lines_of(uow, menu, draft, doubts)
        first = one.rows[0].no
        found = [(first, _of_the_row(reason)) for reason in _open(doubts)]
        checked.append(
            CheckedOrder(
                asked=one,
                draft=draft,
                lines=lines,
                digest=digest,
                number=before.get(digest),
                doubts=[*found, *_personal(one)],
            )
        )
    await _note_alike(uow, checked)
    return checked


async def _note_alike(uow: UnitOfWork, checked: Sequence[CheckedOrder]) -> None:
    """Adds the doubts about orders of which another like it is under way, or stands above in the form."""
    new = [one for one in checked if one.number is None]
    alike = [
        Order.drafted("", "", one.draft, one.lines, uow.business_now()).digest() for one in new
    ]
    async with uow.reading() as session:
        known = {order.content_digest: order for order in await alike_under_way(session, alike)}
    seen: set[str] = set()
    for one, digest in zip(new, alike, strict=True):
        other = known.get(digest)
        if other is not None or digest in seen:
            one.is_like_another = True
            at = other.submitted_at if other is not None else None
            handed_in_on = at.astimezone(CHINA).date() if at is not None else uow.today()
            facts = {"place": one.draft.place, "handed_in_on": handed_in_on}
            one.doubts.append((one.asked.rows[0].no, Reason("order_like_another", "lines", facts)))
        seen.add(digest)


def _open(doubts: Doubts) -> Sequence[Reason]:
    try:
        doubts.settle()
    except ConfirmationNeeded as error:
        return error.reasons
    return ()


def _of_the_row(reason: Reason) -> Reason:
    """In a row all days stand in one cell."""
    return Reason(reason.code, reason.where.partition("[")[0], reason.facts)


def _personal(one: FormOrder) -> list[tuple[int, Reason]]:
    return [
        (row.no, Reason("personal_data_in_text", name, {"kinds": named(kinds)}))
        for row in one.rows
        for name in ("remark", "contact")
        if (kinds := personal_data_in(row.facts.get(name, "")))
    ]
