"""What residents do without an account: they rate a booth with their ticket, or under the code on its sign.

Whoever was served by a ticket is led on from it: dispatch signs a voucher, and each ticket rates once. Others rate once
a device, and not when theirs has rated with a ticket.

The code leads to a signed link of this service. Whoever has a picture of the sign can rate from anywhere, so a device
rates a booth once, and the address that it comes from may send only so many. The device is told by a cookie that the
page sets, where the browser keeps it; else by its kind at its address.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.orders.queries.booths import Booth, booth_of
from services.requests.policy import POLICY
from services.requests.ratings.domain import POOR, ResidentRating, require_open
from services.requests.ratings.queries import (
    rateable_booths,
    rating_by,
    started_on,
    voucher_key_of,
)
from services.requests.ratings.tables import voucher_key
from services.requests.ratings.use_cases.follow_ups import follow_up_of
from shared.cache.port import Cache
from shared.db.bulk_insert import insert_missing
from shared.http.forwarding import limited_address
from shared.identity.links import LinkInvalid, Links
from shared.identity.vouchers import read_voucher
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, TooMany
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork

PURPOSE = "rating"
SIGN_LIVES = timedelta(days=400)
"""A sign is printed before its stop, which may be put off; on which days it serves is asked when somebody rates."""
HOUR_SECONDS = 3600
MOST_OF_ADDRESS = 60
"""Ratings an hour: a whole village may share an address."""
MOST_OF_BROWSER = 6
"""Of one kind of browser at that address, at one booth: as many neighbours as may have the same telephone, and no more
for one who deletes the cookie."""


@dataclass(frozen=True, slots=True)
class SignedBooth:
    """A booth, and the link that the code on its sign leads to."""

    booth: Booth
    link: str


@dataclass(frozen=True, slots=True)
class Device:
    """What tells one telephone from another: ``cookie`` where the browser kept the one of an earlier page."""

    address: str
    browser: str
    cookie: str = ""

    def at(self, assignment_id: str) -> str:
        """Returns what is stored of it with a rating of a booth. No two booths' can be told to be of one device."""
        told = self.cookie or f"{limited_address(self.address)} {self.browser}"
        return hashlib.sha256(f"{assignment_id} {told}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Claim:
    """Who rates which booth: ``told`` is stored with the rating, of a device or of a ticket; then ``also`` is of the
    device that showed the ticket."""

    assignment_id: str
    told: str
    also: str | None = None


def new_cookie() -> str:
    return secrets.token_urlsafe(16)


async def sign_booths(uow: UnitOfWork, links: Links, stop_id: str) -> list[SignedBooth]:
    """Returns the booths of a stop with the links for their signs: a leader's own, or all for the corps."""
    booths = await rateable_booths(uow, stop_id)
    until = uow.now() + SIGN_LIVES
    return [
        SignedBooth(booth, links.make(PURPOSE, booth.assignment_id, until).text) for booth in booths
    ]


async def believe_tickets(uow: UnitOfWork, assignment_id: str, key: str) -> None:
    """From now on the vouchers of a booth's tickets rate it. Sent again, the first key stays."""
    async with uow.transaction() as tx:
        row = {"assignment_id": assignment_id, "public_key": key}
        await tx.session.execute(insert_missing(tx.session, voucher_key), [row])


async def _claim(session: AsyncSession, links: Links, link: str, device: Device) -> Claim:
    """:raises LinkInvalid: :raises LinkExpired: it is no link of a sign, and no ticket's voucher."""
    if (voucher := read_voucher(link)) is None:
        assignment_id = links.open(PURPOSE, link)
        return Claim(assignment_id, device.at(assignment_id))
    booth = voucher.subject
    key = await voucher_key_of(session, booth)
    if key is None or not voucher.is_signed_by(key):
        raise LinkInvalid
    told = hashlib.sha256(f"{booth} ticket {voucher.number}".encode()).hexdigest()
    return Claim(booth, told, device.at(booth))


async def show_booth(
    uow: UnitOfWork, links: Links, link: str, device: Device
) -> tuple[Booth, ResidentRating | None]:
    """Returns the booth of a sign or ticket, and what the device, or the ticket, said of it already.

    :raises LinkInvalid: :raises LinkExpired: it is neither, or the booth is no more.
    :raises Conflict: the stop has not started, or too long ago.
    """
    uow.permit(POLICY, "rate_as_resident")
    async with uow.reading() as session:
        claim = await _claim(session, links, link, device)
        booth = await booth_of(session, claim.assignment_id)
        if booth is None:
            raise LinkInvalid
        rated = await rating_by(session, claim.told)
        if rated is None:
            require_open(await started_on(session, booth.stop_id), uow.today())
    return booth, rated


async def limit_rating(cache: Cache, links: Links, link: str, device: Device) -> None:
    """Of a ticket it is the address alone that counts, for each rates once.

    :raises TooMany: from this address, or this kind of browser there, too many were sent this hour.
    """
    place = limited_address(device.address)
    limits = {f"rate:{place}": MOST_OF_ADDRESS}
    if read_voucher(link) is None:
        booth = links.open(PURPOSE, link)
        kind = hashlib.sha256(f"{place} {device.browser} {booth}".encode()).hexdigest()[:32]
        limits[f"rate:{kind}"] = MOST_OF_BROWSER
    for key, limit in limits.items():
        if wait := await cache.take(key, limit=limit, seconds=HOUR_SECONDS):
            raise TooMany(retry_after=wait)


async def rate_as_resident(
    uow: UnitOfWork,
    links: Links,
    link: str,
    device: Device,
    *,
    score: int,
    text: str | None,
    confirmed: Confirmations = (),
) -> tuple[Booth, ResidentRating]:
    """Takes the first rating of a booth of a device, or of a ticket; sent again, it is the first that counts.

    :raises: as :func:`show_booth`.
    """
    uow.permit(POLICY, "rate_as_resident")
    async with uow.reading() as session:
        claim = await _claim(session, links, link, device)

    async def take() -> tuple[Booth, ResidentRating]:
        return await _take(uow, claim, score=score, text=text, confirmed=confirmed)

    try:
        return await take()
    except Conflict as error:
        if error.code != "concurrent_change":
            raise
        return await take()  # by now the store has what the same device sent at the same moment


async def _take(
    uow: UnitOfWork,
    claim: Claim,
    *,
    score: int,
    text: str | None,
    confirmed: Confirmations,
) -> tuple[Booth, ResidentRating]:
    async with uow.transaction() as tx:
        booth = await booth_of(tx.session, claim.assignment_id, hold=True)
        if booth is None:
            raise LinkInvalid
        if (earlier := await rating_by(tx.session, claim.told)) is not None:
            return booth, earlier
        require_open(await started_on(tx.session, booth.stop_id), uow.today())
        Doubts(confirmed).settle()
        rating = _rating(tx, uow, booth, claim, score, text)
        tx.add(rating)
        if score <= POOR:
            tx.record(*follow_up_of(tx, booth, rating.id, "resident", score, text, uow.today()))
        return booth, rating


def _rating(
    tx: Transaction, uow: UnitOfWork, booth: Booth, claim: Claim, score: int, text: str | None
) -> ResidentRating:
    return ResidentRating(
        id=new_id(),
        assignment_id=booth.assignment_id,
        order_id=booth.order_id,
        township_code=booth.township_code,
        campaign_id=booth.campaign_id,
        team_code=booth.team_code,
        item_code=booth.item_code,
        item_name=booth.name,
        item_name_en=booth.name_en,
        score=score,
        text=text,
        rated_on=uow.today(),
        rated_at=tx.now,
        device=claim.told,
        also_of=claim.also,
    )
