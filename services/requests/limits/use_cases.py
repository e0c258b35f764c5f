"""Sets limits of ordering."""

from collections.abc import Mapping
from datetime import date

from services.requests.limits.domain import OrderLimit, TownshipLimit
from services.requests.menu.domain import Campaign
from services.requests.menu.queries import names_of_townships
from services.requests.policy import POLICY
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def set_limit(
    uow: UnitOfWork,
    campaign_id: str,
    *,
    orders_until: date | None,
    lines: int | None,
    townships: Mapping[str, int],
) -> OrderLimit:
    """Replaces what was set for a campaign. Orders that were handed in stay, whatever is set now.

    :raises NotFound: no such campaign is known here. :raises InvalidInput: nor such a township.
    """
    uow.permit(POLICY, "set_limits")
    async with uow.transaction() as tx:
        if await tx.session.get(Campaign, campaign_id) is None:
            raise NotFound("campaign", campaign_id)
        known = await names_of_townships(tx.session, set(townships))
        for number, code in enumerate(townships):
            if code not in known:
                field = f"townships[{number}].township_code"
                raise InvalidInput("unknown_township", field=field, township_code=code)
        found = await tx.find(OrderLimit, campaign_id)
        if found is None:
            found = OrderLimit(campaign_id=campaign_id, townships=[])
            tx.add(found)
        found.orders_until, found.lines = orders_until, lines
        kept = {each.township_code: each for each in found.townships}
        found.townships = [
            kept.get(code)
            or TownshipLimit(id=new_id(), campaign_id=campaign_id, township_code=code, lines=most)
            for code, most in sorted(townships.items())
        ]
        for each in found.townships:
            each.lines = townships[each.township_code]
        return found
