"""Issues and withdraws certificates of hours."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, insert, select, update

from services.catalog.policy import POLICY
from services.catalog.records.domain import Certificate, Served, WithdrawalReason, minutes_by_class
from services.catalog.records.queries import require_owner, served_by
from services.catalog.records.tables import certificate, certificate_number, service_record
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import require_reach
from services.catalog.volunteers.use_cases.person_requests import Held
from shared.kernel.clock import Clock
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.privacy.retention import Prune, by_business_time, older_than
from shared.unit_of_work import Transaction, UnitOfWork


async def issue_certificate(
    uow: UnitOfWork, volunteer_no: str, first_on: date, last_on: date
) -> Certificate:
    """Issues a certificate of what counts from one day to another. Where one that says the same stands, it is that.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    :raises InvalidInput: the last day is before the first. :raises Conflict: nothing counts on these days.
    """
    grant = uow.permit(POLICY, "issue_certificate")
    if last_on < first_on:
        raise InvalidInput("certificate_days", field="last_on", first=first_on, last=last_on)
    async with uow.transaction() as tx:
        person = await tx.find(Volunteer, volunteer_no)  # one after another
        person = require_reach(grant, person, volunteer_no)
        served = await served_by(tx.session, volunteer_no, first_on, last_on)
        if not served:
            raise Conflict("nothing_served", field="first_on")
        query = _standing(volunteer_no, first_on, last_on)
        standing: Sequence[Certificate] = (await tx.session.scalars(query)).all()
        for each in standing:
            if each.says(served):
                return each
        made = Certificate(
            id=new_id(),
            number=await _next_number(tx),
            token=secrets.token_urlsafe(16),
            volunteer_no=volunteer_no,
            team_code=person.team_code,
            first_on=first_on,
            last_on=last_on,
            minutes=minutes_by_class(served),
            lines=[_line(each) for each in served],
            issued_at=tx.business_now,
        )
        tx.add(made)
        return made


async def withdraw_certificate(
    uow: UnitOfWork,
    certificate_id: str,
    reason_code: WithdrawalReason,
    reason: str | None,
    doubts: Doubts,
) -> Certificate:
    """Whoever verifies it learns that it was withdrawn, and when.

    :raises NotFound: there is none. :raises IllegalTransition: it was withdrawn.
    """
    grant = uow.permit(POLICY, "withdraw_certificate")
    async with uow.transaction() as tx:
        found = await tx.find(Certificate, certificate_id)
        if found is None:
            raise NotFound(Certificate.kind, certificate_id, states=Certificate.STEPS)
        require_owner(grant, found, await tx.session.get(Volunteer, found.volunteer_no))
        found.withdraw(tx.business_now, reason_code, reason)
        doubts.settle()
        return found


def _standing(volunteer_no: str, first_on: date, last_on: date) -> Select[Any]:
    return select(Certificate).where(
        certificate.c.volunteer_no == volunteer_no,
        certificate.c.first_on == first_on,
        certificate.c.last_on == last_on,
        certificate.c.state == "issued",
    )


def _line(served: Served) -> dict[str, Any]:
    said = asdict(served)
    for name in ("on", "starts_at", "ends_at"):
        said[name] = said[name].isoformat()
    return said


async def _next_number(tx: Transaction) -> str:
    """Numbers count within a year, and none is given twice."""
    year = tx.today.year
    of_year = certificate_number.c.year == year
    last = await tx.session.scalar(
        select(certificate_number.c.last).where(of_year).with_for_update()
    )
    if last is None:
        await tx.session.execute(insert(certificate_number).values(year=year, last=1))
        return f"{year}-000001"
    await tx.session.execute(update(certificate_number).where(of_year).values(last=last + 1))
    return f"{year}-{last + 1:06}"


async def move_certificates(tx: Transaction, no: str, into: str) -> None:
    """They are of the person's other number."""
    named = update(certificate).where(certificate.c.volunteer_no == no)
    await tx.session.execute(named.values(volunteer_no=into))


async def _collect(tx: Transaction, no: str) -> list[Record]:
    query = select(certificate).where(certificate.c.volunteer_no == no)
    return [
        {
            "kind": Certificate.kind,
            "number": row.number,
            "first_on": row.first_on.isoformat(),
            "last_on": row.last_on.isoformat(),
            "minutes": row.minutes,
            "state": row.state,
            "reason": row.reason,
        }
        for row in await tx.session.execute(query.order_by(certificate.c.number))
    ]


async def _forget_words(tx: Transaction, no: str) -> int:
    """Why one was withdrawn, in words. Number and hours stay, and hold no name."""
    said = (certificate.c.volunteer_no == no, certificate.c.reason.is_not(None))
    count = await tx.session.scalar(select(func.count()).select_from(certificate).where(*said))
    await tx.session.execute(update(certificate).where(*said).values(reason=None))
    return count or 0


CERTIFICATES = Held(_collect, _forget_words)


def old_records(years: int, clock: Clock) -> list[Prune]:
    """Deletes records and certificates after so many years."""
    kept = timedelta(days=366 * years)
    return [
        by_business_time(older_than(certificate.c.issued_at, kept), clock),
        by_business_time(older_than(service_record.c.said_at, kept), clock),
    ]
