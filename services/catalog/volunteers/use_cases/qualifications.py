"""Granting volunteers their qualifications, revoking them, and saying what expires."""

from datetime import date, timedelta

from services.catalog.items.queries import items_by_qualification
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import (
    EXPIRING_DAYS,
    Qualification,
    RevokeReason,
    Volunteer,
)
from services.catalog.volunteers.queries import (
    expiring_ids,
    find_held,
    qualifications_of,
    require_reach,
)
from shared.contracts.catalog import (
    QualificationExpired,
    QualificationExpiring,
    QualificationGranted,
    QualificationRevoked,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.kernel.text import matched
from shared.unit_of_work import Transaction, UnitOfWork

AT_A_TIME = 200
"""Qualifications whose expiry is said in one transaction."""


async def grant_qualification(
    uow: UnitOfWork,
    no: str,
    *,
    qualification: str,
    granted_on: date,
    expires_on: date | None,
    confirmed: Confirmations = (),
) -> Qualification:
    """Enters what a volunteer may do, or renews it. It is called as the service items that need it call it.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    :raises IllegalTransition: the volunteer is erased, or was merged.
    :raises InvalidInput: no item needs it, or its days are no term. :raises ConfirmationNeeded: it has expired.
    """
    grant = uow.permit(POLICY, "grant_qualification")
    async with uow.transaction() as tx:
        person = await _find(tx, grant, no)
        person.require("correct", person.state)
        name = called(qualification, await known_names(tx))
        require_term(granted_on, expires_on, tx.today)
        doubts = Doubts(confirmed)
        if expires_on is not None and expires_on < tx.today:
            doubts.add("qualification_is_over", "expires_on", day=expires_on, today=tx.today)
        doubts.settle()
        return await put_qualification(tx, person, name, granted_on, expires_on)


async def revoke_qualification(
    uow: UnitOfWork,
    no: str,
    qualification_id: str,
    *,
    reason_code: RevokeReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Qualification:
    """A volunteer holds a qualification no more.

    :raises NotFound: there is no such volunteer or qualification, or it is out of the actor's reach.
    :raises IllegalTransition: it was revoked before.
    """
    grant = uow.permit(POLICY, "revoke_qualification")
    async with uow.transaction() as tx:
        person = await _find(tx, grant, no)
        held = await tx.find(Qualification, qualification_id)
        if held is None or held.volunteer_no != no:
            raise NotFound(Qualification.kind, qualification_id, states=Qualification.STEPS)
        held.revoke(reason_code, reason)
        Doubts(confirmed).settle()
        tx.record(
            person,
            QualificationRevoked(
                volunteer_no=no,
                team_code=person.team_code,
                qualification=held.name,
                reason_code=reason_code,
            ),
        )
        return held


async def known_names(tx: Transaction) -> dict[str, str]:
    """What service items call the qualifications that they need, by what is compared."""
    return {matched(name): name for name in await items_by_qualification(tx.session)}


def called(qualification: str, known: dict[str, str]) -> str:
    """The qualification as items call it. :raises InvalidInput: no item needs it."""
    name = known.get(matched(qualification))
    if name is None:
        raise InvalidInput(
            "qualification_unknown",
            field="qualification",
            said=qualification,
            known=", ".join(sorted(known.values())) or "-",
        )
    return name


def require_term(granted_on: date, expires_on: date | None, today: date) -> None:
    """:raises InvalidInput: it is to be granted in the future, or ends before it begins."""
    if granted_on > today:
        raise InvalidInput("granted_ahead", field="granted_on", day=granted_on, today=today)
    if expires_on is not None and expires_on < granted_on:
        raise InvalidInput(
            "qualification_ends_first", field="expires_on", first=granted_on, last=expires_on
        )


async def put_qualification(
    tx: Transaction, person: Volunteer, name: str, granted_on: date, expires_on: date | None
) -> Qualification:
    """Enters or renews a qualification of a volunteer whose entry is locked."""
    held = await find_held(tx.session, person.no, matched(name))
    if held is None:
        held = Qualification(
            id=new_id(),
            volunteer_no=person.no,
            name=name,
            matched_name=matched(name),
            granted_on=granted_on,
            expires_on=expires_on,
        )
        tx.add(held)
    elif not held.renew(granted_on, expires_on):
        return held
    tx.record(
        person,
        QualificationGranted(
            volunteer_no=person.no,
            team_code=person.team_code,
            qualification=name,
            granted_on=granted_on,
            expires_on=expires_on,
        ),
    )
    return held


async def move_qualifications(tx: Transaction, no: str, kept: Volunteer) -> None:
    """What a volunteer holds under the former number is held under the other one; of two terms the longer counts."""
    for each in await qualifications_of(tx.session, no):
        other = await find_held(tx.session, kept.no, each.matched_name)
        is_longer = other is None or (
            other.expires_on is not None
            and (each.expires_on is None or each.expires_on > other.expires_on)
        )
        if each.state == "held" and (is_longer or (other is not None and other.state != "held")):
            await put_qualification(tx, kept, each.name, each.granted_on, each.expires_on)
        await tx.session.delete(each)


async def drop_qualifications(tx: Transaction, no: str) -> int:
    """Forgets what an erased person held, and returns how many records that were."""
    found = await qualifications_of(tx.session, no)
    for each in found:
        await tx.session.delete(each)
    return len(found)


async def announce_expiry(uow: UnitOfWork) -> None:
    """Says once of each qualification that it ends within two months, and once that it has ended. Of those who have
    left nothing is said. Killed in the middle, it goes on with what is left."""
    while True:
        async with uow.transaction() as tx:
            until = tx.today + timedelta(days=EXPIRING_DAYS)
            rows = await expiring_ids(tx.session, tx.today, until, most=AT_A_TIME)
            people = await tx.find_all(Volunteer, {no for _, no in rows})
            found = await tx.find_all(Qualification, [key for key, _ in rows])
            for held in found.values():
                due, person = held.announce(tx.today), people.get(held.volunteer_no)
                if due == "nothing" or person is None or person.state != "active":
                    continue
                kind = QualificationExpired if due == "expired" else QualificationExpiring
                tx.record(
                    person,
                    kind(
                        volunteer_no=person.no,
                        team_code=person.team_code,
                        qualification=held.name,
                        expires_on=held.expires_on,
                    ),
                )
        if len(rows) < AT_A_TIME:
            return


async def _find(tx: Transaction, grant: Grant, no: str) -> Volunteer:
    return require_reach(grant, await tx.find(Volunteer, no), no)
