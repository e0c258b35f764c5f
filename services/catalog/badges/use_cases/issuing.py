"""Issues badges, and revokes them: by hand, and where they hold no more."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import insert, select, update

from services.catalog.badges.domain import (
    Badge,
    RevocationReason,
    require_period,
)
from services.catalog.badges.queries import (
    badges_of_holdings,
    badges_of_person,
    faults_of,
    issued_badges,
)
from services.catalog.badges.tables import badge_number
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import volunteers_among
from services.catalog.volunteers.use_cases.person_requests import Held
from services.catalog.windows.domain import Holding, Post, Window
from services.catalog.windows.queries import holdings_of_window, posts_among
from services.catalog.windows.use_cases.entering import window_in_reach
from shared.contracts.catalog import BadgeIssued, BadgeRevoked
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

AT_A_TIME = 200


async def issue_badges(
    uow: UnitOfWork,
    window_code: str,
    *,
    valid_from: date,
    valid_until: date,
    can_sign: bool,
    holding_ids: Collection[str] | None = None,
    confirmed: Confirmations = (),
) -> list[Badge]:
    """Issues badges to those who hold posts of a window from the first day on: to those named, or to all that have none
    for these days. A card shows the name of whoever agreed to be named in public. It lasts no longer than the post is
    held.

    :raises NotFound: there is no such window, or it is out of the actor's reach.
    :raises InvalidInput: the days are not possible, or somebody named holds no post then.
    :raises Conflict: nobody holds a post then, all have a badge, or this system has no key to sign them with,
        or no address where they are verified (``can_sign``). :raises IllegalTransition: the window is closed.
    :raises ConfirmationNeeded: somebody named has a badge for these days; the new one replaces it.
    """
    grant = uow.permit(POLICY, "issue_badges")
    if not can_sign:
        raise Conflict("badge_keys_missing")
    require_period(valid_from, valid_until, uow.today())
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        place = await window_in_reach(tx, grant, window_code)
        place.require("fill", place.state)
        here = {each.id: each for each in await holdings_of_window(tx.session, window_code)}
        wanted = [each for each in here.values() if each.covers(valid_from)]
        if holding_ids is not None:
            unfit = set(holding_ids) - {each.id for each in wanted}
            if unfit:
                raise InvalidInput("badge_without_post", field="holding_ids", count=len(unfit))
            wanted = [each for each in wanted if each.id in holding_ids]
        worn = await badges_of_holdings(tx.session, {each.id for each in wanted})
        current = [each for each in worn if each.overlaps(valid_from, valid_until)]
        if holding_ids is None:
            have = {each.holding_id for each in current}
            wanted = [each for each in wanted if each.id not in have]
        elif current:
            doubts.add("badge_replaces", "holding_ids", count=len(current))
        if not wanted:
            raise Conflict("no_badge_to_issue", field="valid_from")
        people = await volunteers_among(tx.session, {each.volunteer_no for each in wanted})
        wanted = [each for each in wanted if _may_wear(people.get(each.volunteer_no), place)]
        if not wanted:
            raise Conflict("no_badge_to_issue", field="valid_from")
        doubts.settle()
        if holding_ids is not None:
            for old in current:
                _revoke(tx, await tx.get(Badge, old.number), place, "replaced", None)
        posts = await posts_among(tx.session, {each.post_id for each in wanted})
        return [
            await _issue(
                tx,
                place,
                posts[each.post_id],
                each,
                people[each.volunteer_no],
                valid_from,
                valid_until,
            )
            for each in sorted(wanted, key=lambda each: (each.post_id, each.id))
        ]


async def revoke_badge(
    uow: UnitOfWork,
    number: str,
    reason_code: RevocationReason,
    reason: str | None,
    doubts: Doubts,
) -> Badge:
    """A badge holds no more; whoever verifies it with a connection learns that at once.

    :raises NotFound: there is none, or it is out of the actor's reach. :raises IllegalTransition: it was revoked.
    """
    grant = uow.permit(POLICY, "issue_badges")
    async with uow.transaction() as tx:
        found = await tx.get(Badge, number)
        place = await tx.get(Window, found.window_code)
        if not grant.covers(teams=[place.team_code]):
            raise NotFound(Badge.kind, number, states=Badge.STEPS)
        _revoke(tx, found, place, reason_code, reason)
        doubts.settle()
        return found


async def see_to_badges(uow: UnitOfWork) -> None:
    """Revokes badges whose post is held no more, or whose person agrees no more to be named, some at a time. They are
    shown as revoked before that, too."""
    after = ""
    while True:
        async with uow.transaction() as tx:
            some = await issued_badges(tx.session, uow.today(), after=after, most=AT_A_TIME)
            for number, fault in (await faults_of(tx.session, some, uow.today())).items():
                found = await tx.get(Badge, number)
                place = await tx.find(Window, found.window_code)
                if found.state == "issued" and place is not None:
                    _revoke(tx, found, place, fault, None)
        if len(some) < AT_A_TIME:
            return
        after = some[-1].number


async def move_badges(tx: Transaction, no: str, into: str) -> None:
    """They are of the person's other number."""
    for each in await badges_of_person(tx.session, no):
        each.volunteer_no = into


