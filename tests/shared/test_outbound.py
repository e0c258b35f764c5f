"""Requests to entered addresses: only to where they may go, by the address that was checked."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from shared.http.outbound import AddressRefused, outbound_client
from shared.tls import trusting
from tests.support.authority import Authority

LOOPBACK = (ip_network("127.0.0.0/8"),)


class Hook(BaseHTTPRequestHandler):
    heard: list[str] = []  # noqa: RUF012

    def do_POST(self) -> None:
        self.heard.append(f"{self.headers['Host']}{self.path}")
        self.send_response(302 if self.path == "/moved" else 204)
        self.send_header("Location", "http://169.254.169.254/latest")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca.pem")


@pytest.fixture
def hook(authority: Authority, tmp_path: Path) -> Any:
    """A neighbour's server that is called hook.example."""
    certificate = authority.certify("hook.example")
    (tmp_path / "chain.pem").write_bytes(certificate.chain)
    (tmp_path / "key.pem").write_bytes(certificate.key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "chain.pem", tmp_path / "key.pem")
    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    Hook.heard.clear()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, list[list[str]]]], None]:
    """Plays a name server: each name has a list of answers, given one after the other."""

    def play(answers: dict[str, list[list[str]]]) -> None:
        async def getaddrinfo(_loop: object, host: str, port: int, **_: object) -> list[Any]:
            if host not in answers:
                raise socket.gaierror(socket.EAI_NONAME, "no such name")
            given = answers[host].pop(0) if len(answers[host]) > 1 else answers[host][0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in given]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)

    return play


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
async def test_no_private_address_is_reached(address: str, names: Callable[..., None]) -> None:
    names({"hook.example": [[address]], "both.example": [["1.1.1.1", address]]})
    for name in ("hook.example", "both.example"):
        with pytest.raises(AddressRefused) as refused:
            await post(outbound_client(trusting(None)), f"https://{name}/")
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
async def test_what_is_no_address_for_us_is_refused(url: str, reason: str, names: Callable[..., None]) -> None:
    names({"hook.example": [["1.1.1.1"]]})
    with pytest.raises(AddressRefused) as refused:
        await post(outbound_client(trusting(None)), url)
    assert refused.value.facts["reason"] == reason
    assert "secret" not in str(refused.value)


async def test_a_neighbour_in_an_allowed_network_is_reached_by_its_name(
    hook: HTTPServer, authority: Authority, names: Callable[..., None]
) -> None:
    names({"hook.example": [["127.0.0.1"]]})
    url = f"https://hook.example:{hook.server_port}/events"
    answer = await post(outbound_client(trusting(authority.ca_file), LOOPBACK), url)
    assert answer.status_code == 204
    assert Hook.heard == [f"hook.example:{hook.server_port}/events"]


async def test_the_certificate_must_be_the_names(
    hook: HTTPServer, authority: Authority, names: Callable[..., None]
) -> None:
    names({"other.example": [["127.0.0.1"]]})
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE"):
        await post(outbound_client(trusting(authority.ca_file), LOOPBACK), f"https://other.example:{hook.server_port}/")
    assert Hook.heard == []


async def test_a_redirect_is_not_followed(hook: HTTPServer, authority: Authority, names: Callable[..., None]) -> None:
    names({"hook.example": [["127.0.0.1"]]})
    url = f"https://hook.example:{hook.server_port}/moved"
    assert (await post(outbound_client(trusting(authority.ca_file), LOOPBACK), url)).status_code == 302


async def test_the_connection_goes_to_the_address_that_was_checked(
    hook: HTTPServer, authority: Authority, names: Callable[..., None]
) -> None:
    # The second answer of the name server leads elsewhere; nobody asks for it.
    names({"hook.example": [["127.0.0.1"], ["10.0.0.7"]]})
    url = f"https://hook.example:{hook.server_port}/events"
    assert (await post(outbound_client(trusting(authority.ca_file), LOOPBACK), url)).status_code == 204
