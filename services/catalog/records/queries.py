"""Reads of records and certificates."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.directory.domain import Agency, Team
from services.catalog.policy import POLICY
from services.catalog.records.domain import Certificate, Served, minutes_by_class
from services.catalog.records.tables import certificate, service_record, stop_booth
from services.catalog.volunteers.domain import MASKS, Volunteer
from services.catalog.volunteers.queries import open_value, require_reach
from shared.db.reach import within
from shared.kernel.access import Grant
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate with the names that it prints. ``is_current``: the records are still those that it certifies."""

    certificate: Certificate
    name: str | None
    team: Team | None
    agency: Agency | None
    is_current: bool


async def list_records(uow: UnitOfWork, volunteer_no: str) -> tuple[list[Served], dict[str, int]]:
    """What counts of a volunteer, the latest first, and the minutes by class.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_records")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, volunteer_no), volunteer_no)
        found = await served_by(session, volunteer_no)
    return found[::-1], minutes_by_class(found)


async def list_all(
    uow: UnitOfWork,
    *,
    team_code: str | None,
    first_on: date | None,
    last_on: date | None,
    after: str | None,
    limit: int,
) -> tuple[list[Served], str | None]:
    """What counts within the actor's reach, of a team and from one day to another where they are given."""
    grant = uow.permit(POLICY, "read_records")
    columns = service_record.c
    own = within(grant, team=columns.team_code, person=columns.volunteer_no)
    query = select(service_record).where(columns.counts, own)
    if team_code is not None:
        query = query.where(columns.team_code == team_code)
    if first_on is not None:
        query = query.where(columns.on >= first_on)
    if last_on is not None:
        query = query.where(columns.on <= last_on)
    if after is not None:
        query = query.where(columns.hours_id > after)
    async with uow.reading() as session:
        rows = (await session.execute(query.order_by(columns.hours_id).limit(limit + 1))).all()
    found = [_served(row) for row in rows[:limit]]
    return found, found[-1].hours_id if len(rows) > limit else None


async def list_certificates(uow: UnitOfWork, volunteer_no: str) -> list[CertificateView]:
    """The certificates of a volunteer, the latest first.

    :raises NotFound: there is no such volunteer, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_records")
    async with uow.reading() as session:
        require_reach(grant, await session.get(Volunteer, volunteer_no), volunteer_no)
        query = select(Certificate).where(certificate.c.volunteer_no == volunteer_no)
        found = list(await session.scalars(query.order_by(certificate.c.number.desc())))
        return [await _view(uow, session, each) for each in found]


async def get_certificate(uow: UnitOfWork, certificate_id: str) -> CertificateView:
    """:raises NotFound: there is none, or it is out of the actor's reach."""
    grant = uow.permit(POLICY, "read_records")
    async with uow.reading() as session:
        found = await session.get(Certificate, certificate_id)
        if found is None:
            raise NotFound(Certificate.kind, certificate_id, states=Certificate.STEPS)
        require_owner(grant, found, await session.get(Volunteer, found.volunteer_no))
        return await _view(uow, session, found)


async def get_printable(uow: UnitOfWork, certificate_id: str) -> CertificateView:
    """:raises NotFound: as :func:`get_certificate`. :raises Conflict: its volunteer was erased: there is no name."""
    view = await get_certificate(uow, certificate_id)
    if view.name is None:
        raise Conflict("certificate_of_nobody", field="certificate_id")
    return view


async def verify_certificate(uow: UnitOfWork, token: str) -> CertificateView:
    """The certificate of a code, for whoever has it in hand; its name is masked.

    :raises NotFound: there is none.
    """
    uow.permit(POLICY, "verify_certificate")
    async with uow.reading() as session:
        query = select(Certificate).where(certificate.c.token == token)
        found = (await session.scalars(query)).one_or_none()
        if found is None:
            raise NotFound(Certificate.kind, token[:40], states=Certificate.STEPS)
        view = await _view(uow, session, found)
    masked = None if view.name is None else MASKS["name"](view.name)
    return CertificateView(found, masked, view.team, view.agency, view.is_current)


async def served_by(
    session: AsyncSession, volunteer_no: str, first: date = date.min, last: date = date.max
) -> list[Served]:
    """What counts of a volunteer's services on these days, in the order of time."""
    query = select(service_record).where(
        service_record.c.volunteer_no == volunteer_no,
        service_record.c.counts,
        service_record.c.on.between(first, last),
    )
    rows = await session.execute(query.order_by(service_record.c.on, service_record.c.hours_id))
    return [_served(row) for row in rows]


async def booths_of_stop(session: AsyncSession, stop_id: str) -> list[Row[Any]]:
    """The booths at which teams are to stand, in an order that stays."""
    columns = stop_booth.c
    order = columns.team_code, columns.item_name, columns.assignment_id
    query = select(stop_booth).where(columns.stop_id == stop_id).order_by(*order)
    return list(await session.execute(query))


def require_owner(grant: Grant, found: Certificate, person: Volunteer | None) -> None:
    """:raises NotFound: it is out of the actor's reach."""
    grant.require(
        Certificate.kind,
        found.id,
        teams=[] if person is None else [person.team_code],
        person=found.volunteer_no,
        states=Certificate.STEPS,
    )


async def _view(uow: UnitOfWork, session: AsyncSession, found: Certificate) -> CertificateView:
    person = await session.get(Volunteer, found.volunteer_no)
    name = None if person is None else open_value(uow.vault, person, "name")
    team = await session.get(Team, found.team_code)
    agency = None if team is None else await session.get(Agency, team.agency_code)
    served = await served_by(session, found.volunteer_no, found.first_on, found.last_on)
    return CertificateView(found, name, team, agency, found.says(served))


def _served(row: Row[Any]) -> Served:
    return Served(
        row.hours_id,
        row.revision,
        row.volunteer_no,
        row.on,
        row.starts_at,
        row.ends_at,
        row.minutes,
        row.evidence,
        row.item_name,
        row.item_name_en,
        row.place,
        row.township_code,
        row.team_code,
    )
