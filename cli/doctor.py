"""``diancai doctor``: is everything as it must be, and if not, what helps."""

import os
import socket
import sys
from contextlib import suppress
from pathlib import Path

import httpx

from cli.demo import PUBLISHERS
from cli.options import session_for
from cli.sign_in import CannotSignIn
from cli.up import HOST, CannotStart, check_folder
from shared.db.lock import LOCK, url_of_holder
from shared.doctor import Finding


def check_machine(data: Path, port: int) -> list[Finding]:
    """This machine, for the embedded mode."""
    findings = [_python()]
    try:
        check_folder(data)
        findings.append(Finding("data folder", f"{data} is writable"))
        if url := url_of_holder(data / LOCK):
            findings.append(
                Finding(
                    "system", f"serves at {url} from this folder", advice="diancai doctor --url URL"
                )
            )
    except CannotStart as error:
        findings.append(Finding("data folder", str(data), str(error)))
    with socket.socket() as probe:
        taken = probe.connect_ex((HOST, port)) == 0
    ours = url_of_holder(data / LOCK) == f"http://{HOST}:{port}"
    remedy = f"PORT={port + 1}" if taken and not ours else ""
    findings.append(Finding("port", f"{port} is {'taken' if taken else 'free'}", remedy))
    return findings


async def examine(url: str, data: Path) -> list[Finding]:
    """A running system, as the operator of DIANCAI_TOKEN or of the data folder where there is one."""
    token = os.environ.get("DIANCAI_TOKEN")
    if token is None:
        with suppress(CannotSignIn, httpx.HTTPError):  # the rest can be said without
            token = await session_for(url, data, "operator").token()
    return await check_system(url, token)


async def check_system(url: str, token: str | None) -> list[Finding]:
    """A running system behind one address; with an operator's ``token`` also what only operators may read."""
    findings = (
        []
        if token
        else [
            Finding("sign-in", "none, so parked events are not counted", "see diancai token --help")
        ]
    )
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=url, timeout=5, trust_env=False, headers=headers) as http:
        for service in PUBLISHERS:
            findings.append(await _service(http, service))
        findings.append(await _provider(http))
    return findings


async def _provider(http: httpx.AsyncClient) -> Finding:
    """catalog's own identity provider; a city may have another."""
    try:
        said = await http.get("/api/catalog/.well-known/openid-configuration")
        if said.status_code == 404:
            return Finding("identity", "not catalog's own provider: the city's")
        keys = (await http.get("/api/catalog/oidc/jwks")).json()["keys"]
        issuer = said.json()["issuer"]
    except (httpx.TransportError, KeyError, ValueError) as error:
        return Finding(
            "identity", f"does not answer ({type(error).__name__})", "see CATALOG_SIGNING_KEYS_FILE"
        )
    secure = issuer.startswith("https://") or "//127.0.0.1" in issuer or "//localhost" in issuer
    remedy = "" if secure else "serve it by https, or passwords travel in clear"
    return Finding("identity", f"{issuer}, {len(keys)} key(s)", remedy)


async def _service(http: httpx.AsyncClient, service: str) -> Finding:
    try:
        ready = await http.get(f"/api/{service}/health/ready")
        if ready.status_code == 200:
            answer = await http.get(f"/api/{service}/events/parked")
            parked = len(answer.json()) if answer.status_code == 200 else 0
            if parked:
                return Finding(
                    service,
                    f"ready, {parked} events parked",
                    f"diancai parked list --service {service}",
                )
            return Finding(service, "ready")
        wrong = (
            ready.json().get("wrong", {}) if "json" in ready.headers.get("content-type", "") else {}
        )
        said = (
            "; ".join(f"{part}: {what}" for part, what in wrong.items())
            or f"answers {ready.status_code}"
        )
        return Finding(service, said, "mend what is named, then ask again")
    except httpx.TransportError as error:
        return Finding(
            service,
            f"not reachable ({type(error).__name__})",
            "is it started, and is the address right?",
        )


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python", version, "" if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed"
    )
