"""Looks at a running deployment through its gateway, and ends with 1 when something is not as it must be.

    python -m tests.support.gateway_checks URL all          headers, words of refusals, sign-in, streams, caps
    python -m tests.support.gateway_checks URL away NAME    the words while the service NAME does not answer
    python -m tests.support.gateway_checks URL residents    their own origin, which URL then is: its pages, nothing else
    python -m tests.support.gateway_checks URL limits       whoever makes up addresses is limited all the same; last,
                                                            for it uses up what this address may do in a minute

It signs in with DIANCAI_LOGIN, DIANCAI_PASSWORD_FILE and DIANCAI_TOTP_FILE.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.sign_in import Credentials, Session

CANARY = "canary-of-a-secret"
"""Sent where secrets stand, in invitations and behind question marks: no log may have it."""

ONCE = (
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
    "Permissions-Policy",
    "Cache-Control",
)
LANGUAGES = {
    "zh-CN,zh;q=0.9,en;q=0.5": "zh-CN",
    "en-GB,en;q=0.9": "en",
    "fr, en;q=0.5": "en",
    "": "zh-CN",
}
"""What a browser says, and what is spoken then."""

STREAMS_OF_AN_ACCOUNT = 12
STREAMS_OF_AN_ADDRESS = 200
CONNECTIONS_OF_AN_ADDRESS = 400
STRANGER_A_MINUTE = 300
PATIENCE_SECONDS = 10


class Wrong(Exception):
    """Says what is not as it must be."""


def must(holds: bool, what: object) -> None:
    """:raises Wrong: it does not hold."""
    if not holds:
        raise Wrong(what)


def is_once(answer: httpx.Response, *names: str) -> None:
    """:raises Wrong: one of the headers is missing, or there twice."""
    for name in names or ONCE:
        found = answer.headers.get_list(name)
        must(len(found) == 1, f"{answer.request.method} {answer.url}: {name} is {found}")


def is_problem(answer: httpx.Response, status: int, code: str, language: str) -> dict[str, Any]:
    """:raises Wrong: the answer is no problem document (RFC 9457) in words of that language."""
    where = f"{answer.request.method} {str(answer.url)[:80]}"
    must(
        answer.status_code == status,
        f"{where}: {answer.status_code}, not {status}: {answer.text[:200]}",
    )
    must(answer.headers["content-type"] == "application/problem+json", f"{where}: {answer.headers}")
    is_once(answer)
    is_once(answer, "Content-Language")
    must(
        answer.headers["content-language"] == language,
        f"{where}: {answer.headers['content-language']}",
    )
    must(
        "Accept-Language" in answer.headers.get("vary", ""),
        f"{where}: its language is not said to vary",
    )
    said: dict[str, Any] = answer.json()
    must((said["status"], said["code"]) == (status, code), f"{where}: {said}")
    must(said["type"] == f"urn:diancai:problem:{code}", f"{where}: {said}")
    for part in ("title", "detail", "remedy"):
        is_chinese = any("一" <= sign <= "鿿" for sign in said[part])
        must(
            is_chinese == (language == "zh-CN"),
            f"{where}: {part} is not in {language}: {said[part]}",
        )
    return said


def client(url: str, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=url, headers=headers, timeout=PATIENCE_SECONDS, trust_env=False
    )


async def check_page_and_headers(url: str) -> None:
    async with client(url) as http:
        for path in (
            "/",
            "/icon.svg",
            "/orders/2014-0017",
            "/api/catalog/health/ready",
            "/api/catalog/openapi.json",
            "/api/notify/public/contract",
            "/api/notify/public/contract/asyncapi.json",
        ):
            got, head = await http.get(path), await http.head(path)
            must(
                got.status_code == head.status_code == 200,
                f"{path}: {got.status_code}, {head.status_code}",
            )
            must(not head.content, f"HEAD {path} has a body")
            is_once(got)
            is_once(head)
        page = await http.get("/")
        again = await http.get("/orders", headers={"If-None-Match": page.headers["etag"]})
        must(again.status_code == 304, f"the page is sent again: {again.status_code}")
        script = re.search(r"/assets/[^\"]+\.js", page.text)
        must(script is not None, "the page loads no script")
        asset = await http.get(script.group() if script else "")
        must(asset.status_code == 200, f"{asset.url}: {asset.status_code}")
        is_once(asset)
        must("immutable" in asset.headers["cache-control"], f"{asset.url}: {asset.headers}")
        must(asset.headers.get("content-encoding") == "gzip", f"{asset.url}: {asset.headers}")
        for path in ("/package.json", "/index.html.bak", "/assets/", "/.env", "/metrics"):
            must((await http.get(path)).status_code == 404, f"{path} is for the public")


async def check_no_demonstration(url: str, token: str) -> None:
    """Nothing made up is ever played here: the console finds no clock and nothing to try, whoever asks."""
    async with client(url, Authorization=f"Bearer {token}") as http:
        for name in ("moment", "trial"):
            found = await http.get(f"/api/demonstration/{name}")
            must(found.status_code == 204, f"{found.url}: {found.status_code}")
        for path in ("trial", "trial/cancel", "clock"):
            is_problem(await http.post(f"/api/demonstration/{path}"), 404, "not_found", "zh-CN")


async def check_refusals(url: str) -> None:
    """The gateway's own refusals, and a service's beside them."""
    async with client(url) as http:
        for wanted, language in LANGUAGES.items():
            http.headers["Accept-Language"] = wanted
            for path in ("/nothing.html", "/nothing.js", "/api/nothing"):
                is_problem(await http.get(path), 404, "not_found", language)
            refused = await http.post("/", content=b"")
            is_problem(refused, 405, "method_not_allowed", language)
            is_once(refused, "Allow")
            large = b" " * (1_048_576 + 1)
            for path in (f"/api/requests/orders?{CANARY}", f"/api/catalog/invitations/{CANARY}"):
                is_problem(await http.post(path, content=large), 413, "body_too_large", language)
            unreadable = await http.get("/", headers={"X-Long": "a" * 40_000})
            is_problem(unreadable, 400, "request_unreadable", language)
            is_problem(await http.get("/api/requests/orders"), 401, "sign_in_required", language)
        del http.headers["Accept-Language"]
        is_problem(
            await http.get("/" + "a" * 40_000), 400, "request_unreadable", "zh-CN"
        )  # no header is read by then
        await http.get(f"/api/catalog/invitations/{CANARY}?{CANARY}")
        await http.get(f"/api/dispatch/public/stops/{CANARY}")
        await http.get(f"/api/dispatch/public/calendars/{CANARY}/diancai.ics")


@asynccontextmanager
async def waiting(url: str, path: str, count: int) -> AsyncIterator[None]:
    """So many requests at the gateway that have begun and don't go on: their bodies are still to come."""
    address = urlsplit(url)
    writers = []
    try:
        for _ in range(count):
            _reader, writer = await asyncio.open_connection(address.hostname, address.port)
            writer.write(
                f"POST {path} HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: 9\r\n\r\n".encode()
            )
            writers.append(writer)
        yield
    finally:
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)


