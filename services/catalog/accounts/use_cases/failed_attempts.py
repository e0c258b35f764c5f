"""Checking passwords, counting failed attempts, and making the next attempt wait."""

from collections.abc import Collection
from typing import Protocol

from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.accounts.domain.failed_attempts import FailedAttempts, SignInBusy
from services.catalog.accounts.tables import sign_in_failure
from shared.db.engine import dialect_of
from shared.db.vault import Vault
from shared.kernel.errors import TooMany
from shared.unit_of_work import Transaction, UnitOfWork


class PasswordHashes(Protocol):
    async def hash(self, password: str) -> str:
        """:raises SignInBusy: too many are being checked."""

    async def matches(self, password: str, stored: str | None) -> bool:
        """:raises SignInBusy: too many are being checked."""


def counter_key(vault: Vault, kind: str, *counted: str) -> str:
    """Returns the key of a counter of failed attempts.

    It is a keyed hash, so that neither the table nor the audit log shows what was typed. An unsalted hash would show
    it to whoever tries all phone numbers.

    :raises VaultError: there is no key.
    """
    hashed = vault.blind_index("\0".join(counted), f"wrong tries: {kind}")
    return f"{kind}:{hashed}"


def sign_in_counter_keys(
    vault: Vault, *, login: str, address: str, device: str | None
) -> list[str]:
    """Returns the keys of the counters that an attempt to sign in adds to.

    ``device`` is one that signed in to this account before, or None.
    """
    if device is not None:
        return [counter_key(vault, "device", device)]
    return [
        counter_key(vault, "pair", login, address),
        counter_key(vault, "address", address),
        counter_key(vault, "name", login),
    ]


async def count_and_check_password(
    uow: UnitOfWork,
    hashes: PasswordHashes,
    keys: Collection[str],
    *,
    password: str,
    stored: str | None,
) -> bool:
    """Counts an attempt, and returns whether the password is right.

    It runs outside any transaction, because hashing takes time.

    :raises TooMany: it must wait. :raises SignInBusy: too many are being checked; the attempt does not count.
    """
    await count_attempt(uow, keys)
    try:
        return await hashes.matches(password, stored)
    except SignInBusy:
        async with uow.transaction() as tx:
            await withdraw_attempt(tx, keys)
        raise


async def count_attempt(uow: UnitOfWork, keys: Collection[str]) -> None:
    """Counts an attempt before it is made, so that many at the same moment are many.

    One that succeeds is forgiven later.

    :raises TooMany: it must wait.
    """
    async with uow.transaction() as tx:
        counted = [await get_failed_attempts(tx, key) for key in sorted(keys)]
        wait = max(attempts.wait_seconds(tx.now) for attempts in counted)
        if wait:
            raise TooMany("sign_in_blocked", retry_after=wait)
        for attempts in counted:
            attempts.add(tx.now)


async def forgive_attempt(tx: Transaction, keys: Collection[str]) -> None:
    """Takes back an attempt that was counted and then succeeded."""
    for key in sorted(keys):
        (await get_failed_attempts(tx, key)).forgive()


async def withdraw_attempt(tx: Transaction, keys: Collection[str]) -> None:
    """Takes back an attempt that was counted and then not made, or was no guess.

    It was no guess when the password was right, and the code was used up by a sign-in a moment before.
    """
    for key in sorted(keys):
        (await get_failed_attempts(tx, key)).withdraw()


async def get_failed_attempts(tx: Transaction, key: str) -> FailedAttempts:
    """Returns the counter of this key, locked; a new one where there was none."""
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    # A row that is not there can't be locked: two first attempts at the same moment would both make it.
    await tx.session.execute(
        make(sign_in_failure).values(key=key, count=0).on_conflict_do_nothing()
    )
    return await tx.session.get_one(FailedAttempts, key, with_for_update=True)
