"""What residents do without an account: they speak, and look the answer up under a receipt."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from services.catalog.consultation.domain import (
    Saying,
    SeenOpinion,
    digest_of,
    new_receipt,
    require_open,
)
from services.catalog.consultation.queries import (
    Consultation,
    consultation_on,
    opinion_of_receipt,
)
from services.catalog.consultation.use_cases.opinions import take_opinion
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import require_edition
from services.catalog.policy import POLICY
from shared.cache.port import Cache
from shared.http.forwarding import limited_address
from shared.identity.links import LinkExpired, LinkInvalid, Links
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import InvalidInput, NotFound, TooMany
from shared.unit_of_work import UnitOfWork

PURPOSE = "opinion"
FORM_LIVES = timedelta(days=1)
HOUR_SECONDS = 3600
MOST_OF_ADDRESS = 60
"""Opinions an hour: a whole village may share an address."""
MOST_OF_DEVICE = 10
"""Of one kind of browser at that address; the pages leave nothing on a device that would tell it from others."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a resident gets for an opinion."""

    code: str
    number: int


@dataclass(frozen=True, slots=True)
class FoundOpinion:
    """What a receipt opens: the opinion, and the draft that it is on."""

    opinion: SeenOpinion
    consultation: Consultation


async def show_form(uow: UnitOfWork, links: Links, edition_code: str) -> tuple[Consultation, str]:
    """Returns the draft and the ticket of a form. The ticket holds the receipt, so a form that is sent twice is one
    opinion.

    :raises NotFound: residents are not asked about it. :raises Conflict: no opinions are taken any more.
    """
    uow.permit(POLICY, "show_consultation")
    async with uow.reading() as session:
        edition = await require_edition(session, edition_code)
        if edition.consultation_until is None or not edition.residents_may_speak:
            raise NotFound(Edition.kind, edition_code)
        require_open(edition, uow.today(), to_residents=True)
        found = await consultation_on(session, edition, uow.today())
    receipt = new_receipt()
    ticket = links.make(PURPOSE, f"{edition_code}/{receipt}", uow.now() + FORM_LIVES)
    return found, ticket.text


async def limit_speaking(cache: Cache, address: str, browser: str) -> None:
    """:raises TooMany: from this address, or this kind of browser there, too many have spoken this hour."""
    place = limited_address(address)
    device = hashlib.sha256(f"{place} {browser}".encode()).hexdigest()[:32]
    for key, limit in ((f"speak:{place}", MOST_OF_ADDRESS), (f"speak:{device}", MOST_OF_DEVICE)):
        if wait := await cache.take(key, limit=limit, seconds=HOUR_SECONDS):
            raise TooMany(retry_after=wait)


async def speak(
    uow: UnitOfWork,
    links: Links,
    edition_code: str,
    saying: Saying,
    ticket: str,
    confirmed: Confirmations = (),
) -> Receipt:
    """Takes a resident's opinion; one that is sent again under the same ticket is the same.

    :raises InvalidInput: the ticket is not of a form for this draft, or too old; or see :func:`take_opinion`.
    :raises Conflict: residents' opinions are not taken (any more).
    """
    uow.permit(POLICY, "speak_as_resident")
    try:
        of_edition, _, code = links.open(PURPOSE, ticket).partition("/")
    except (LinkInvalid, LinkExpired) as error:
        raise InvalidInput("form_too_old", field="ticket") from error
    if of_edition != edition_code:
        raise InvalidInput("form_too_old", field="ticket")
    digest = digest_of(code)
    async with uow.transaction() as tx:
        await tx.get(Edition, edition_code)
        earlier = await opinion_of_receipt(tx.session, digest)
        if earlier is not None:
            return Receipt(code, earlier.number)
        opinion = await take_opinion(
            tx, edition_code, saying, today=uow.today(), receipt_digest=digest
        )
        Doubts(confirmed).settle()
        tx.add(opinion)
        return Receipt(code, opinion.number)


async def look_up(uow: UnitOfWork, receipt: str) -> FoundOpinion:
    """:raises InvalidInput: there is no such receipt."""
    uow.permit(POLICY, "show_consultation")
    async with uow.reading() as session:
        found = await opinion_of_receipt(session, digest_of(receipt))
        if found is None:
            raise InvalidInput("receipt_unknown", field="receipt")
        edition = await require_edition(session, found.edition_code)
        consultation = await consultation_on(session, edition, uow.today())
    return FoundOpinion(found.seen(by_corps=False), consultation)
