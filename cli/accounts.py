"""The demonstration accounts of an embedded system: one for each role, made at its first start."""

import json
import os
import secrets
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Any

import pyotp
import segno
from rich.console import Console
from rich.table import Table

from cli.scenario import ruian_2014
from cli.sign_in import CannotSignIn, Session, read_accounts
from cli.terminal import words
from services.catalog.application.accounts import ensure_account
from shared.kernel.access import Role
from shared.service import Service

FILE = Path("secrets") / "accounts.json"
ISSUER = "Diancai"
"""What authenticator apps call this system."""


def demonstration_accounts() -> list[dict[str, Any]]:
    """Name, roles and scope of each, with a password of its own."""
    scenario = ruian_2014()
    township = scenario.first_stop["township"]
    team = scenario.teams[0]["code"]
    scopes: Mapping[Role, dict[str, str]] = {
        Role.OFFICER: {"township_code": township},
        Role.CLERK: {"township_code": township},
        Role.LEADER: {"team_code": team},
        Role.VOLUNTEER: {"team_code": team, "volunteer_no": "V-000001"},
    }
    return [
        {
            "login": role.value.replace("_", "-"),
            "roles": [role.value],
            "scope": scopes.get(role, {}),
            "password": secrets.token_urlsafe(12),
            "totp_secret": pyotp.random_base32() if role is Role.COORDINATOR else None,
        }
        for role in Role
    ]


async def ensure_demonstration_accounts(catalog: Service, data: Path, console: Console) -> None:
    """Makes them at the first start, and only then says their passwords; they stay in a file that is its owner's."""
    file = data / FILE
    is_first = not file.exists()
    if is_first:
        _write(file, demonstration_accounts())
    accounts = json.loads(file.read_text("utf-8"))
    for account in accounts:
        await ensure_account(
            catalog.uow,
            catalog.api.state.provider.passwords,
            login=account["login"],
            password=account["password"],
            totp_secret=account["totp_secret"],
            roles=[Role(role) for role in account["roles"]],
            scope=account["scope"],
        )
    if is_first:
        _show(console, accounts, file)


def demonstration_session(url: str, data: Path, role: str) -> Session:
    """Signs in as the demonstration account of a role. :raises CannotSignIn: there is none."""
    accounts = read_accounts(data / FILE)
    found = next((account for account in accounts if role in (account.login, *account.roles)), None)
    if found is None:
        raise CannotSignIn(words("sign_in.no_such_account", role=role, known=", ".join(a.login for a in accounts)))
    return Session(url, found)


def _write(file: Path, accounts: list[dict[str, Any]]) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        json.dump(accounts, out, indent=1)
    draft.replace(file)


def _show(console: Console, accounts: list[dict[str, Any]], file: Path) -> None:
    headings = (words("up.login"), words("up.password"), words("up.one_time_secret"))
    table = Table(*headings, title=words("up.accounts"), title_justify="left")
    for account in accounts:
        table.add_row(account["login"], account["password"], account["totp_secret"] or "")
    console.print(table)
    for account in accounts:
        if account["totp_secret"]:
            console.print(words("up.scan", login=account["login"]), soft_wrap=True)
            _show_code(console, account["login"], account["totp_secret"])
    console.print(words("up.accounts_kept", file=file), soft_wrap=True, highlight=False, markup=False)


def _show_code(console: Console, login: str, secret: str) -> None:
    """The address that authenticator apps read (otpauth), as a QR code where the terminal has its characters."""
    address = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    if console.options.ascii_only:
        console.print(address, soft_wrap=True, highlight=False, markup=False)
        return
    drawn = StringIO()
    segno.make(address, micro=False, error="l").terminal(drawn, compact=True, border=2)
    console.print(drawn.getvalue().rstrip("\n"), soft_wrap=True, highlight=False, markup=False)
