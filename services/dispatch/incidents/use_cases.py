"""Somebody at a stop notes an incident, and the corps sees to it."""

from services.dispatch.incidents.domain import Incident, What
from services.dispatch.incidents.queries import last_number
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop import Stop
from services.dispatch.stops.queries.views import require_stop
from services.dispatch.stops.use_cases.announcements import announce_stop
from shared.contracts.dispatch import IncidentClosed, IncidentNoted
from shared.kernel.access import Role
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork

NOTERS = (Role.COORDINATOR, Role.LEADER, Role.OFFICER)


async def note_incident(
    uow: UnitOfWork, stop_id: str, what: What, text: str, confirmed: Confirmations = ()
) -> Incident:
    """Notes what happened at a stop, on its day or later.

    :raises NotFound: there is no such stop, or it does not concern the actor.
    :raises Conflict: its day has not come, or it was called off.
    """
    grant = uow.permit(POLICY, "note_incident")
    async with uow.transaction() as tx:
        stop = await tx.get(Stop, stop_id)
        require_stop(grant, stop)
        if stop.on > tx.today or stop.state in ("proposed", "cancelled"):
            raise Conflict("incident_not_yet", field="stop_id", day=stop.on, today=tx.today)
        teams = sorted(grant.teams & {entry.team_code for entry in stop.assignments})
        is_team = not grant.covers(township=stop.township_code) and bool(teams)
        noted = Incident(
            id=new_id(),
            stop_id=stop.id,
            number=await last_number(tx.session, stop_id) + 1,
            what=what,
            text=text,
            noted_at=tx.business_now,
            by=next(role for role in NOTERS if role in tx.actor.roles),
            team_code=teams[0] if is_team else None,
        )
        Doubts(confirmed).settle()
        tx.add(noted)
        about = {"number": noted.number, "team_code": noted.team_code, "reason_code": what}
        announce_stop(tx, IncidentNoted, stop, **about)
        return noted


async def close_incident(
    uow: UnitOfWork, incident_id: str, words: str | None, confirmed: Confirmations = ()
) -> Incident:
    """The corps has seen to it, and says so to whoever noted it.

    :raises NotFound: there is none. :raises IllegalTransition: it has seen to it already.
    """
    uow.permit(POLICY, "close_incident")
    async with uow.transaction() as tx:
        found = await tx.get(Incident, incident_id)
        stop = await tx.get(Stop, found.stop_id)
        found.close(tx.business_now, words)
        Doubts(confirmed).settle()
        about = {"number": found.number, "team_code": found.team_code, "reason_code": found.what}
        announce_stop(tx, IncidentClosed, stop, **about)
        return found
