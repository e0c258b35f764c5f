"""What is told of editions and of plans' revisions, worked out at the end of the transaction that applies events.

What is told of an edition depends on the townships, and what is told of a revision on events of many streams, which
several transactions may apply at once. So the handlers note what came, and the last steps of the transaction take the
locks: one for editions and townships, then the digests in the order of their ids.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from services.notify.digests.domain.digest import Digest, Entry
from services.notify.digests.domain.edition import Edition
from services.notify.digests.tables import digest as digest_table
from services.notify.digests.tables import digest_entry
from services.notify.digests.tables import edition as edition_table
from services.notify.inbox.queries import list_entered_townships
from services.notify.inbox.use_cases import cause_of, post_message
from services.notify.templates.domain import Params
from shared.contracts.dispatch import (
    LineUnserved,
    PlanPublished,
    StopChanged,
    StopScheduled,
    TeamAssigned,
)
from shared.db.bulk_insert import insert_missing, rows_of
from shared.unit_of_work import Transaction

Gathered = StopScheduled | StopChanged | TeamAssigned | LineUnserved

_EDITIONS = "notify.digests.editions"
_DIGESTS = "notify.digests.gathered"


@dataclass(slots=True)
class _EditionNews:
    """What came in this transaction: townships by recipient id, with the moment of their event, and editions by id."""

    townships: dict[str, datetime] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Revision:
    """What came of one plan revision in this transaction."""

    plan_id: str
    revision: int
    began_at: datetime
    announced: tuple[Params, datetime] | None = None
    entries: list[tuple[dict[str, Any], datetime]] = field(default_factory=list)


def note_township(tx: Transaction, recipient_id: str) -> None:
    """If the township is new, it is told of the editions that concern it."""
    _editions_of(tx).townships.setdefault(recipient_id, cause_of(tx).occurred_at)


def note_edition(tx: Transaction, edition_id: str) -> None:
    """All townships that the edition concerns are told of it."""
    _editions_of(tx).published.add(edition_id)


def note_withdrawal(tx: Transaction, edition_id: str) -> None:
    """All townships that were told of the edition are told that it was withdrawn."""
    _editions_of(tx).withdrawn.add(edition_id)


async def announce_editions(tx: Transaction, _key: str) -> None:
    """Posts what new editions and withdrawals are to all townships, and all editions to a new township. Who is told
    depends on both, and neither transaction would see what the other has not committed; so these wait for each other.
    """
    news: _EditionNews | None = tx.session.info.pop(_EDITIONS, None)
    if news is None:
        return
    entered = await list_entered_townships(tx.session)
    new = {township: at for township, at in news.townships.items() if township not in entered}
    if not (new or news.published or news.withdrawn):
        return
    await tx.lock_service()
    townships = new | await list_entered_townships(tx.session)
    for edition in (await tx.session.scalars(select(Edition).order_by(edition_table.c.id))).all():
        for township, entered_at in sorted(townships.items()):
            if township in new or edition.id in news.published:
                _post_edition(tx, township, entered_at, edition)
            if township in new or edition.id in news.withdrawn:
                _post_withdrawal(tx, township, entered_at, edition)


def announce_revision(tx: Transaction, event: PlanPublished) -> None:
    """Notes how many events the revision has."""
    _revision_of(tx, event.plan_id, event.revision).announced = (
        event.model_dump(mode="json"),
        cause_of(tx).occurred_at,
    )


def gather(tx: Transaction, kind: str, event: Gathered, **more: Any) -> None:
    """Notes that the event that is being applied is part of a revision. Noting it twice counts once."""
    cause = cause_of(tx)
    row = {
        "event_id": cause.id,
        "digest_id": _digest_id(event.plan_id, event.revision),
        "kind": kind,
        "data": {**event.model_dump(mode="json"), **more},
    }
    _revision_of(tx, event.plan_id, event.revision).entries.append((row, cause.occurred_at))


async def write_digests(tx: Transaction, _key: str) -> None:
    """Adds what came to its digests, and posts the messages of those that are complete with that. A digest is locked
    until the commit, so its events are counted one transaction after the other, and the last one sees them all."""
    revisions: dict[str, _Revision] = tx.session.info.pop(_DIGESTS, {})
    if not revisions:
        return
    await _make_missing(tx, revisions)
    for digest in (await tx.find_all(Digest, revisions)).values():
        revision = revisions[digest.id]
        if digest.state == "written":
            continue  # more came than were announced, or one came again: everyone was told
        if revision.announced is not None:
            digest.announce(*revision.announced)
        await _add_entries(tx, digest, revision)
        if digest.complete:
            await _write(tx, digest)


async def _add_entries(tx: Transaction, digest: Digest, revision: _Revision) -> None:
    if not revision.entries:
        return
    rows = insert_missing(tx.session, digest_entry).values([row for row, _ in revision.entries])
    added = set(await tx.session.scalars(rows.returning(digest_entry.c.event_id)))
    for row, at in revision.entries:
        if row["event_id"] in added:
            digest.gather(row["kind"], at)


async def _write(tx: Transaction, digest: Digest) -> None:
    mine = digest_entry.c.digest_id == digest.id
    rows = await tx.session.execute(select(digest_entry.c.kind, digest_entry.c.data).where(mine))
    for note in digest.write(Entry(row.kind, row.data) for row in rows.all()):
        post_message(
            tx,
            note.recipient_id,
            note.code,
            note.params,
            about=f"stop:{note.stop_id}" if note.stop_id else f"plan:{digest.plan_id}",
            occasion=f"digest:{digest.id}",
            happened_at=digest.happened_at,
        )
    await tx.session.execute(delete(digest_entry).where(mine))  # the messages hold what they need


async def _make_missing(tx: Transaction, revisions: Mapping[str, _Revision]) -> None:
    """In the order of their ids: of two transactions that make the same ones, the second waits for the first."""
    known = await tx.session.scalars(
        select(digest_table.c.id).where(digest_table.c.id.in_(revisions))
    )
    rows = []
    for key in sorted(revisions.keys() - set(known)):
        revision = revisions[key]
        digest = Digest(
            id=key,
            plan_id=revision.plan_id,
            revision=revision.revision,
            happened_at=revision.began_at,
        )
        rows += [row for _, row in rows_of(digest)]
    if rows:
        await tx.session.execute(insert_missing(tx.session, digest_table), rows)


def _post_edition(tx: Transaction, township: str, entered_at: datetime, edition: Edition) -> None:
    if edition.concerns(entered_at):
        post_message(
            tx,
            township,
            "message.edition_published",
            {
                "title": edition.title,
                "effective_on": edition.effective_on.isoformat(),
                "retires_on": edition.retires_on.isoformat(),
                "items": edition.items,
            },
            about=edition.stream,
            occasion=edition.stream,
            happened_at=max(edition.published_at, entered_at),
        )


def _post_withdrawal(
    tx: Transaction, township: str, entered_at: datetime, edition: Edition
) -> None:
    if edition.withdrawn_at is not None and edition.concerns(entered_at):
        post_message(
            tx,
            township,
            "message.edition_withdrawn",
            {"title": edition.title},
            about=edition.stream,
            occasion=f"{edition.stream}/withdrawn",
            happened_at=max(edition.withdrawn_at, entered_at),
        )


def _digest_id(plan_id: str, revision: int) -> str:
    return f"{plan_id}/{revision}"


def _editions_of(tx: Transaction) -> _EditionNews:
    news: _EditionNews = tx.session.info.setdefault(_EDITIONS, _EditionNews())
    return news


def _revision_of(tx: Transaction, plan_id: str, revision: int) -> _Revision:
    revisions: dict[str, _Revision] = tx.session.info.setdefault(_DIGESTS, {})
    return revisions.setdefault(
        _digest_id(plan_id, revision), _Revision(plan_id, revision, cause_of(tx).occurred_at)
    )
