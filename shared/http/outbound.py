"""Requests to addresses that users entered, such as webhooks, which must not reach into our own
network.

A name is resolved once and every address it has is checked. The connection goes to the address that
was checked, so that a name server that answers differently the next moment gains nothing (OWASP,
Server-Side Request Forgery Prevention Cheat Sheet). Redirects are not followed, for their targets
were not checked.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from shared.kernel.errors import InvalidInput

SECONDS = 10.0
MOST_CONNECTIONS = 100
KEPT_OPEN = 100
"""Connections that stay open for the next request to the same server."""

TRANSLATED = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")))
"""IPv6 networks whose addresses stand for IPv4 ones (RFC 6052, 8215, 3056, 4380)."""

Network = IPv4Network | IPv6Network


class AddressRefused(InvalidInput):
    """Requests must not go to this address."""

    def __init__(self, reason: str, *, field: str = "url") -> None:
        super().__init__("address_refused", field=field, reason=reason)


Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""All addresses of a host name. :raises OSError: there is no such name."""


async def resolve(host: str, port: int) -> list[str]:
    """Resolves a name with this machine's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


def outbound_client(
    tls: ssl.SSLContext,
    allowed: Sequence[Network] = (),
    *,
    in_clear: Sequence[Network] = (),
    most_connections: int | None = MOST_CONNECTIONS,
    resolve: Resolve = resolve,
) -> httpx.AsyncClient:
    """Returns a client for https addresses that users entered. Its requests raise AddressRefused.

    ``allowed`` are private networks that it may reach all the same: in a closed city network a
    partner's address is private. ``in_clear`` are networks that it may reach by http as well, for
    gateways there that know no TLS. Whoever gave the lists may change them later. Where others limit
    how many requests run at once, ``most_connections`` may be None.
    """
    limits = httpx.Limits(max_connections=most_connections, max_keepalive_connections=KEPT_OPEN)
    transport = httpx.AsyncHTTPTransport(verify=tls, trust_env=False, limits=limits)
    return httpx.AsyncClient(
        transport=_Guarded(transport, allowed, in_clear, resolve),
        timeout=SECONDS,
        trust_env=False,
        follow_redirects=False,
    )


class _Guarded(httpx.AsyncBaseTransport):
    def __init__(
        self,
        transport: httpx.AsyncBaseTransport,
        allowed: Sequence[Network],
        in_clear: Sequence[Network],
        resolve: Resolve,
    ) -> None:
        self._transport = transport
        self._allowed = allowed
        self._in_clear = in_clear
        self._resolve = resolve

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        is_plain = request.url.scheme == "http" and bool(self._in_clear)
        if request.url.scheme != "https" and not is_plain:
            raise AddressRefused("scheme")
        if request.url.userinfo:
            raise AddressRefused("password")
        host = request.url.host
        address = await self._checked(host, request.url.port or (80 if is_plain else 443))
        if is_plain and not _lies_in(address, self._in_clear):
            raise AddressRefused("scheme")
        request.url = request.url.copy_with(host=str(address))
        request.extensions = request.extensions | {
            "sni_hostname": host
        }  # the certificate is still the name's
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        await self._transport.aclose()

    async def _checked(self, host: str, port: int) -> IPv4Address | IPv6Address:
        """:raises AddressRefused: there is no such name, or one of its addresses must not be
        reached.
        """
        try:
            addresses = [ip_address(text) for text in await self._resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise AddressRefused("unknown") from error
        if not all(self._may_reach(address) for address in addresses):
            raise AddressRefused("private")
        return addresses[0]

    def _may_reach(self, address: IPv4Address | IPv6Address) -> bool:
        if _lies_in(address, self._allowed) or _lies_in(address, self._in_clear):
            return True
        plain = _unmapped(address)
        return (
            plain.is_global
            and not plain.is_multicast
            and not any(plain in network for network in TRANSLATED)
        )


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    return getattr(address, "ipv4_mapped", None) or address


def _lies_in(address: IPv4Address | IPv6Address, networks: Sequence[Network]) -> bool:
    return any(_unmapped(address) in network for network in networks)
