"""Idempotency-Key: repeating a request with the same key and body returns the result of the first.

Source: IETF draft-ietf-httpapi-idempotency-key-header. The key is stored in the transaction that
creates the object, so neither ever exists without the other.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from alembic import op
from pydantic import BaseModel
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.engine import dialect_of
from shared.db.types import UtcDateTime
from shared.kernel.access import Actor
from shared.kernel.errors import Conflict, DomainError

metadata = sa.MetaData()

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("key", sa.String(200), primary_key=True),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("resource_id", sa.String(60), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

_CLAIM = {
    "postgresql": postgresql.insert(idempotency_key)
    .on_conflict_do_nothing()
    .returning(idempotency_key.c.key),
    "sqlite": sqlite.insert(idempotency_key)
    .on_conflict_do_nothing()
    .returning(idempotency_key.c.key),
}
"""By dialect; gives the keys that are new."""


def create_idempotency_table_v1() -> None:
    op.create_table(
        "idempotency_key",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("resource_id", sa.String(60), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
    )


class Claiming(Protocol):
    """The transaction in which a key is claimed, and its time."""

    session: AsyncSession
    now: datetime
    actor: Actor


@dataclass(frozen=True, slots=True)
class Claim:
    """States that ``key``, with a body of this ``fingerprint``, stands for the object
    ``resource_id``.

    A key belongs to the account that sent it and to the operation. The same key of another account
    is another key.
    """

    key: str
    fingerprint: str
    resource_id: str

    @classmethod
    def of(cls, actor: Actor, key: str, body: BaseModel, resource_id: str) -> "Claim":
        return cls(_key_of(actor, key, body), _fingerprint(body), resource_id)


async def claim(transaction: Claiming, key: str | None, body: BaseModel, resource_id: str) -> str:
    """Returns the id of the object that ``key`` stands for.

    It is ``resource_id`` when the key is new or there is none; the caller then creates the object.
    Otherwise it is the id of the object that was created before.

    :raises Conflict: the key was used with another body (``idempotency_key_reused``).
    """
    if key is None:
        return resource_id
    wanted = Claim.of(transaction.actor, key, body, resource_id)
    found = await claim_all(transaction.session, [wanted], transaction.now)
    if isinstance(refused := found.get(wanted.key, resource_id), DomainError):
        raise refused
    return refused


async def claim_all(
    session: AsyncSession, claims: Sequence[Claim], now: datetime
) -> dict[str, str | DomainError]:
    """Claims keys, each for one object.

    Returns those that stand for an object already, with its id, or with the refusal if the body was
    another.
    """
    # A second request with the same key waits here until the first has committed or failed.
    new = set(await session.scalars(_CLAIM[dialect_of(session)], rows_of_claims(claims, now)))
    return await find_claimed(session, [one for one in claims if one.key not in new])


def rows_of_claims(claims: Sequence[Claim], now: datetime) -> list[dict[str, Any]]:
    """Returns the rows of claims in the order in which they must be stored.

    Two transactions that claim several keys take them in the same order, for otherwise they could
    deadlock.
    """
    return [
        {
            "key": one.key,
            "fingerprint": one.fingerprint,
            "resource_id": one.resource_id,
            "created_at": now,
        }
        for one in sorted(claims, key=lambda one: one.key)
    ]


async def find_claimed(
    session: AsyncSession, claims: Sequence[Claim]
) -> dict[str, str | DomainError]:
    """Returns what the keys of ``claims`` stand for already, or the refusal if the body was
    another.
    """
    asked = {one.key: one for one in claims}
    if not asked:
        return {}
    found = await session.execute(
        sa.select(idempotency_key).where(idempotency_key.c.key.in_(asked))
    )
    return {
        row.key: str(row.resource_id)
        if row.fingerprint == asked[row.key].fingerprint
        else _reused()
        for row in found
    }


async def claimed(
    session: AsyncSession, actor: Actor, key: str | None, body: BaseModel
) -> str | None:
    """Returns the id of the object that ``key`` already stands for, or None.

    It is for work that is done before the transaction that claims the key.

    :raises Conflict: as :func:`claim`.
    """
    if key is None:
        return None
    stored = _key_of(actor, key, body)
    row = (
        await session.execute(sa.select(idempotency_key).where(idempotency_key.c.key == stored))
    ).one_or_none()
    if row is not None and row.fingerprint != _fingerprint(body):
        raise _reused()
    return str(row.resource_id) if row is not None else None


def _key_of(actor: Actor, key: str, body: BaseModel) -> str:
    """What is stored for a key: a digest, so that neither the key nor the account can be read from
    the table. Each operation that takes a key has a body class of its own, so the class stands for
    the operation.
    """
    return hashlib.sha256(
        "\0".join((actor.subject, type(body).__qualname__, key)).encode()
    ).hexdigest()


def _fingerprint(body: BaseModel) -> str:
    return hashlib.sha256(body.model_dump_json().encode()).hexdigest()


def _reused() -> Conflict:
    return Conflict("idempotency_key_reused", field="Idempotency-Key")
