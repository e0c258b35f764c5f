"""Where a request comes from: what the configured gateway says is believed, and nobody else."""

import pytest
from starlette.requests import Request

from shared.http.forwarding import ForwardingHeader, client_address, limited_address, networks_of
from shared.process import application, server_config

GATEWAY = networks_of("172.30.99.2, fd00:99::2")
ELSEWHERE = "203.0.113.9"


def found(peer: str, *lines: str, header: ForwardingHeader = "x-forwarded-for") -> str:
    headers = [(header.encode(), line.encode("latin-1")) for line in lines]
    return client_address(
        Request({"type": "http", "client": (peer, 1), "headers": headers}), GATEWAY, header
    )


@pytest.mark.parametrize(
    "peer", [ELSEWHERE, "172.30.99.3", "10.0.0.1", "127.0.0.1", "::1", "::ffff:127.0.0.1"]
)
@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded"])
def test_nobody_but_the_gateway_is_believed(peer: str, header: ForwardingHeader) -> None:
    said = "198.51.100.1" if header == "x-forwarded-for" else "for=198.51.100.1"
    assert found(peer, said, header=header) == peer.removeprefix("::ffff:")


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("198.51.100.1", "198.51.100.1"),
        (" 198.51.100.1 ", "198.51.100.1"),
        ("198.51.100.1:4711", "198.51.100.1"),
        ('"198.51.100.1:4711"', "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("[::ffff:198.51.100.1]:80", "198.51.100.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ('"[2001:db8::1]:4711"', "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("198.51.100.1, 172.30.99.2", "198.51.100.1"),
        ("198.51.100.1, ::ffff:172.30.99.2, [fd00:99::2]:1", "198.51.100.1"),
        (",, 198.51.100.1 , ,", "198.51.100.1"),
        ("1.1.1.1, unknown", "172.30.99.2"),
        ("1.1.1.1, _hidden", "172.30.99.2"),
        ("1.1.1.1, 999.1.1.1", "172.30.99.2"),
        ("1.1.1.1, [2001:db8::1", "172.30.99.2"),
        ("1.1.1.1, 198.51.100.1:x y", "172.30.99.2"),
        ("", "172.30.99.2"),
        (", ".join(["1.1.1.1"] * 500), "1.1.1.1"),
    ],
)
@pytest.mark.parametrize("peer", ["172.30.99.2", "::ffff:172.30.99.2"])
def test_the_last_hop_that_the_gateway_names_is_the_client(
    peer: str, said: str, client: str
) -> None:
    assert found(peer, said) == client


@pytest.mark.parametrize(
    ("said", "client"),
    [
        ("for=198.51.100.1", "198.51.100.1"),
        ('For="198.51.100.1:4711";proto=https;by=172.30.99.2', "198.51.100.1"),
        ('for="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=1.1.1.1, for=198.51.100.1", "198.51.100.1"),
        ('host="a,b;for=1.1.1.1";for=198.51.100.1', "198.51.100.1"),
        ("for=198.51.100.1, for=172.30.99.2", "198.51.100.1"),
        ("for=1.1.1.1, for=unknown", "172.30.99.2"),
        ("for=1.1.1.1, for=_SEVKISEK", "172.30.99.2"),
        ("for=1.1.1.1, proto=https", "172.30.99.2"),
        ("for=1.1.1.1, for=2.2.2.2;for=3.3.3.3", "172.30.99.2"),
        ("198.51.100.1", "172.30.99.2"),
    ],
)
def test_rfc_7239_is_read_where_the_gateway_writes_it(said: str, client: str) -> None:
    assert found("172.30.99.2", said, header="forwarded") == client


def test_several_lines_are_one_list() -> None:
    assert found("172.30.99.2", "1.1.1.1", "198.51.100.1") == "198.51.100.1"


def test_only_the_configured_header_is_read() -> None:
    headers = [(b"forwarded", b"for=1.1.1.1"), (b"x-forwarded-for", b"198.51.100.1")]
    request = Request({"type": "http", "client": ("172.30.99.2", 1), "headers": headers})
    assert client_address(request, GATEWAY) == "198.51.100.1"
    assert client_address(request, GATEWAY, "forwarded") == "1.1.1.1"


def test_a_gateway_may_be_written_as_a_mapped_address() -> None:
    headers = [(b"x-forwarded-for", b"198.51.100.1")]
    request = Request({"type": "http", "client": ("172.30.99.2", 1), "headers": headers})
    assert client_address(request, networks_of("::ffff:172.30.99.2")) == "198.51.100.1"


def test_an_ipv6_subscriber_counts_as_one_however_many_addresses_are_used() -> None:
    assert (
        limited_address("2001:db8:1:2::1")
        == limited_address("2001:db8:1:2:ffff::9")
        == "2001:db8:1:2::/64"
    )
    assert limited_address("2001:db8:1:3::1") != limited_address("2001:db8:1:2::1")
    assert limited_address(ELSEWHERE) == ELSEWHERE


def test_no_server_rewrites_the_address_by_itself() -> None:
    """uvicorn would believe any process of this machine; and ``forwarded_allow_ips`` comes from an environment."""
    config = server_config(application([]), host="127.0.0.1", port=0, seconds_to_stop=1)
    assert config.proxy_headers is False
