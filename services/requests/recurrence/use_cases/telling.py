"""The event that says how a recurring order stands."""

from services.requests.recurrence.domain.series import Series
from shared.contracts.requests import RecurringOrderChanged, SeriesStep
from shared.unit_of_work import Transaction


def tell(tx: Transaction, series: Series, step: SeriesStep) -> None:
    """Publishes its whole state after a step."""
    series.revision += 1
    tx.record(
        series,
        RecurringOrderChanged(
            series_id=series.id,
            number=series.number,
            township_code=series.township_code,
            item_codes=tuple(wanted.item_code for wanted in series.wanted),
            rrule=series.rrule,
            starts_on=series.starts_on,
            last_on=series.last_on,
            state=series.state,
            step=step,
            reason_code=series.reason_code,
            origin_id=series.origin,
            follows_id=series.follows,
            revision=series.revision,
        ),
    )
