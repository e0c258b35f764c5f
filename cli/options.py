"""What commands that talk to a system have alike: where it is, and as whom they act."""

import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from cli.client import Client
from cli.files import BadFile, read_text
from cli.sign_in import CannotSignIn, Credentials, Session, demonstration_session
from cli.terminal import errors, language_of, words
from shared.db.lock import LOCK, url_of_holder

FIRST_SECONDS = 5.0
"""How long an address may stay silent that has never answered: it is most likely a wrong one. A part that was there
before may restart, and is waited for much longer."""

DEFAULT_URL = ""
"""See :func:`address_of`."""

Url = Annotated[
    str,
    typer.Option(
        envvar="DIANCAI_URL",
        show_default="where PORT says, else the process that has the data folder, else http://127.0.0.1:8000",
        help="Address of the gateway, or of an embedded process.",
    ),
]
Data = Annotated[
    Path, typer.Option(envvar="DIANCAI_DATA", help="Folder for the stores, the mail and the log.")
]
As = Annotated[
    str, typer.Option("--as", help="Act as this demonstration account of an embedded system.")
]


class BadAddress(Exception):
    """Says in words that an address is none."""


def address_of(url: str, data: Path) -> str:
    """Where the system is: what was said, else the port that PORT names on this machine, else where the process
    serves that has the data folder, else port 8000.

    :raises BadAddress: it is no http address.
    """
    port = os.environ.get("PORT")
    found = (
        url
        or (f"http://127.0.0.1:{port}" if port else url_of_holder(data / LOCK))
        or "http://127.0.0.1:8000"
    )
    try:
        parts = urlsplit(found)
        if parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0:
            return found.rstrip("/")
    except ValueError:
        pass
    raise BadAddress(words("not_an_address", url=found))


def session_for(url: str, data: Path, as_role: str) -> Session:
    """The account that the environment names, else a demonstration account.

    :raises CannotSignIn: there is neither. :raises BadAddress: see :func:`address_of`.
    """
    address = address_of(url, data)
    login = os.environ.get("DIANCAI_LOGIN")
    if not login:
        return demonstration_session(address, data, as_role)
    secret = {name: os.environ.get(f"DIANCAI_{name}_FILE") for name in ("PASSWORD", "TOTP")}
    if not secret["PASSWORD"]:
        raise CannotSignIn(words("sign_in.no_password_file"))
    try:
        read = {name: read_text(Path(file)).strip() for name, file in secret.items() if file}
    except BadFile as error:
        raise CannotSignIn(error.said_in()) from error
    return Session(address, Credentials(login, read["PASSWORD"], read.get("TOTP")))


def client_for(
    url: str, data: Path, as_role: str, *, patience_seconds: float
) -> AbstractAsyncContextManager[Client]:
    """Acts with DIANCAI_TOKEN where that is given, else signs in."""
    given = os.environ.get("DIANCAI_TOKEN")
    return Client.at(
        address_of(url, data),
        token=given,
        session=None if given else session_for(url, data, as_role),
        patience_seconds=patience_seconds,
        language=language_of(),
        first_seconds=FIRST_SECONDS,
        on_silence=_say_silence,
    )


def _say_silence(url: str, seconds: float) -> None:
    said = words("still_trying", url=url, seconds=f"{seconds:.0f}")
    errors.print(said, soft_wrap=True, highlight=False, markup=False)
