"""Passwords whose hashes cost next to nothing, for tests of everything else."""

from argon2 import PasswordHasher

from services.catalog.accounts.adapters.passwords import Passwords


def quick_passwords() -> Passwords:
    """Argon2id with the least that it takes; tests/catalog/accounts/test_passwords.py has the real ones."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
