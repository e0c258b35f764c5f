"""The demonstration's accounts: each for something that is there, and none for a real person."""

from pathlib import Path

from rich.console import Console
from sqlalchemy import select

from cli.accounts import ensure_demonstration_accounts
from services.catalog.accounts.tables import account
from services.catalog.volunteers.tables import volunteer
from services.embedded import build_all
from shared.kernel.access import Role


async def test_the_volunteers_account_is_a_made_up_persons(tmp_path: Path) -> None:
    services = build_all(tmp_path, url="http://127.0.0.1:1", smtp_url="smtp://127.0.0.1:1")
    (catalog,) = [service for service in services if service.name == "catalog"]
    await catalog.migrations.upgrade(catalog.database)
    console = Console(quiet=True)
    try:
        await ensure_demonstration_accounts(catalog, tmp_path, console, scoped=False)
        async with catalog.uow.reading() as session:
            assert not list(await session.scalars(select(volunteer.c.no)))
            logins = set(await session.scalars(select(account.c.login)))
        assert logins == {"coordinator", "operator", "auditor", "subscriber"}, (
            "those that need no scope"
        )
        for _ in range(2):
            await ensure_demonstration_accounts(catalog, tmp_path, console, scoped=True)
        async with catalog.uow.reading() as session:
            (person,) = (await session.execute(select(volunteer))).all()
            rows = (await session.execute(select(account))).all()
        assert person.consent_version == "synthetic"
        assert len(rows) == len(Role) + 1, "two of them coordinators"
        assert {row.volunteer_no for row in rows if row.roles == ["volunteer"]} == {person.no}
        assert {
            bool(row.totp_sealed) for row in rows if row.roles in (["coordinator"], ["operator"])
        } == {True}
    finally:
        for service in services:
            await service.database.close()
