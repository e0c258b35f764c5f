"""Shows badges: their codes, and cards to print."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.catalog.badges.domain import TOKEN_KIND, Badge
from services.catalog.badges.queries import badges_of_window, faults_of
from services.catalog.directory.domain import Agency, Team
from services.catalog.policy import POLICY
from services.catalog.volunteers.domain import Volunteer
from services.catalog.volunteers.queries import open_value
from services.catalog.windows.domain import Window
from services.catalog.windows.use_cases.entering import window_in_reach
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import Transaction, UnitOfWork


class Signer(Protocol):
    """What signs a badge's code."""

    def sign(self, claims: Mapping[str, Any], *, kind: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Card:
    """A badge on paper. ``name`` is None where the person does not agree to be named."""

    badge: Badge
    name: str | None
    agency: tuple[str, str]


def address_of(badge: Badge, signer: Signer | None, issuer: str) -> str:
    """Returns the address that a badge's code leads to, where anybody verifies it. It is signed anew each time, by the
    key that signs now; what it says stays the same.

    :raises Conflict: this system has no key to sign badges with.
    """
    if signer is None:
        raise Conflict("badge_keys_missing")
    token = signer.sign(badge.claims(issuer), kind=TOKEN_KIND)
    return f"{issuer}/public/badges/{token}"


async def print_one(uow: UnitOfWork, number: str) -> Card:
    """Returns a badge's card, and notes it where a name is shown.

    :raises NotFound: there is none, or it is out of the actor's reach. :raises Conflict: it holds no more.
    """
    grant = uow.permit(POLICY, "print_badges")
    async with uow.transaction() as tx:
        found = await tx.get(Badge, number)
        place = await tx.get(Window, found.window_code)
        if not grant.covers(teams=[place.team_code], person=found.volunteer_no):
            raise NotFound(Badge.kind, number, states=Badge.STEPS)
        faults = await faults_of(tx.session, [found], tx.today)
        if number in faults or found.standing(tx.today) in ("revoked", "expired"):
            raise Conflict("badge_holds_no_more", number=number)
        return await _card(uow, tx, found, place)


async def print_of_window(uow: UnitOfWork, code: str) -> list[Card]:
    """Returns the cards of a window's badges that hold or will hold.

    :raises NotFound: there is no such window, it is out of the actor's reach, or it has
        none.
    """
    grant = uow.permit(POLICY, "print_badges")
    async with uow.transaction() as tx:
        place = await window_in_reach(tx, grant, code)
        found = await badges_of_window(tx.session, code)
        faults = await faults_of(tx.session, found, tx.today)
        held = [
            each
            for each in found
            if each.number not in faults and each.standing(tx.today) in ("valid", "not_yet")
        ]
        if not held:
            raise NotFound("badge_card", code)
        return [await _card(uow, tx, each, place) for each in held]


async def _card(uow: UnitOfWork, tx: Transaction, badge: Badge, place: Window) -> Card:
    name = None
    if badge.is_named:
        person = await tx.session.get(Volunteer, badge.volunteer_no)
        name = None if person is None else open_value(uow.vault, person, "name")
        tx.note(Volunteer.kind, badge.volunteer_no, shown="name", purpose="badge")
    team = await tx.session.get(Team, place.team_code)
    agency = None if team is None else await tx.session.get(Agency, team.agency_code)
    return Card(badge, name, ("", "") if agency is None else (agency.name, agency.name_en))