async def _issue(
    tx: Transaction,
    place: Window,
    post: Post,
    held: Holding,
    person: Volunteer,
    valid_from: date,
    valid_until: date,
) -> Badge:
    made = Badge(
        number=await _next_number(tx),
        holding_id=held.id,
        window_code=place.code,
        volunteer_no=held.volunteer_no,
        window_name=place.name,
        window_name_en=place.name_en,
        post_name=post.name,
        post_name_en=post.name_en,
        pledge=held.pledge if held.pledge_state == "approved" else None,
        is_named="name_in_public" in person.consents,
        valid_from=valid_from,
        valid_until=valid_until if held.last_on is None else min(valid_until, held.last_on),
        issued_at=tx.business_now,
    )
    tx.add(made)
    tx.record(
        made,
        BadgeIssued(
            valid_from=made.valid_from, valid_until=made.valid_until, **_facts(made, place)
        ),
    )
    return made


def _revoke(
    tx: Transaction, found: Badge, place: Window, reason_code: RevocationReason, reason: str | None
) -> None:
    found.revoke(tx.business_now, reason_code, reason)
    tx.record(found, BadgeRevoked(reason_code=reason_code, **_facts(found, place)))


def _facts(found: Badge, place: Window) -> dict[str, str]:
    return {
        "badge_no": found.number,
        "window_code": place.code,
        "window_name": place.name,
        "window_name_en": place.name_en,
        "team_code": place.team_code,
        "volunteer_no": found.volunteer_no,
    }


def _may_wear(person: Volunteer | None, place: Window) -> bool:
    return person is not None and person.state == "active" and person.team_code == place.team_code


async def _next_number(tx: Transaction) -> str:
    """Numbers count within a year, and none is given twice."""
    year = tx.today.year
    of_year = badge_number.c.year == year
    last = await tx.session.scalar(select(badge_number.c.last).where(of_year).with_for_update())
    if last is None:
        await tx.session.execute(insert(badge_number).values(year=year, last=1))
        return f"B-{year}-000001"
    await tx.session.execute(update(badge_number).where(of_year).values(last=last + 1))
    return f"B-{year}-{last + 1:06}"


async def _collect(tx: Transaction, no: str) -> list[Record]:
    return [
        {
            "kind": Badge.kind,
            "number": each.number,
            "window_code": each.window_code,
            "post_name": each.post_name,
            "pledge": each.pledge,
            "valid_from": each.valid_from.isoformat(),
            "valid_until": each.valid_until.isoformat(),
            "state": each.state,
            "reason": each.reason,
        }
        for each in await badges_of_person(tx.session, no)
    ]


async def _forget(tx: Transaction, no: str) -> int:
    """A badge holds no more when its person is erased; number and days stay, and what was said in words goes."""
    found = await badges_of_person(tx.session, no)
    for each in found:
        held = await tx.get(Badge, each.number)
        place = await tx.find(Window, held.window_code)
        if held.state == "issued" and place is not None:
            _revoke(tx, held, place, "post_left", None)
        held.pledge = held.reason = None
    return len(found)


BADGES = Held(_collect, _forget)
