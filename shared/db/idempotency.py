"""Idempotency-Key: the same key and the same body give the same thing, however often they come.

Source: IETF draft-ietf-httpapi-idempotency-key-header. The key is stored in the transaction that
makes the thing, so there is no moment at which one exists without the other.
"""

import hashlib

import sqlalchemy as sa
from alembic import op
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import dialect_of
from shared.db.types import UtcDateTime
from shared.db.unit_of_work import Transaction
from shared.kernel.errors import Conflict

metadata = sa.MetaData()

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("resource_id", sa.String(60), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)


def create_idempotency_table_v1() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


async def claim(transaction: Transaction, key: str | None, body: BaseModel, resource_id: str) -> str:
    """Gives the id of the thing that ``key`` stands for: ``resource_id`` when the key is new or there
    is none, and the caller goes on to make it; else that of the thing made before.

    :raises Conflict: the key was used with another body (``idempotency_key_reused``).
    """
    if key is None:
        return resource_id
    session = transaction.session
    make = postgresql.insert if dialect_of(session) == "postgresql" else sqlite.insert
    # A second request with the same key waits here until the first has committed or failed.
    await session.execute(
        make(idempotency_key)
        .values(key=key, fingerprint=_fingerprint(body), resource_id=resource_id, created_at=transaction.now)
        .on_conflict_do_nothing()
    )
    return await claimed(session, key, body) or resource_id


async def claimed(session: AsyncSession, key: str | None, body: BaseModel) -> str | None:
    """The id of the thing that ``key`` already stands for, or None; for work that is done before the
    transaction that claims the key.

    :raises Conflict: as :func:`claim`.
    """
    if key is None:
        return None
    row = (await session.execute(sa.select(idempotency_key).where(idempotency_key.c.key == key))).one_or_none()
    if row is not None and row.fingerprint != _fingerprint(body):
        raise Conflict("idempotency_key_reused", field="Idempotency-Key")
    return str(row.resource_id) if row is not None else None


def _fingerprint(body: BaseModel) -> str:
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()
