"""Drafting editions of the menu."""

from typing import Any

from services.catalog.directory.queries import require_known
from services.catalog.editions.domain import Edition
from services.catalog.items.domain import ServiceItem
from services.catalog.policy import POLICY
from shared.unit_of_work import UnitOfWork


async def draft_edition(uow: UnitOfWork, wanted: Edition) -> Edition:
    """Drafts an edition, or changes the draft of the same code to be like it.

    :raises InvalidInput: an item, or the edition that it is based on, is not known.
    :raises IllegalTransition: it is published already.
    """
    uow.permit(POLICY, "draft_edition")
    async with uow.transaction() as tx:
        await require_known(tx, ServiceItem, wanted.item_codes, field="item_codes")
        if wanted.based_on is not None:
            await require_known(tx, Edition, [wanted.based_on], field="based_on")
        edition = await tx.find(Edition, wanted.code)
        if edition is None:
            tx.add(wanted)
            return wanted
        content: dict[str, Any] = {name: getattr(wanted, name) for name in Edition.CONTENT}
        edition.redraft(**content)
        return edition
