"""Entering an address, confirming it by its code, and taking it away."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from services.notify.addresses.domain import (
    GOOD_FOR,
    MOST_A_DAY,
    PAUSE,
    AddressChannel,
    AddressClaim,
    CodeSpent,
    CodeWrong,
    claim_id,
    new_code,
)
from services.notify.addresses.queries import (
    AddressView,
    claim_place,
    claimed,
    masked,
    moments_asked,
    views_of,
)
from services.notify.addresses.tables import address_claim, code_request
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import cleaned, send_now
from services.notify.inbox import use_cases as inbox
from services.notify.inbox.domain.recipient import Recipient, of_volunteer, require_own
from services.notify.inbox.queries import address_place, mobile_place
from services.notify.policy import POLICY
from services.notify.preferences import use_cases as preferences
from shared.db.vault import Vault
from shared.http.texts import Texts
from shared.kernel.errors import DomainError, NotFound, TooMany
from shared.kernel.ids import new_id
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork

DAY_SECONDS = 86_400


class CodeNotSent(DomainError):
    """The channel did not take the code. ``outcome`` says what became of it."""

    status = 409

    def __init__(self, outcome: str) -> None:
        self.outcome = outcome
        super().__init__("address_code_not_sent", field="address", outcome=outcome)


async def claim_address(
    uow: UnitOfWork,
    texts: Texts,
    channels: Mapping[str, Channel],
    recipient_id: str,
    *,
    channel: AddressChannel,
    address: str,
) -> AddressView:
    """Sends a code to an address, which counts as the recipient's when the code is entered. Until then nothing else
    goes there.

    :raises InvalidInput: nothing could ever reach the address. :raises NotFound: no event has mentioned the recipient,
        or the channel is not set up. :raises TooMany: codes were asked for too often.
    :raises CodeNotSent: the channel did not take it.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    address = cleaned(channel, address)
    if channel not in channels:
        raise NotFound("channel", channel)
    code, key = new_code(), claim_id(recipient_id, channel)
    async with uow.transaction() as tx:
        recipient = await tx.get(Recipient, recipient_id)  # locked, so that requests are counted
        if not await channels[channel].is_set_up(tx.session):
            raise NotFound("channel", channel)
        await _count_request(tx, uow.vault, recipient_id, channel, address)
        sealed = uow.vault.seal(address, claim_place(recipient_id, channel))
        hashed = _hashed(uow.vault, key, code)
        claim = await tx.find(AddressClaim, key)
        if claim is None:
            claim = AddressClaim(
                id=key,
                recipient_id=recipient_id,
                channel=channel,
                address_sealed=sealed,
                code_hash=hashed,
                expires_at=tx.now + GOOD_FOR,
            )
            tx.add(claim)
        else:
            claim.renew(sealed, hashed, tx.now)
        language, expires_at = recipient.language, claim.expires_at
    outcome = await send_now(texts, channels[channel], "channel.code", address, language, code=code)
    if outcome.what != "sent":
        raise CodeNotSent(outcome.what)
    return AddressView(channel, masked(channel, address), "unconfirmed", expires_at)


async def confirm_address(
    uow: UnitOfWork, recipient_id: str, *, channel: AddressChannel, code: str
) -> list[AddressView]:
    """The code came where it was sent: the address is the recipient's, in the place of the one before.

    :raises CodeWrong: it is another. :raises CodeSpent: it has expired, or was guessed at too often.
    :raises NotFound: no code is awaited, or no event has mentioned the recipient.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    key = claim_id(recipient_id, channel)
    async with uow.transaction() as tx:
        recipient = await tx.get(Recipient, recipient_id)
        claim = await tx.find(AddressClaim, key)
        if claim is None:
            raise CodeSpent
        is_right = claim.check(_hashed(uow.vault, key, code), tx.now)
        if is_right:
            _set_address(uow.vault, recipient, channel, claimed(uow.vault, claim))
            await tx.session.delete(claim)
            found = views_of(uow.vault, recipient, [], tx.now)
    if not is_right:
        raise CodeWrong  # after the commit: that it was tried is kept
    return found


async def remove_address(
    uow: UnitOfWork, recipient_id: str, *, channel: AddressChannel
) -> list[AddressView]:
    """The address is forgotten, and so is one that waits to be confirmed; nothing goes by that channel any more.

    :raises NotFound: no event has mentioned the recipient.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    async with uow.transaction() as tx:
        recipient = await tx.get(Recipient, recipient_id)
        claim = await tx.find(AddressClaim, claim_id(recipient_id, channel))
        if claim is not None:
            await tx.session.delete(claim)
        _set_address(uow.vault, recipient, channel, None)
        return views_of(uow.vault, recipient, [], tx.now)


async def collect_records(tx: Transaction, vault: Vault, volunteer_no: str) -> list[Record]:
    """All that notify holds about a volunteer."""
    recipient_id = of_volunteer(volunteer_no)
    claims = await tx.session.scalars(
        select(AddressClaim).where(address_claim.c.recipient_id == recipient_id)
    )
    return [
        *await inbox.collect_records(tx, vault, volunteer_no),
        *await preferences.collect_records(tx, recipient_id),
        *(
            {"kind": "address_claim", "channel": each.channel, "address": claimed(vault, each)}
            for each in claims
        ),
    ]


async def erase_records(tx: Transaction, volunteer_no: str) -> int:
    """Deletes all that notify holds about a volunteer."""
    recipient_id = of_volunteer(volunteer_no)
    rows = await inbox.erase_records(tx, volunteer_no)  # whose lock all others take first
    for table in (address_claim, code_request):
        mine = table.c.recipient_id == recipient_id
        rows += await tx.session.scalar(select(func.count()).select_from(table).where(mine)) or 0
        await tx.session.execute(delete(table).where(mine))
    return rows + await preferences.erase_records(tx, recipient_id)


async def _count_request(
    tx: Transaction, vault: Vault, recipient_id: str, channel: str, address: str
) -> None:
    index = vault.blind_index(address, "address of a code")
    last, by_recipient, to_address = await moments_asked(
        tx.session, recipient_id, channel, index, tx.now
    )
    if last is not None and tx.now - last < PAUSE:
        raise TooMany("address_code_too_soon", retry_after=_seconds_until(last + PAUSE, tx.now))
    if max(by_recipient, to_address) >= MOST_A_DAY:
        raise TooMany("address_code_too_often", retry_after=DAY_SECONDS, most=MOST_A_DAY)
    await tx.session.execute(
        insert(code_request).values(
            id=new_id(),
            recipient_id=recipient_id,
            channel=channel,
            address_index=index,
            asked_at=tx.now,
        )
    )


def _set_address(vault: Vault, recipient: Recipient, channel: str, address: str | None) -> None:
    if channel == "email":
        place = address_place(recipient.id)
        recipient.email_sealed = vault.seal(address, place) if address is not None else None
    else:
        place = mobile_place(recipient.id)
        recipient.mobile_sealed = vault.seal(address, place) if address is not None else None


def _hashed(vault: Vault, key: str, code: str) -> str:
    return vault.blind_index(code, f"code of {key}")


def _seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, int((moment - now).total_seconds()) + 1)
