"""Verifies a badge by its code, for whoever has it in hand, and counts that."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.badges.domain import TOKEN_KIND, Badge, Outcome, RevocationReason
from services.catalog.badges.queries import faults_of
from services.catalog.badges.tables import badge_check
from services.catalog.policy import POLICY
from shared.db.engine import dialect_of
from shared.unit_of_work import UnitOfWork


class Keys(Protocol):
    """What reads a code."""

    def read(self, token: str, *, kind: str) -> Mapping[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Verified:
    """What a code turned out to be. ``badge`` is there where it is ours; ``reason_code`` where it was revoked;
    ``issuer`` where it is another system's."""

    outcome: Outcome
    badge: Badge | None = None
    reason_code: RevocationReason | None = None
    issuer: str | None = None


async def verify_badge(uow: UnitOfWork, keys: Keys | None, issuer: str, token: str) -> Verified:
    """Says whether a badge holds today, by its code, and counts that it was asked."""
    uow.permit(POLICY, "verify_badge")
    claims = None if keys is None else keys.read(token, kind=TOKEN_KIND)
    async with uow.transaction() as tx:
        found = Verified("forged")
        if claims is not None and claims.get("iss") != issuer:
            found = Verified("foreign", issuer=str(claims.get("iss"))[:200])
        elif claims is not None:
            badge = await tx.session.get(Badge, str(claims.get("jti")))
            if badge is not None:
                faults = await faults_of(tx.session, [badge], uow.today())
                standing = "revoked" if badge.number in faults else badge.standing(uow.today())
                reason = badge.reason_code or faults.get(badge.number)
                found = Verified(standing, badge, reason if standing == "revoked" else None)
        row = {
            "on": uow.today(),
            "window_code": "" if found.badge is None else found.badge.window_code,
            "outcome": found.outcome,
            "count": 1,
        }
        make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
        counted = make(badge_check).values(**row)
        await tx.session.execute(
            counted.on_conflict_do_update(
                index_elements=["on", "window_code", "outcome"],
                set_={"count": badge_check.c.count + 1},
            )
        )
        return found