async def check_caps_of_the_gateway(url: str) -> None:
    stream = "/api/notify/recipients/nobody/stream"
    for path, cap in (
        (stream, STREAMS_OF_AN_ADDRESS),
        (f"/api/requests/orders?{CANARY}", CONNECTIONS_OF_AN_ADDRESS),
    ):
        for wanted, language in LANGUAGES.items():
            async with waiting(url, path, cap), client(url, **{"Accept-Language": wanted}) as http:
                # What was written above is read when it comes; until all is, there is still room.
                async with asyncio.timeout(PATIENCE_SECONDS):
                    while True:
                        refused = await http.get(path)
                        if refused.status_code != 401:
                            break
                        await asyncio.sleep(0.1)  # a stranger may not ask much oftener
                is_problem(refused, 429, "too_many_connections", language)
                is_once(refused, "Retry-After")


async def check_streams(url: str, token: str) -> None:
    """A stream begins at once and stays open; what an account may not open more of is said in words."""
    async with client(url, Authorization=f"Bearer {token}") as http, AsyncExitStack() as open_ones:
        recipients = await http.get("/api/notify/recipients")
        must(recipients.status_code == 200, recipients.text[:200])
        path = f"/api/notify/recipients/{recipients.json()['items'][0]['id']}/stream"
        lines = []
        for _ in range(STREAMS_OF_AN_ACCOUNT):
            answer = await open_ones.enter_async_context(http.stream("GET", path, timeout=30))
            must(answer.status_code == 200, f"{path}: {answer.status_code}")
            is_once(answer)
            lines.append(answer.aiter_lines())
            must(await anext(lines[-1]) == ": open", f"{path} does not begin with its first line")
        for wanted, language in LANGUAGES.items():
            refused = await http.get(path, headers={"Accept-Language": wanted})
            is_problem(refused, 429, "too_many_streams", language)
            is_once(refused, "Retry-After")
        async with asyncio.timeout(30):  # a heartbeat comes every 15 seconds, through the gateway
            async for line in lines[0]:
                if line.startswith(": ping"):
                    break
            else:
                raise Wrong("the stream ended")


