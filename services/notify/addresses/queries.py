"""A recipient's addresses, masked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.addresses.domain import DAY, AddressClaim, claim_id
from services.notify.addresses.tables import address_claim, code_request
from services.notify.inbox.domain.recipient import Recipient, mask_address, require_own
from services.notify.inbox.queries import address_of, mobile_of
from services.notify.policy import POLICY
from shared.db.vault import Vault, place_of
from shared.kernel.errors import NotFound
from shared.kernel.masks import mask_phone
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address, masked: one that counts, or one whose code is awaited until ``expires_at``."""

    channel: str
    address: str
    state: Literal["confirmed", "unconfirmed"]
    expires_at: datetime | None


async def list_addresses(uow: UnitOfWork, recipient_id: str) -> list[AddressView]:
    """:raises NotFound: no event has mentioned the recipient, or it is somebody else's."""
    require_own(uow.permit(POLICY, "read_recipients"), recipient_id)
    async with uow.reading() as session:
        recipient = await session.get(Recipient, recipient_id)
        if recipient is None:
            raise NotFound(Recipient.kind, recipient_id)
        claims = await session.scalars(
            select(AddressClaim)
            .where(address_claim.c.recipient_id == recipient_id)
            .order_by(address_claim.c.id)
        )
        return views_of(uow.vault, recipient, claims.all(), uow.now())


def views_of(
    vault: Vault, recipient: Recipient, claims: Iterable[AddressClaim], now: datetime
) -> list[AddressView]:
    found = []
    for channel, address in confirmed(vault, recipient):
        found.append(AddressView(channel, masked(channel, address), "confirmed", None))
    for claim in claims:
        if claim.is_good(now):
            shown = masked(claim.channel, claimed(vault, claim))
            found.append(AddressView(claim.channel, shown, "unconfirmed", claim.expires_at))
    return found


def confirmed(vault: Vault, recipient: Recipient) -> list[tuple[str, str]]:
    """The addresses that count, in clear, by channel."""
    both = (("email", address_of(vault, recipient)), ("sms", mobile_of(vault, recipient)))
    return [(channel, address) for channel, address in both if address is not None]


def claimed(vault: Vault, claim: AddressClaim) -> str:
    """The address in clear, for the code that goes there."""
    return vault.open(claim.address_sealed, claim_place(claim.recipient_id, claim.channel))


def claim_place(recipient_id: str, channel: str) -> str:
    return place_of(address_claim.c.address_sealed, claim_id(recipient_id, channel))


def masked(channel: str, address: str) -> str:
    return mask_address(address) if channel == "email" else mask_phone(address)


async def moments_asked(
    session: AsyncSession, recipient_id: str, channel: str, address_index: str, now: datetime
) -> tuple[datetime | None, int, int]:
    """When a code was last asked for by the recipient for the channel; and how many were within a day by it, and for
    the address."""
    since = code_request.c.asked_at > now - DAY
    mine = code_request.c.recipient_id == recipient_id
    last = await session.scalar(
        select(func.max(code_request.c.asked_at)).where(
            since, mine, code_request.c.channel == channel
        )
    )
    counted = select(func.count()).select_from(code_request).where(since)
    by_recipient = await session.scalar(counted.where(mine)) or 0
    to_address = (
        await session.scalar(counted.where(code_request.c.address_index == address_index)) or 0
    )
    return last, by_recipient, to_address
