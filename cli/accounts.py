"""The demonstration accounts of an embedded system, made at its first start.

There is one for each role, and a second coordinator, with whom the first shares tasks. What the roles with a scope
are for, a township, a team and a volunteer, is entered with them: the volunteer is made up, so that the account never
belongs to a real person who registers. Without the demonstration there are only the accounts that need no scope.
"""

import json
import os
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pyotp
import segno
from rich.console import Console
from rich.table import Table

from cli.scenario import MEMBERS, ruian_2014
from cli.sign_in import ACCOUNTS_FILE
from cli.terminal import words
from services.catalog.account_administration.use_cases import ensure_account
from services.catalog.accounts.domain.account import SECOND_FACTOR
from services.catalog.accounts.queries import is_login_taken
from services.catalog.directory.use_cases import enter_agency, enter_township, register_team
from services.catalog.volunteers.use_cases.entering import NewVolunteer, register_volunteer
from shared.kernel.access import Role
from shared.service import Service
from shared.unit_of_work import UnitOfWork

ISSUER = "Diancai"
"""What authenticator apps call this system."""
OFFERED = (
    *(Role.OFFICER, Role.COORDINATOR, Role.LEADER, Role.VOLUNTEER),
    *(Role.CLERK, Role.AUDITOR, Role.OPERATOR, Role.SUBSCRIBER),
)
COLLEAGUE = "colleague"
"""The second coordinator among the accounts that the sign-in page offers, beside the roles."""
COLLEAGUE_LOGIN = "王科长"
NAMES = {"coordinator": "李主任", COLLEAGUE_LOGIN: "王科长"}
"""What the coordinators call each other, by login name. Made up, as every name of the demonstration's persons."""
SYNTHETIC_PHONE = "13800000000"
"""Of nobody; mainland numbers have no range that is kept free for examples."""


def demonstration_team() -> str:
    """The code of the team that the demonstration's leader and volunteer belong to."""
    return str(ruian_2014().teams[0]["code"])


def demonstration_accounts(*, scoped: bool) -> list[dict[str, Any]]:
    """Name, roles and scope of each, with a password of its own; ``scoped``: also the colleague, and those that are for
    a township, a team or a volunteer. The volunteer's scope is found when the account is made."""
    scenario = ruian_2014()
    township = {"township_code": scenario.first_stop["township"]}
    scopes: Mapping[Role, dict[str, str]] = {
        Role.OFFICER: township,
        Role.CLERK: township,
        Role.LEADER: {"team_code": demonstration_team()},
        Role.VOLUNTEER: {},
    }
    named = [(login_of_role(role), role) for role in Role if scoped or role not in scopes]
    if scoped:
        named.append((COLLEAGUE_LOGIN, Role.COORDINATOR))
    return [
        {
            "login": login,
            "roles": [role.value],
            "scope": scopes.get(role, {}),
            "password": secrets.token_urlsafe(12),
            "totp_secret": pyotp.random_base32() if role in SECOND_FACTOR else None,
        }
        for login, role in named
    ]


def login_of_role(role: Role) -> str:
    """Returns the login name of a role's demonstration account."""
    return role.value.replace("_", "-")


def demonstration_logins() -> dict[str, str]:
    """Returns the login names of the accounts that the sign-in page offers for a click, in the order in which the
    roles take an order through the system."""
    logins = {role.value: login_of_role(role) for role in OFFERED}
    return logins | {COLLEAGUE: COLLEAGUE_LOGIN}


async def ensure_demonstration_accounts(
    catalog: Service, data: Path, console: Console, *, scoped: bool
) -> None:
    """Makes them at the first start, and only then says their passwords; they stay in a file that is its owner's."""
    file = data / ACCOUNTS_FILE
    accounts = json.loads(file.read_text("utf-8")) if file.exists() else []
    known = {account["login"] for account in accounts}
    new = [
        account
        for account in demonstration_accounts(scoped=scoped)
        if account["login"] not in known
    ]
    if new:
        _write(file, accounts := [*accounts, *new])
    for account in accounts:
        async with (
            catalog.uow.transaction() as tx
        ):  # the volunteer and the account are made together, or neither
            await _ensure_one(catalog, catalog.uow.nested(tx), account)
    if new:
        _show(console, new, file)


async def _ensure_one(catalog: Service, uow: UnitOfWork, account: Mapping[str, Any]) -> None:
    scope = dict(account["scope"])
    if await is_login_taken(uow, account["login"]):
        return
    if "township_code" in scope:
        await _enter_township(uow, scope["township_code"])
    if "team_code" in scope:
        await _enter_team(uow, scope["team_code"])
    if Role.VOLUNTEER in account["roles"]:
        scope["volunteer_no"] = await _enter_volunteer(uow)
    await ensure_account(
        uow,
        catalog.api.state.provider.passwords,
        login=account["login"],
        password=account["password"],
        totp_secret=account["totp_secret"],
        roles=[Role(role) for role in account["roles"]],
        scope=scope,
        name=NAMES.get(account["login"]),
    )


async def _enter_township(uow: UnitOfWork, code: str) -> None:
    told = next(township for township in ruian_2014().townships if township["code"] == code)
    await enter_township(
        uow, code, name=told["name"], name_en=told["name_en"], lat=told["lat"], lon=told["lon"]
    )


async def _enter_team(uow: UnitOfWork, code: str) -> None:
    scenario = ruian_2014()
    told = next(team for team in scenario.teams if team["code"] == code)
    agency = told["agency_code"]
    await enter_agency(uow, agency, name=scenario.agencies()[agency], name_en=agency)
    await register_team(
        uow, code, name=told["name"], name_en=told["name_en"], agency_code=agency, members=MEMBERS
    )


async def _enter_volunteer(uow: UnitOfWork) -> str:
    """A made-up volunteer of the first team, marked as such by the version of the consent; gives the number."""
    team = demonstration_team()
    await _enter_team(uow, team)
    entered = await register_volunteer(
        uow,
        NewVolunteer(
            team_code=team,
            name="演示志愿者",
            phone=SYNTHETIC_PHONE,
            consent_at=datetime(2014, 6, 1, tzinfo=UTC),
            consent_version="synthetic",
        ),
    )
    return entered.no


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
    console.print(
        words("up.accounts_kept", file=file), soft_wrap=True, highlight=False, markup=False
    )


def _show_code(console: Console, login: str, secret: str) -> None:
    """The address that authenticator apps read (otpauth), as a QR code."""
    draw_qr(console, pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER))


def draw_qr(console: Console, text: str) -> None:
    """Draws a QR code where the terminal has its characters; writes ``text`` where it does not."""
    if console.options.ascii_only:
        console.print(text, soft_wrap=True, highlight=False, markup=False)
        return
    drawn = StringIO()
    segno.make(text, micro=False, error="l").terminal(drawn, compact=True, border=2)
    console.print(drawn.getvalue().rstrip("\n"), soft_wrap=True, highlight=False, markup=False)
