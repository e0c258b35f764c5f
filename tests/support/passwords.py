"""Passwords whose hashes cost next to nothing, for tests of everything else."""

from argon2 import PasswordHasher

from services.catalog.accounts.adapters.passwords import Passwords, hash_of_nobody

MEMORY_KIB, ROUNDS, LANES = 8, 1, 1
"""The least that Argon2id takes."""


def quick_passwords() -> Passwords:
    """tests/catalog/accounts/test_passwords.py has the real ones."""
    hasher = PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)
    return Passwords(hasher, nobodys=hash_of_nobody(MEMORY_KIB, ROUNDS, LANES))
