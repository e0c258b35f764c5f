"""What makes a booth's figures hard to believe."""

from services.dispatch.stops.domain.stop import Assignment
from shared.kernel.errors import InvalidInput, Reason

HALF_DAY_MINUTES = 240
IMPOSSIBLE = 5
"""So many times as many as at twice their pace nobody serves: such a figure is no matter of belief."""

MOST_LEAFLETS = 10
"""For each resident that could be served; a higher number is more likely a typing error."""

MOST_WAITING = 200
"""Who waits came; a longer queue than that, and than so many, is more likely a typing error."""


def doubts_about(booth: Assignment, minutes_each: int, where: str = "") -> list[Reason]:
    """Figures that don't fit together, contradict the tickets, or are more residents than the volunteers could serve at
    twice their pace. ``minutes_each`` is the time that one resident takes, ``where`` the place of the booth's figures
    in the request.

    :raises InvalidInput: it is many times as many.
    """
    most = 2 * booth.volunteers * HALF_DAY_MINUTES // minutes_each
    served = booth.served or 0
    if served > IMPOSSIBLE * most:
        raise InvalidInput(
            "figures_impossible",
            field=f"{where}served",
            served=served,
            volunteers=booth.volunteers,
            most=IMPOSSIBLE * most,
        )
    found = []
    if (booth.follow_ups or 0) > served:
        found.append(
            Reason("more_follow_ups_than_served", f"{where}follow_ups", {"served": served})
        )
    if (booth.leaflets or 0) > (leaflets := MOST_LEAFLETS * max(served, most)):
        found.append(Reason("leaflets_unlikely", f"{where}leaflets", {"most": leaflets}))
    if booth.ticketed is not None and served < booth.ticketed:
        found.append(Reason("fewer_than_tickets", f"{where}served", {"ticketed": booth.ticketed}))
    if (longest := booth.longest_queue or 0) > max(MOST_WAITING, booth.arrived or 0):
        found.append(Reason("queue_unlikely", f"{where}queue.longest", {"longest": longest}))
    if served > most:
        facts = {"served": served, "volunteers": booth.volunteers, "most": most}
        found.append(Reason("figures_unlikely", f"{where}served", facts))
    return found
