"""What a queue measured, once it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from services.dispatch.tickets.domain.queue import Ticket


@dataclass(frozen=True, slots=True)
class Measures:
    """``arrived``: residents who drew a ticket and did not leave by themselves, served or not, and those who could draw
    none. ``longest``: the most who waited at once. The means are None where nobody was called or served."""

    arrived: int
    served: int
    longest: int
    mean_wait_minutes: float | None
    minutes_per_resident: float | None
    arrivals_per_hour: float | None


def measure(tickets: Sequence[Ticket], turned_away: int = 0) -> Measures:
    """From all tickets of a queue that has ended, and how many residents could draw none."""
    came = [ticket for ticket in tickets if ticket.state != "left"]
    waits = [
        (ticket.first_called_at - ticket.drawn_at).total_seconds() / 60
        for ticket in came
        if ticket.first_called_at is not None
    ]
    services = [each for ticket in came if (each := ticket.service_minutes) is not None]
    return Measures(
        arrived=len(came) + turned_away,
        served=sum(ticket.state == "served" for ticket in came),
        longest=_longest(tickets),
        mean_wait_minutes=fmean(waits) if waits else None,
        minutes_per_resident=fmean(services) if services else None,
        arrivals_per_hour=_rate(came),
    )


def _longest(tickets: Sequence[Ticket]) -> int:
    """Whoever is called and whoever comes at the same moment did not wait together."""
    changes = [(ticket.drawn_at, 1) for ticket in tickets]
    ends = [(ticket.first_called_at or ticket.ended_at) for ticket in tickets]
    changes += [(at, -1) for at in ends if at is not None]
    waiting = longest = 0
    for _, change in sorted(changes):
        waiting += change
        longest = max(longest, waiting)
    return longest


def _rate(came: Sequence[Ticket]) -> float | None:
    """Arrivals in an hour, between the first and the last."""
    if len(came) < 2:
        return None
    drawn = [ticket.drawn_at for ticket in came]
    hours = (max(drawn) - min(drawn)).total_seconds() / 3600
    return (len(came) - 1) / hours if hours > 0 else None
