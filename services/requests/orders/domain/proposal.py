"""What an order that was handed in is to say instead."""

from dataclasses import dataclass
from datetime import date

from services.requests.orders.domain.amendment import Said
from services.requests.orders.domain.order import Draft, Order, Point, WantedItem


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What an order is to say instead. Township, menu and campaign stay; what it says of them is not amended."""

    place: str
    point: Point | None
    items: tuple[WantedItem, ...]
    wished_on: tuple[date, ...]
    ruled_out_on: tuple[date, ...]

    @classmethod
    def of(cls, said: Said) -> "Wanted":
        return cls(
            place=said["place"],
            point=Point(lat=said["point"][0], lon=said["point"][1]) if said["point"] else None,
            items=tuple(
                WantedItem(
                    item_code=line["item_code"],
                    expected_attendance=line["expected_attendance"],
                    remark=line["remark"],
                )
                for line in said["lines"]
            ),
            wished_on=tuple(date.fromisoformat(day) for day in said["wished_on"]),
            ruled_out_on=tuple(date.fromisoformat(day) for day in said["ruled_out_on"]),
        )

    def for_order(self, order: Order) -> Draft:
        """:raises InvalidInput: an item stands twice, or a day is both wished and ruled out."""
        return Draft(
            township_code=order.township_code,
            edition_id=order.edition_id,
            campaign_id=order.campaign_id,
            place=self.place,
            point=self.point,
            items=self.items,
            wished_on=self.wished_on,
            ruled_out_on=self.ruled_out_on,
            priority=order.priority,
            contact=order.contact,
        )
