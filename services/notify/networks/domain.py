"""Which networks may be allowed at all. No framework, no I/O."""

from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

Network = IPv4Network | IPv6Network

WIDEST = {4: 8, 6: 32}
"""The shortest prefix of a network that is one place, by the version of the protocol."""


@dataclass(eq=False, kw_only=True)
class AllowedNetwork(Aggregate):
    """``network`` in its one spelling, such as 10.1.0.0/16. ``in_clear``: gateways there are also reached by http,
    because they know no TLS. ``note`` says what is there."""

    kind: ClassVar[str] = "allowed_network"

    id: str
    network: str
    in_clear: bool
    note: str
    entered_at: datetime

    @property
    def key(self) -> str:
        return self.id


def clean_network(typed: str) -> Network:
    """A network, or one address as a network of its own.

    :raises InvalidInput: it is none; it is wider than a place can be; or it is this machine itself, or where clouds
        keep the machines' own secrets (link-local), which nobody outside may be led to.
    """
    try:
        network = ip_network(typed, strict=False)
    except ValueError:
        raise InvalidInput("network_malformed", field="network") from None
    if network.prefixlen < WIDEST[network.version]:
        raise InvalidInput("network_too_wide", field="network", widest=WIDEST[network.version])
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped is not None:
        raise InvalidInput("network_malformed", field="network")
    if network.is_loopback or network.is_link_local or network.is_multicast:
        raise InvalidInput("network_forbidden", field="network")
    return network
