"""Counting wrong tries to prove who one is, and making the next one wait."""

from collections.abc import Collection

from sqlalchemy.dialects import postgresql, sqlite

from services.catalog.application.provider import PasswordHashes
from services.catalog.domain.sign_in import Failures, SignInBusy
from services.catalog.store.tables import sign_in_failure
from shared.db.engine import dialect_of
from shared.db.vault import Vault
from shared.kernel.errors import TooMany
from shared.unit_of_work import Transaction, UnitOfWork


def counter_of(vault: Vault, kind: str, *counted: str) -> str:
    """The key of a counter: a keyed hash, so that neither the table nor the audit log shows what was typed. An
    unsalted hash would show it to whoever tries all phone numbers.

    :raises VaultError: there is no key.
    """
    hashed = vault.blind_index("\0".join(counted), f"wrong tries: {kind}")
    return f"{kind}:{hashed}"


def counters_of_sign_in(vault: Vault, *, login: str, address: str, device: str | None) -> list[str]:
    """What a try to sign in is counted for; ``device`` is one that signed in to this account before, or None."""
    if device is not None:
        return [counter_of(vault, "device", device)]
    return [
        counter_of(vault, "pair", login, address),
        counter_of(vault, "address", address),
        counter_of(vault, "name", login),
    ]


async def try_password(
    uow: UnitOfWork, hashes: PasswordHashes, keys: Collection[str], *, password: str, stored: str | None
) -> bool:
    """Counts a try, and says whether the password is right. Outside any transaction, for it takes its time.

    :raises TooMany: it must wait. :raises SignInBusy: too many are being checked; the try does not count.
    """
    await note_try(uow, keys)
    try:
        return await hashes.matches(password, stored)
    except SignInBusy:
        async with uow.transaction() as tx:
            await withdraw_try(tx, keys)
        raise


async def note_try(uow: UnitOfWork, keys: Collection[str]) -> None:
    """Counts a try before it is made, so that many at the same moment are many; a right one is forgiven later.

    :raises TooMany: it must wait.
    """
    async with uow.transaction() as tx:
        kept = [await failures_of(tx, key) for key in sorted(keys)]
        wait = max(failures.wait_seconds(tx.now) for failures in kept)
        if wait:
            raise TooMany("sign_in_blocked", retry_after=wait)
        for failures in kept:
            failures.add(tx.now)


async def forgive_try(tx: Transaction, keys: Collection[str]) -> None:
    """A try that was counted was right."""
    for key in sorted(keys):
        (await failures_of(tx, key)).forgive()


async def withdraw_try(tx: Transaction, keys: Collection[str]) -> None:
    """A try that was counted was not made, or was no guess: the password was right, and the code used up by whoever
    signed in a moment before."""
    for key in sorted(keys):
        (await failures_of(tx, key)).withdraw()


async def failures_of(tx: Transaction, key: str) -> Failures:
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    # A row that is not there can't be locked: two first tries at the same moment would both make it.
    await tx.session.execute(make(sign_in_failure).values(key=key, count=0).on_conflict_do_nothing())
    return await tx.session.get_one(Failures, key, with_for_update=True)
