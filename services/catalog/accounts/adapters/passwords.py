"""The hashing of passwords, which costs memory on purpose, and how many of them are hashed at once."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from argon2 import PasswordHasher, Type, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from services.catalog.accounts.domain.failed_attempts import SignInBusy

MEMORY_KIB, ROUNDS, LANES = 65_536, 3, 4
"""Argon2id with the second parameter set of RFC 9106, 4."""

ARGON2ID = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)

HASHES_AT_ONCE = 2
"""Each takes ``MEMORY_KIB`` for a moment. tests/catalog/accounts/test_passwords.py holds this against the memory limit
of the container."""

MOST_WAITING = 20
LONGEST_WAIT_SECONDS = 5.0
"""More than so many wait, or one for longer, and a sign-in is refused for now, in words, instead of taking the
memory of everything else in the process."""


class Hasher(Protocol):
    def hash(self, password: str) -> str: ...

    def verify(self, stored: str, password: str, /) -> bool: ...


class Passwords:
    """Argon2id (RFC 9106), in a few threads of its own: a request that is given up leaves its thread busy until the
    hash is done, and makes no room for another before that."""

    def __init__(self, hasher: Hasher = ARGON2ID, *, nobodys: str | None = None) -> None:
        """``nobodys``: what a password is held against where there is no account (:func:`hash_of_nobody`); to
        compute it must cost what ``hasher``'s own hashes cost.
        """
        self._hasher = hasher
        self._threads = ThreadPoolExecutor(HASHES_AT_ONCE, thread_name_prefix="password")
        self._nobodys = nobodys or hash_of_nobody()
        self._turns = asyncio.Semaphore(HASHES_AT_ONCE)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Returns the hash to store. :raises SignInBusy: too many are waiting."""
        return str(await self._in_turn(self._hasher.hash, password))

    async def matches(self, password: str, stored: str | None) -> bool:
        """Returns whether a password is the one of a stored hash.

        It takes as long for an account that does not exist (``stored`` None) as for one that does.

        :raises SignInBusy: too many are waiting.
        """
        return (
            bool(await self._in_turn(self._verify, password, stored or self._nobodys))
            and stored is not None
        )

    async def _in_turn(self, work: Callable[..., str | bool], *words: str) -> str | bool:
        if self._turns.locked() and self._waiting >= MOST_WAITING:
            raise SignInBusy
        self._waiting += 1
        try:
            async with asyncio.timeout(LONGEST_WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError as error:
            raise SignInBusy from error
        finally:
            self._waiting -= 1
        computing = asyncio.get_running_loop().run_in_executor(self._threads, work, *words)
        computing.add_done_callback(
            lambda _: self._turns.release()
        )  # not earlier, whoever gave up meanwhile
        return await asyncio.shield(computing)

    def _verify(self, password: str, stored: str) -> bool:
        try:
            needed = extract_parameters(stored)
            if (
                needed.memory_cost > MEMORY_KIB or needed.time_cost > ROUNDS
            ):  # such as a hash that was put in by hand
                return False
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def hash_of_nobody(memory_kib: int = MEMORY_KIB, rounds: int = ROUNDS, lanes: int = LANES) -> str:
    """What no password has, with the parameters that all have; made without the work of hashing."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (16, 32)
    )
    return f"$argon2id$v=19$m={memory_kib},t={rounds},p={lanes}${salt}${digest}"
