"""What a client asks when it sends a person to sign in, and what it may ask (RFC 6749, 4.1.1; RFC 7636; OpenID
Connect Core 1.0, 3.1.2)."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from shared.kernel.errors import InvalidInput

WEB, COMMAND_LINE = "diancai-web", "diancai-cli"
LONGEST_VALUE = 400
LONGEST_STATE = 2000

ErrorCode = Literal[
    "invalid_request",
    "unsupported_response_type",
    "access_denied",
    "login_required",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
]

# This machine under each of its names, which mean the same (RFC 8252, 8.3): scheme and host, then port, then path.
_LOOPBACK = re.compile(
    r"http://(?:127\.0\.0\.1|localhost|\[::1\])(?::([0-9]{1,5}))?(/[A-Za-z0-9/._~-]*)?"
)
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # SHA-256 as base64url
_NOT_SUPPORTED: dict[str, ErrorCode] = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
_KNOWN = {
    *(
        "response_type",
        "response_mode",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "prompt",
    ),
    *("code_challenge", "code_challenge_method", *_NOT_SUPPORTED),
}


class AuthorizationError(Exception):
    """A refusal that the client is told at its redirect URI (RFC 6749, 4.1.2.1). The description is for its
    developers."""

    def __init__(self, error: ErrorCode, description: str, asked: "AuthorizationRequest") -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.asked = asked


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A request that was checked. ``scope`` is what of the asked is granted: ``openid`` or nothing."""

    client_id: str
    redirect_uri: str
    code_challenge: str = ""
    state: str = ""
    nonce: str = ""
    scope: str = ""


def is_same_place(address: str, other: str) -> bool:
    """Whether two addresses are equal word for word, or are this machine, port and path under different names."""
    if address == other:
        return True
    found, expected = _LOOPBACK.fullmatch(address), _LOOPBACK.fullmatch(other)
    return found is not None and expected is not None and found.groups() == expected.groups()


def may_return_to(client_id: str, redirect_uri: str, *, web_redirect_uris: Collection[str]) -> bool:
    """Whether answers for a client may be sent to an address. The console has one for each address
    at which browsers reach it; a command line listens on this
    machine, on a port of its own (RFC 8252, 7.3)."""
    if client_id == WEB:
        return any(is_same_place(redirect_uri, one) for one in web_redirect_uris)
    loopback = _LOOPBACK.fullmatch(redirect_uri)
    if client_id != COMMAND_LINE or loopback is None:
        return False
    port, path = loopback.groups()
    return path is not None and 0 < int(port or 80) < 65536


def read_authorization(
    parameters: Iterable[tuple[str, str]], *, web_redirect_uris: Collection[str]
) -> AuthorizationRequest:
    """Checks a request; parameters that are not known are ignored (RFC 6749, 3.1).

    :raises InvalidInput: the answer would go where none may go: the person is told, and the browser stays.
    :raises AuthorizationError: something else is wrong: the client is told.
    """
    pairs = [
        (name, value) for name, value in parameters if value
    ]  # without a value it is as if it were left out
    said = dict(pairs)
    counts = Counter(name for name, _ in pairs if name in _KNOWN)
    repeated = sorted(name for name, count in counts.items() if count > 1)
    client_id, redirect_uri = said.get("client_id", ""), said.get("redirect_uri", "")
    allowed = may_return_to(client_id, redirect_uri, web_redirect_uris=web_redirect_uris)
    if (
        not allowed
        or {"client_id", "redirect_uri"} & set(repeated)
        or len(redirect_uri) > LONGEST_VALUE
    ):
        raise InvalidInput("client_unknown", field="redirect_uri")
    state = said.get("state", "") if "state" not in repeated else ""
    asked = AuthorizationRequest(
        client_id,
        redirect_uri,
        said.get("code_challenge", ""),
        state if len(state) <= LONGEST_STATE else "",
        said.get("nonce", ""),
        "openid" if "openid" in said.get("scope", "").split(" ") else "",
    )
    for code, description in _faults(said, repeated):
        raise AuthorizationError(code, description, asked)
    return asked


def _faults(said: dict[str, str], repeated: list[str]) -> Iterable[tuple[ErrorCode, str]]:
    if repeated:
        yield "invalid_request", f"sent more than once: {', '.join(repeated)[:200]}"
    for name, code in _NOT_SUPPORTED.items():
        if name in said:
            yield code, f"the parameter {name} is not supported"
    if "response_type" not in said:
        yield "invalid_request", "response_type is missing"
    if said.get("response_type") != "code":
        yield "unsupported_response_type", "response_type must be code"
    if said.get("response_mode", "query") != "query":
        yield "invalid_request", "response_mode must be query"
    if said.get("code_challenge_method") != "S256":
        yield "invalid_request", "code_challenge_method must be S256 (RFC 7636)"
    if not _CHALLENGE.fullmatch(said.get("code_challenge", "")):
        yield (
            "invalid_request",
            "code_challenge is missing, or is no SHA-256 in base64url (RFC 7636)",
        )
    if len(said.get("state", "")) > LONGEST_STATE:
        yield "invalid_request", f"state has more than {LONGEST_STATE} characters"
    nonce = said.get("nonce", "")
    if len(nonce) > LONGEST_VALUE or not nonce.isprintable():
        yield (
            "invalid_request",
            f"nonce has more than {LONGEST_VALUE} characters, or some that can't be printed",
        )
    prompts = said.get("prompt", "").split(" ")
    if "none" in prompts:
        # This provider keeps no session of its own in the browser, so nobody is signed in without the page.
        yield (
            ("login_required", "the person has to sign in")
            if prompts == ["none"]
            else ("invalid_request", "prompt=none goes with no other value")
        )
