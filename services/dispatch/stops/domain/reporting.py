"""Until when a team says what its booth did."""

from datetime import date, timedelta

from services.dispatch.stops.domain.confirmation import Deadlines, business_days_after
from shared.kernel.holidays import KNOWN_YEARS

REPORT_WITHIN = 10
"""Business days after the stop: so long may records of service take (Order 67, Art. 11)."""

REMINDERS = Deadlines(reminder=2, escalation=0)
"""A team is reminded two business days before the last one; the corps hears of it once that is over."""


def report_until(on: date) -> date:
    """The last day on which a team reports its booths of a stop on day ``on``."""
    return business_days_after(on, REPORT_WITHIN)


def is_certain(on: date) -> bool:
    """Whether the public holidays of that time are known; else the term is counted by weekdays alone."""
    return {on.year, report_until(on).year} <= KNOWN_YEARS


def reportable_from(today: date) -> date:
    """The first day whose stops may still be reported today."""
    day = today
    while report_until(day - timedelta(days=1)) >= today:
        day -= timedelta(days=1)
    return day
