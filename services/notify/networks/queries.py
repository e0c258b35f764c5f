"""Which networks are allowed."""

from dataclasses import dataclass
from ipaddress import ip_network

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.networks.domain import AllowedNetwork, Network
from services.notify.networks.tables import allowed_network
from services.notify.policy import POLICY
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Reach:
    """Private networks that requests may go to: by https, and those where http does too."""

    networks: tuple[Network, ...]
    in_clear: tuple[Network, ...]


async def list_networks(uow: UnitOfWork) -> list[AllowedNetwork]:
    uow.permit(POLICY, "read_networks")
    async with uow.reading() as session:
        return list(
            await session.scalars(select(AllowedNetwork).order_by(allowed_network.c.network))
        )


async def read_reach(session: AsyncSession) -> Reach:
    rows = (
        await session.execute(select(allowed_network.c.network, allowed_network.c.in_clear))
    ).all()
    return Reach(
        networks=tuple(ip_network(row.network) for row in rows),
        in_clear=tuple(ip_network(row.network) for row in rows if row.in_clear),
    )