async def check_away(url: str, service: str) -> None:
    async with client(url) as http:
        for wanted, language in LANGUAGES.items():
            for path in ("messages/counts", "recipients/nobody/stream"):
                refused = await http.get(
                    f"/api/{service}/{path}?{CANARY}", headers={"Accept-Language": wanted}
                )
                said = is_problem(refused, 503, "no_answer", language)
                must(said["instance"] == f"/api/{service}", said)
                is_once(refused, "Retry-After")


async def check_limits(url: str) -> None:
    """Who sends another address with each request is one stranger all the same."""
    async with client(url) as http:
        for number in range(2 * STRANGER_A_MINUTE + 2):  # a minute may end meanwhile
            made_up = f"198.51.{number // 250}.{number % 250 + 1}"
            refused = await http.get(
                "/api/requests/orders",
                headers={
                    "X-Forwarded-For": made_up,
                    "Forwarded": f"for={made_up}",
                    "X-Real-IP": made_up,
                },
            )
            if refused.status_code == 429:
                is_problem(refused, 429, "too_many_requests", "zh-CN")
                return
        raise Wrong("a stranger who makes up addresses is not limited")


def signed_in() -> Credentials:
    password, totp = (
        Path(os.environ[f"DIANCAI_{name}_FILE"]).read_text().strip()
        for name in ("PASSWORD", "TOTP")
    )
    return Credentials(os.environ["DIANCAI_LOGIN"], password, totp)


async def check_residents(url: str) -> None:
    """The residents' origin serves their pages and nothing else."""
    async with client(url, Accept="text/html") as http:
        for path in ("/", "/index.html", "/api/catalog/health/live", "/api/dispatch/stops"):
            away = await http.get(path)
            leads = (away.status_code, away.headers.get("location"))
            must(leads == (302, "/public/townships"), f"{path}: {leads}")
        page = await http.get("/public/townships")
        must(page.status_code == 200, f"{page.url}: {page.status_code}")
        must(page.headers["content-type"].startswith("text/html"), f"{page.url}: {page.headers}")
        is_once(page)
        township = re.search(r'href="(townships/\d+)"', page.text)
        must(township is not None, "no township is listed")
        outlook = await http.get(f"/public/{township[1] if township else ''}")
        must(outlook.status_code == 200, f"{outlook.url}: {outlook.status_code}")
        is_once(outlook)
        drafts = await http.get("/catalog/public/consultations", follow_redirects=True)
        must(drafts.url.path == "/public/consultations", f"{drafts.url}")
        must(drafts.status_code == 200, f"{drafts.url}: {drafts.status_code}")
        is_once(drafts)
        unsigned = await http.get("/public/ratings/unsigned")
        must(unsigned.status_code == 404, f"{unsigned}")
        contract = await http.get("/public/contract")
        must(contract.status_code == 404, f"{contract.url}: {contract.status_code}")
        nothing = await http.post("/public/opinions", data={"receipt": "2345-6789-ABCD"})
        must(nothing.status_code == 422, f"{nothing.url}: {nothing.status_code}")
        refused = await http.post("/public/townships")
        must(refused.status_code == 403, f"POST is answered with {refused.status_code}")
        above = await http.get("/public/%2e%2e/health/ready")
        must(above.status_code in (302, 404), f"{above.url}: {above.status_code}")


async def main(url: str, what: str, *names: str) -> None:
    if what == "away":
        await check_away(url, *names)
    elif what == "residents":
        await check_residents(url)
    elif what == "limits":
        await check_limits(url)
    else:
        await check_page_and_headers(url)
        await check_refusals(url)
        token = await Session(url, signed_in()).token()
        await check_no_demonstration(url, token)
        await check_streams(url, token)
        await check_caps_of_the_gateway(url)


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except Wrong as wrong:
        sys.exit(f"gateway: {wrong}")
