"""Signs in at the identity provider as a browser does: authorization code with PKCE, then refresh."""

import asyncio
import base64
import hashlib
import html
import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp

from cli.files import BadFile, read_json
from cli.terminal import language_of, words

ACCOUNTS_FILE = Path("secrets") / "accounts.json"
"""In the data folder: the demonstration accounts."""

CLIENT = "diancai-cli"
REDIRECT = (
    "http://127.0.0.1/signed-in"  # nobody listens there: the code is read from the answer itself
)
TIMEOUT = httpx.Timeout(30, connect=3)
RENEW_SECONDS = 60
"""A token that ends within this is replaced ahead of time."""


class CannotSignIn(Exception):
    """Says in words what stands in the way."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What an account signs in with; ``totp_secret`` in base32 where it has a second factor."""

    login: str
    password: str
    totp_secret: str | None = None
    roles: tuple[str, ...] = ()


class Session:
    """Access tokens for one account, renewed as they end."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._base = f"{url.rstrip('/')}/api/catalog"
        self._credentials = credentials
        self._access = ""
        self._refresh = ""
        self._ends_at = float("-inf")
        self._turn = asyncio.Lock()

    async def token(self) -> str:
        """:raises CannotSignIn: the provider refused. :raises httpx.TransportError: it does not answer."""
        async with self._turn:  # many ask at once, one signs in
            if time.monotonic() < self._ends_at - RENEW_SECONDS:
                return self._access
            headers = {"Accept-Language": language_of()}
            async with httpx.AsyncClient(timeout=TIMEOUT, headers=headers, trust_env=False) as http:
                await self._renew(http)
            return self._access

    def forget(self, refused: str) -> None:
        """The token was refused: the next call gets another, unless that has happened already."""
        if refused == self._access:
            self._ends_at = float("-inf")

    async def _renew(self, http: httpx.AsyncClient) -> None:
        if self._refresh:
            fields = {
                "grant_type": "refresh_token",
                "refresh_token": self._refresh,
                "client_id": CLIENT,
            }
            answer = await http.post(f"{self._base}/oidc/token", data=fields)
            if answer.status_code == 200:
                self._take(answer)
                return
        self._take(await self._exchange(http))

    def _take(self, answer: httpx.Response) -> None:
        try:
            said = answer.json()
            self._access, self._refresh = said["access_token"], said["refresh_token"]
            self._ends_at = time.monotonic() + said["expires_in"]
        except (ValueError, KeyError, TypeError) as error:
            raise CannotSignIn(words("not_diancai", url=self._base)) from error

    async def _exchange(self, http: httpx.AsyncClient) -> httpx.Response:
        verifier = secrets.token_urlsafe(48)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
            .decode()
            .rstrip("=")
        )
        asked = {
            "response_type": "code",
            "code_challenge_method": "S256",
            "client_id": CLIENT,
            "redirect_uri": REDIRECT,
            "code_challenge": challenge,
            "state": secrets.token_hex(8),
        }
        form = asked | {"login": self._credentials.login, "password": self._credentials.password}
        answer = await self._post_form(http, form, ahead=0)
        if answer.status_code == 422 and self._credentials.totp_secret:
            # This moment's code may have been used just before, and so may the next: then only waiting helps.
            answer = await self._post_form(http, form, ahead=1)
            if answer.status_code == 422:
                await asyncio.sleep(pyotp.TOTP(self._credentials.totp_secret).interval)
                answer = await self._post_form(http, form, ahead=1)
        if answer.status_code != 303:
            raise CannotSignIn(_why(answer))
        said = parse_qs(urlsplit(answer.headers["location"]).query)
        if said.get("state") != [asked["state"]]:
            raise CannotSignIn("the answer belongs to another sign-in")
        answer = await http.post(
            f"{self._base}/oidc/token",
            data={
                "grant_type": "authorization_code",
                "code": said["code"][0],
                "client_id": CLIENT,
                "redirect_uri": REDIRECT,
                "code_verifier": verifier,
            },
        )
        if answer.status_code != 200:
            raise CannotSignIn(_why(answer))
        return answer

    async def _post_form(
        self, http: httpx.AsyncClient, form: dict[str, str], *, ahead: int
    ) -> httpx.Response:
        """``ahead``: the one-time code of so many time steps later, which the provider takes as well."""
        if self._credentials.totp_secret:
            totp = pyotp.TOTP(self._credentials.totp_secret)
            form = form | {"code": totp.at(int(time.time()) + ahead * totp.interval)}
        return await http.post(f"{self._base}/oidc/authorize", data=form)


def why_silent(error: httpx.TransportError) -> str:
    """A few words about why no answer came, without the name of a class."""
    if isinstance(error, httpx.TimeoutException):
        return words("silent.no_answer_in_time")
    if isinstance(error, httpx.ConnectError):
        return words("silent.no_connection")
    return str(error) or type(error).__name__


def _why(answer: httpx.Response) -> str:
    wrong = re.search(r'role="alert">([^<]+)<', answer.text)
    if wrong:
        return html.unescape(wrong[1])
    try:
        said = answer.json()
        return str(said.get("remedy") or said.get("error_description") or said)
    except ValueError:
        return f"the provider answers {answer.status_code}"


def read_accounts(file: Path) -> list[Credentials]:
    """The demonstration accounts of an embedded system. :raises CannotSignIn: there is no such file."""
    try:
        said = read_json(file)
    except BadFile as error:
        raise CannotSignIn(words("sign_in.no_accounts", why=error.said_in())) from error
    return [
        Credentials(entry["login"], entry["password"], entry["totp_secret"], tuple(entry["roles"]))
        for entry in said
    ]


def demonstration_session(url: str, data: Path, role: str) -> Session:
    """Signs in as the demonstration account of a role. :raises CannotSignIn: there is none."""
    accounts = read_accounts(data / ACCOUNTS_FILE)
    found = next((account for account in accounts if role in (account.login, *account.roles)), None)
    if found is None:
        raise CannotSignIn(
            words("sign_in.no_such_account", role=role, known=", ".join(a.login for a in accounts))
        )
    return Session(url, found)
