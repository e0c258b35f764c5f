"""How long attendance and hours are kept."""

from datetime import timedelta

from services.dispatch.attendance.tables import attendance, hours_claim, scan, service_hours
from shared.kernel.clock import Clock
from shared.privacy.retention import Prune, by_business_time, older_than


def old_hours(years: int, clock: Clock) -> list[Prune]:
    """Deletes hours, claims, attendance and scans after so many years."""
    kept = timedelta(days=366 * years)
    moments = attendance.c.on, service_hours.c.ends_at, hours_claim.c.ends_at, scan.c.received_at
    return [by_business_time(older_than(moment, kept), clock) for moment in moments]
