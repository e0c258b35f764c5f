"""The table of revocations, which every service keeps."""

from sqlalchemy import Column, MetaData, String, Table

from shared.db.types import UtcDateTime

metadata = MetaData()

revoked_access = Table(
    "revoked_access",
    metadata,
    Column("subject", String(120), primary_key=True),
    Column("before", UtcDateTime, nullable=False),
)
"""Tokens of ``subject`` that were issued until ``before`` are void. It is an account's id, or that
of one sign-in (``sid``); both are random, so one never stands for another."""
