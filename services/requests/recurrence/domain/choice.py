"""From which menu and in which campaign a recurring order is served on a day."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.requests.menu.domain import Campaign, Edition
from services.requests.recurrence.domain.days import DueDay, OnHoliday
from services.requests.recurrence.domain.series import Fault
from shared.kernel.holidays import HOLIDAYS


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why there is no order: the fault, and the item that is gone."""

    fault: Fault
    item_code: str | None = None


def edition_for(
    editions: Sequence[Edition], item_codes: Sequence[str], day: date
) -> Edition | Obstacle:
    """Returns the menu to order from, of those that are in force today: one that is in force on ``day`` too and has
    all items, the latest. Else what is in the way."""
    lasting = [each for each in editions if day <= each.retires_on]
    if not lasting:
        return Obstacle("no_edition")
    lasting.sort(key=lambda each: (each.effective_on, each.id), reverse=True)
    for edition in lasting:
        if not _missing(edition, item_codes):
            return edition
    return Obstacle("item_gone", _missing(lasting[0], item_codes)[0])


def campaign_for(campaigns: Sequence[Campaign], day: date) -> Campaign | Obstacle:
    """Returns the campaign that a service on ``day`` belongs to: of those that run then the shortest, so that the
    year's standing one has what no other has."""
    running = [each for each in campaigns if each.runs_on(day)]
    if not running:
        return Obstacle("no_campaign")
    return min(running, key=lambda each: (each.ends_on - each.starts_on, each.id))


def wished_days(
    due: DueDay,
    days_around: int,
    on_holiday: OnHoliday,
    *,
    today: date,
    edition: Edition,
    campaign: Campaign,
) -> tuple[date, ...]:
    """Returns the days on which a service does: the one that is wanted, and those around it that are ahead, in the
    campaign and the menu, and no holidays unless these are kept."""
    wanted = due.day or due.on
    first = max(today, campaign.starts_on)
    last = min(campaign.ends_on, edition.retires_on)
    around = (wanted + timedelta(days=n) for n in range(-days_around, days_around + 1) if n != 0)
    free: Collection[date] = () if on_holiday == "keep" else HOLIDAYS
    return (wanted, *(day for day in around if first <= day <= last and day not in free))


def _missing(edition: Edition, item_codes: Sequence[str]) -> list[str]:
    offered = {dish["item_code"] for dish in edition.items}
    return [code for code in item_codes if code not in offered]
