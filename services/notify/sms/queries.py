"""The gateway as it is set, and what it has used."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.policy import POLICY
from services.notify.sms.domain.gateway import ONLY, Gateway
from services.notify.sms.tables import sms_gateway, sms_usage
from shared.db.vault import Vault, place_of
from shared.kernel.clock import CHINA
from shared.unit_of_work import UnitOfWork

SECRET_PLACE = place_of(sms_gateway.c.secret_sealed, ONLY)


@dataclass(frozen=True, slots=True)
class GatewayView:
    """The gateway without its secret, and the segments used today."""

    gateway: Gateway
    has_secret: bool
    used_today: int


async def find_gateway(session: AsyncSession) -> Gateway | None:
    return await session.get(Gateway, ONLY)


async def get_gateway(uow: UnitOfWork, *, secret_from_file: bool) -> GatewayView:
    uow.permit(POLICY, "read_channels")
    async with uow.reading() as session:
        gateway = await find_gateway(session) or Gateway()
        return await view_of(session, gateway, uow.now(), secret_from_file=secret_from_file)


async def view_of(
    session: AsyncSession, gateway: Gateway, now: datetime, *, secret_from_file: bool
) -> GatewayView:
    has_secret = secret_from_file or gateway.secret_sealed is not None
    return GatewayView(gateway, has_secret, await used_on(session, now))


async def used_on(session: AsyncSession, now: datetime) -> int:
    """The segments of that moment's day in China."""
    day: Any = now.astimezone(CHINA).date()
    used = select(sms_usage.c.segments).where(sms_usage.c.on_day == day)
    return await session.scalar(used) or 0


def secret_of(vault: Vault, gateway: Gateway) -> str:
    if gateway.secret_sealed is None:
        return ""
    return vault.open(gateway.secret_sealed, SECRET_PLACE)
