"""Gathering the events of a plan's revision into one message for each who is concerned; notices of editions."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from services.notify.digests.domain.digest import Digest, Entry
from services.notify.digests.domain.edition import Edition
from services.notify.digests.tables import digest as digest_table
from services.notify.digests.tables import digest_entry
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.use_cases import Channels, cause_of, post_message
from shared.contracts.dispatch import LineUnserved, PlanPublished, StopChanged, StopScheduled, TeamAssigned
from shared.db.engine import dialect_of
from shared.unit_of_work import Transaction

Gathered = StopScheduled | StopChanged | TeamAssigned | LineUnserved


async def announce_revision(tx: Transaction, channels: Channels, event: PlanPublished) -> None:
    """Notes how many events the revision has; when they are all here, writes the digest."""
    cause = cause_of(tx)
    digest = await _digest(tx, event.plan_id, event.revision, cause.occurred_at)
    if digest.state == "gathering":
        digest.announce(event.model_dump(mode="json"), cause.occurred_at)
        await _write_if_complete(tx, channels, digest)


async def gather(tx: Transaction, channels: Channels, kind: str, event: Gathered, **more: Any) -> None:
    """Adds the event that is being applied to its revision; when that was the last one, writes the
    digest. Adding it twice counts once."""
    cause = cause_of(tx)
    digest = await _digest(tx, event.plan_id, event.revision, cause.occurred_at)
    if digest.state != "gathering":
        return  # more came than were announced, or one came again: everyone was told
    row = {
        "event_id": cause.id,
        "digest_id": digest.id,
        "kind": kind,
        "data": {**event.model_dump(mode="json"), **more},
    }
    added = await tx.session.execute(
        _insert(tx, digest_entry).values(**row).on_conflict_do_nothing().returning(digest_entry.c.event_id)
    )
    if added.first() is not None:
        digest.gather(kind, cause.occurred_at)
        await _write_if_complete(tx, channels, digest)


async def _digest(tx: Transaction, plan_id: str, revision: int, at: datetime) -> Digest:
    """The digest of this revision, made when it is new; locked, so that its events count one by one."""
    key = f"{plan_id}/{revision}"
    digest = await tx.find(Digest, key)
    if digest is not None:
        return digest
    await tx.session.execute(
        _insert(tx, digest_table)
        .values(
            id=key,
            plan_id=plan_id,
            revision=revision,
            happened_at=at,
            state="gathering",
            stops=0,
            assignments=0,
            unserved=0,
            event_seq=0,
            version=1,
        )
        .on_conflict_do_nothing()
    )
    return await tx.get(Digest, key)


async def _write_if_complete(tx: Transaction, channels: Channels, digest: Digest) -> None:
    if not digest.complete:
        return
    mine = digest_entry.c.digest_id == digest.id
    rows = await tx.session.execute(select(digest_entry.c.kind, digest_entry.c.data).where(mine))
    for note in digest.write(Entry(row.kind, row.data) for row in rows.all()):
        await post_message(
            tx,
            channels,
            note.recipient_id,
            note.code,
            note.params,
            about=f"plan:{digest.plan_id}",
            occasion=f"digest:{digest.id}",
            happened_at=digest.happened_at,
        )
    await tx.session.execute(delete(digest_entry).where(mine))  # the messages hold what they need


async def post_edition(tx: Transaction, channels: Channels, township: Recipient, edition: Edition) -> None:
    """Tells the township of the edition, if that concerns it."""
    if township.entered_at is None or not edition.concerns(township.entered_at):
        return
    params = {
        "title": edition.title,
        "effective_on": edition.effective_on.isoformat(),
        "retires_on": edition.retires_on.isoformat(),
        "items": edition.items,
    }
    await post_message(
        tx,
        channels,
        township.id,
        "message.edition_published",
        params,
        about=edition.stream,
        occasion=edition.stream,
        happened_at=max(edition.published_at, township.entered_at),
    )


async def post_withdrawal(tx: Transaction, channels: Channels, township: Recipient, edition: Edition) -> None:
    """Tells the township that the edition was withdrawn, if it was and the township was told of it."""
    at = edition.withdrawn_at
    if at is None or township.entered_at is None or not edition.concerns(township.entered_at):
        return
    await post_message(
        tx,
        channels,
        township.id,
        "message.edition_withdrawn",
        {"title": edition.title},
        about=edition.stream,
        occasion=f"{edition.stream}/withdrawn",
        happened_at=max(at, township.entered_at),
    )


def _insert(tx: Transaction, table: Any) -> "postgresql.Insert | sqlite.Insert":
    make = postgresql.insert if dialect_of(tx.session) == "postgresql" else sqlite.insert
    return make(table)
