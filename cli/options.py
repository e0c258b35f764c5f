"""What commands that talk to a system have alike: where it is, and as whom they act."""

import os
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated

import typer

from cli.accounts import demonstration_session
from cli.client import Client
from cli.sign_in import CannotSignIn, Credentials, Session

DEFAULT_URL = "http://127.0.0.1:8000"
Url = Annotated[str, typer.Option(envvar="DIANCAI_URL", help="Address of the gateway, or of an embedded process.")]
Data = Annotated[Path, typer.Option(envvar="DIANCAI_DATA", help="Folder for the stores, the mail and the log.")]
As = Annotated[str, typer.Option("--as", help="Act as this demonstration account of an embedded system.")]


def session_for(url: str, data: Path, as_role: str) -> Session:
    """The account that the environment names, else a demonstration account.

    :raises CannotSignIn: there is neither.
    """
    login = os.environ.get("DIANCAI_LOGIN")
    if not login:
        return demonstration_session(url, data, as_role)
    secret = {name: os.environ.get(f"DIANCAI_{name}_FILE") for name in ("PASSWORD", "TOTP")}
    if not secret["PASSWORD"]:
        raise CannotSignIn("DIANCAI_LOGIN is set; DIANCAI_PASSWORD_FILE must name the file of its password")
    read = {name: Path(file).read_text("utf-8").strip() for name, file in secret.items() if file}
    return Session(url, Credentials(login, read["PASSWORD"], read.get("TOTP")))


def client_for(url: str, data: Path, as_role: str, *, patience_seconds: float) -> AbstractAsyncContextManager[Client]:
    """Acts with DIANCAI_TOKEN where that is given, else signs in."""
    given = os.environ.get("DIANCAI_TOKEN")
    if given:
        return Client.at(url, token=given, patience_seconds=patience_seconds)
    return Client.at(url, session=session_for(url, data, as_role), patience_seconds=patience_seconds)
