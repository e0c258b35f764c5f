"""Says each day whether the ledger still is what one counts anew."""

from prometheus_client import Gauge

from services.requests.orders.queries.kept import count_differences
from shared.db.engine import Database
from shared.jobs.daily import daily
from shared.service import Job
from shared.telemetry.logs import logger
from shared.unit_of_work import UnitOfWork

DIFFERENCES = Gauge(
    "diancai_ledger_differences",
    "What the coverage ledger keeps and one counts otherwise anew: months, last days, open lines",
    ["kind"],
)

log = logger(__name__)


def ledger_comparison(uow: UnitOfWork, database: Database) -> Job:
    """Compares what is kept with what one counts anew, and sets the gauge. It changes nothing: what differs is a fault
    to be found, not one to be hidden."""

    async def compare() -> None:
        async with database.reading() as session:
            found = await count_differences(session)
        for kind, count in found.items():
            DIFFERENCES.labels(kind).set(count)
        if any(found.values()):
            log.error("the ledger differs from what one counts anew", **found)

    return daily(uow.today, compare)
