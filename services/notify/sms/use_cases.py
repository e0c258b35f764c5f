"""Setting the gateway, and counting what is sent by it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update

from services.notify.policy import POLICY
from services.notify.sms.domain.gateway import ONLY, Gateway
from services.notify.sms.queries import SECRET_PLACE, GatewayView, view_of
from services.notify.sms.tables import sms_usage
from shared.db.bulk_insert import insert_missing
from shared.kernel.clock import CHINA
from shared.unit_of_work import UnitOfWork


async def set_gateway(
    uow: UnitOfWork,
    said: Mapping[str, Any],
    *,
    secret: str | None,
    keeps_secret: bool,
    secret_from_file: bool,
) -> GatewayView:
    """Replaces what the gateway wants; it holds from the next message on. ``keeps_secret``: the secret stays.

    :raises InvalidInput: see :meth:`Gateway.describe`.
    """
    uow.permit(POLICY, "set_channel")
    async with uow.transaction() as tx:
        gateway = await tx.find(Gateway, ONLY)
        if gateway is None:
            gateway = Gateway()
            gateway.describe(said)
            tx.add(gateway)
        else:
            gateway.describe(said)
        if not keeps_secret:
            gateway.secret_sealed = uow.vault.seal(secret, SECRET_PLACE) if secret else None
        await tx.flush()
        return await view_of(tx.session, gateway, tx.now, secret_from_file=secret_from_file)


async def reserve_segments(uow: UnitOfWork, count: int, *, most: int) -> bool:
    """Counts segments that are about to be sent, for all processes; False, and nothing is counted, where the day's
    ceiling would be passed."""
    async with uow.transaction() as tx:
        day = tx.now.astimezone(CHINA).date()
        await tx.session.execute(
            insert_missing(tx.session, sms_usage).values(on_day=day, segments=0)
        )
        counted = await tx.session.execute(
            update(sms_usage)
            .where(sms_usage.c.on_day == day, sms_usage.c.segments + count <= most)
            .values(segments=sms_usage.c.segments + count)
            .returning(sms_usage.c.segments)
        )
        return counted.first() is not None


async def return_segments(uow: UnitOfWork, count: int) -> None:
    """They were not sent after all: the gateway was out of reach."""
    async with uow.transaction() as tx:
        day = tx.now.astimezone(CHINA).date()
        await tx.session.execute(
            update(sms_usage)
            .where(sms_usage.c.on_day == day, sms_usage.c.segments >= count)
            .values(segments=sms_usage.c.segments - count)
        )
