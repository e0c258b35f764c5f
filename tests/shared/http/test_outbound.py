"""Requests to entered addresses: only to where they may go, by the address that was checked."""

import socket
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path

import httpx
import pytest

from shared.http.outbound import AddressRefused, Resolve, outbound_client
from shared.tls import trusting
from tests.support.authority import Authority
from tests.support.web import Answer, WebServer, web_server

LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca.pem")


@pytest.fixture
def hook(authority: Authority) -> Iterator[WebServer]:
    """A neighbour's server that is called hook.example."""

    def answer(path: str) -> Answer:
        return (302, b"http://169.254.169.254/latest") if path == "/moved" else (204, b"")

    with web_server(answer, authority.serving("hook.example")) as server:
        yield server


def names(answers: dict[str, list[list[str]]]) -> Resolve:
    """Plays a name server: each name has a list of answers, given one after the other, the last for ever."""

    async def resolve(host: str, _port: int) -> list[str]:
        if host not in answers:
            raise socket.gaierror(socket.EAI_NONAME, "no such name")
        return answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]

    return resolve


async def post(client: httpx.AsyncClient, url: str) -> httpx.Response:
    async with client:
        return await client.post(url, json={})


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.7",
        "172.16.3.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
async def test_no_private_address_is_reached(address: str) -> None:
    resolve = names({"hook.example": [[address]], "both.example": [["1.1.1.1", address]]})
    for name in ("hook.example", "both.example"):
        with pytest.raises(AddressRefused) as refused:
            await post(outbound_client(trusting(None), resolve=resolve), f"https://{name}/")
        assert (refused.value.code, refused.value.facts["reason"]) == ("address_refused", "private")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
async def test_no_spelling_of_this_machine_is_reached(host: str) -> None:
    with pytest.raises(AddressRefused):
        await post(outbound_client(trusting(None)), f"https://{host}/")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hook.example/", "scheme"),
        ("ftp://hook.example/", "scheme"),
        ("https://user:secret@hook.example/", "password"),
        ("https://nowhere.example/", "unknown"),
    ],
)
async def test_what_is_no_address_for_us_is_refused(url: str, reason: str) -> None:
    resolve = names({"hook.example": [["1.1.1.1"]]})
    with pytest.raises(AddressRefused) as refused:
        await post(outbound_client(trusting(None), resolve=resolve), url)
    assert refused.value.facts["reason"] == reason
    assert "secret" not in str(refused.value)


async def test_a_neighbour_in_an_allowed_network_is_reached_by_its_name(
    hook: WebServer, authority: Authority
) -> None:
    resolve = names({"hook.example": [["127.0.0.1"]]})
    url = f"https://hook.example:{hook.port}/events"
    answer = await post(
        outbound_client(trusting(authority.ca_file), LOOPBACK, resolve=resolve), url
    )
    assert answer.status_code == 204
    assert hook.asked == [f"hook.example:{hook.port}/events"]


async def test_the_certificate_must_be_the_names(hook: WebServer, authority: Authority) -> None:
    resolve = names({"other.example": [["127.0.0.1"]]})
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        await post(
            outbound_client(trusting(authority.ca_file), LOOPBACK, resolve=resolve),
            f"https://other.example:{hook.port}/",
        )
    assert hook.asked == []


async def test_a_redirect_is_not_followed(hook: WebServer, authority: Authority) -> None:
    resolve = names({"hook.example": [["127.0.0.1"]]})
    url = f"https://hook.example:{hook.port}/moved"
    assert (
        await post(outbound_client(trusting(authority.ca_file), LOOPBACK, resolve=resolve), url)
    ).status_code == 302


async def test_the_connection_goes_to_the_address_that_was_checked(
    hook: WebServer, authority: Authority
) -> None:
    # The second answer of the name server leads elsewhere; nobody asks for it.
    resolve = names({"hook.example": [["127.0.0.1"], ["10.0.0.7"]]})
    url = f"https://hook.example:{hook.port}/events"
    assert (
        await post(outbound_client(trusting(authority.ca_file), LOOPBACK, resolve=resolve), url)
    ).status_code == 204
