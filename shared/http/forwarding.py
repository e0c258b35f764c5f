"""Where a request comes from, when a gateway stands before the service.

Sources: RFC 7239 (``Forwarded``), and the forms of ``X-Forwarded-For`` that gateways write in
practice: a bare address, ``address:port``, ``[IPv6]:port``, and any of these in quotation marks.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from starlette.requests import Request

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
ForwardingHeader = Literal["x-forwarded-for", "forwarded"]

PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a proxy adds to the requests that it passes on."""

LIMITED_PREFIX = 64
"""One subscriber has a whole IPv6 network of this length (RFC 6177), so limits count the network.
"""


def networks_of(text: str) -> list[Network]:
    """Parses networks from ``"a,b"``; a single address is a network of one.

    :raises ValueError: a part is no network.
    """
    return [_plain_network(ip_network(part.strip())) for part in text.split(",") if part.strip()]


def client_address(
    request: Request, trusted: Sequence[Network], header: ForwardingHeader = "x-forwarded-for"
) -> str:
    """Returns the address that a request comes from, in its shortest form; empty when the server
    knows none.

    Only ``header`` is read, and only what a ``trusted`` peer wrote into it. The entries are read
    from the last one backwards, each as long as the one behind it is trusted. An entry that is no
    address (``unknown``, an obfuscated name of RFC 7239, or garbage) ends this; the proxy that
    wrote it is then the client.
    """
    peer = request.client.host if request.client else ""
    address = address_of(peer)
    if address is None:
        return peer[:60]
    if trusted and _is_in(address, trusted):
        lines = request.headers.getlist(header)
        entries = list(
            _forwarded_for(lines) if header == "forwarded" else _split(",".join(lines), ",")
        )
        for entry in reversed(entries):
            said = address_of(entry)
            if said is None:
                break
            address = said
            if not _is_in(address, trusted):
                break
    return str(address)


def is_from_this_machine(request: Request) -> bool:
    """Returns whether a request comes from this machine, and no proxy on it passed it on."""
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    client = address_of(request.client.host) if request.client else None
    return client is not None and client.is_loopback


@lru_cache(maxsize=4096)
def address_of(text: str) -> Address | None:
    """Returns the address in one entry, without its port and zone, or None when there is none.

    An IPv4 address that is written as IPv6 (``::ffff:192.0.2.1``) is returned as the IPv4 address.
    """
    text = text.strip().strip('"').strip()
    if text.startswith("["):
        host, closed, port = text[1:].partition("]")
        if not closed or not _is_port(port):
            return None
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
        if not _is_port(f":{port}"):
            return None
    else:
        host = text
    try:
        return _plain(ip_address(host.partition("%")[0]))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def limited_address(address: str) -> str:
    """Returns the unit that rate limits count: an IPv4 address, or the network of an IPv6 address."""
    found = address_of(address)
    if isinstance(found, IPv6Address):
        return str(ip_network((int(found) >> LIMITED_PREFIX << LIMITED_PREFIX, LIMITED_PREFIX)))
    return address


def _forwarded_for(lines: Sequence[str]) -> Iterator[str]:
    """Yields the ``for`` parameter of each hop; an empty text if a hop has none, or more than one."""
    for hop in _split(",".join(lines), ","):
        pairs = [pair.partition("=") for pair in _split(hop, ";")]
        said = [value for name, _, value in pairs if name.strip().lower() == "for"]
        yield said[0] if len(said) == 1 else ""


def _split(text: str, separator: str) -> list[str]:
    """Returns the parts that are not empty. A separator inside quotation marks does not count."""
    if '"' not in text:
        return [part for part in text.split(separator) if part.strip()]
    parts, quoted, part = [], False, ""
    for character in text:
        quoted ^= character == '"'
        if character == separator and not quoted:
            parts.append(part)
            part = ""
        else:
            part += character
    return [part for part in [*parts, part] if part.strip()]


def _is_port(text: str) -> bool:
    """Whether ``text`` is empty or ``:port``; a port may be obfuscated (RFC 7239, 6)."""
    return not text or (text[0] == ":" and (text[1:].isalnum() or text[1:].startswith("_")))


def _plain(address: Address) -> Address:
    return getattr(address, "ipv4_mapped", None) or address


def _plain_network(network: Network) -> Network:
    if (
        isinstance(network, IPv6Network)
        and network.prefixlen >= 96
        and network.network_address.ipv4_mapped
    ):
        return ip_network(f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}")
    return network


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)
