"""Allowing a network, taking that back, and going out to what is allowed."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import select

from services.notify.networks.domain import AllowedNetwork, Network, clean_network
from services.notify.networks.queries import read_reach
from services.notify.networks.tables import allowed_network
from services.notify.policy import POLICY
from shared.http.outbound import outbound_client
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def allow_network(
    uow: UnitOfWork, *, network: str, in_clear: bool, note: str
) -> AllowedNetwork:
    """Lets requests to entered addresses reach a private network, from the next one on.

    :raises InvalidInput: see :func:`clean_network`. :raises Conflict: the same network is allowed.
    """
    uow.permit(POLICY, "allow_network")
    cleaned = str(clean_network(network))
    async with uow.transaction() as tx:
        same = select(allowed_network.c.id).where(allowed_network.c.network == cleaned)
        if await tx.session.scalar(same) is not None:
            raise Conflict("network_known", field="network", network=cleaned)
        allowed = AllowedNetwork(
            id=new_id(), network=cleaned, in_clear=in_clear, note=note, entered_at=tx.now
        )
        tx.add(allowed)
        return allowed


async def withdraw_network(uow: UnitOfWork, network_id: str) -> AllowedNetwork:
    """Requests no longer reach the network, from the next one on.

    :raises NotFound: no such network is allowed.
    """
    uow.permit(POLICY, "allow_network")
    async with uow.transaction() as tx:
        allowed = await tx.get(AllowedNetwork, network_id)
        await tx.session.delete(allowed)
        return allowed


class Outbound:
    """Opens clients for addresses that people entered; see :mod:`shared.http.outbound`."""

    def __init__(
        self, uow: UnitOfWork, tls: ssl.SSLContext, *, in_clear: Sequence[Network] = ()
    ) -> None:
        """``in_clear`` are networks that are always allowed, by http as well: a demonstration's own machine."""
        self._uow, self._tls, self._in_clear = uow, tls, tuple(in_clear)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for the length of the block. Its requests raise AddressRefused."""
        async with self._uow.reading() as session:
            reach = await read_reach(session)
        async with outbound_client(
            self._tls, reach.networks, in_clear=(*self._in_clear, *reach.in_clear)
        ) as client:
            yield client
