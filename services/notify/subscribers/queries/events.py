"""Archived events as a subscriber gets them: CloudEvents in JSON, of which only what is granted is left."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.archive.domain import Archived
from services.notify.archive.queries import read_archive
from services.notify.subscribers.domain.disclosure import Disclosure
from services.notify.subscribers.domain.subscription import Subscription
from shared.db.successors import successor
from shared.eventlog.envelope import CONTENT_TYPE

PAGE = 500
MOST_PAGES = 10
"""So many pages one request for the feed looks through, where the subscriber's events are rare."""


@dataclass(frozen=True, slots=True)
class FeedPage:
    """``lines`` are events, each a line of JSON. Whoever goes on behind ``next_after`` misses nothing; it also moves
    past events that are not the subscriber's."""

    lines: list[bytes]
    next_after: int


async def disclosure_of(
    session: AsyncSession, townships: Collection[str], *, person_numbers: bool
) -> Disclosure:
    """What was granted, with all codes that the granted townships have had and have."""
    return (await disclosures(session, [(frozenset(townships), person_numbers)]))[
        frozenset(townships), person_numbers
    ]


Granted = tuple[frozenset[str], bool]


async def disclosures(
    session: AsyncSession, granted: Collection[Granted]
) -> dict[Granted, Disclosure]:
    """The same for several grants, by one query."""
    steps: dict[str, str] = {}
    if any(townships for townships, _ in granted):
        query = select(successor.c.code, successor.c.successor).where(
            successor.c.kind == "township"
        )
        steps = {row.code: row.successor for row in await session.execute(query)}
    return {each: Disclosure(_with_all_codes(each[0], steps), each[1]) for each in granted}


def _with_all_codes(codes: frozenset[str], steps: dict[str, str]) -> frozenset[str]:
    def now(code: str) -> str:
        seen = {code}
        while (code := steps.get(code, code)) not in seen:
            seen.add(code)
        return code

    wanted = {now(code) for code in codes}
    return codes | wanted | {code for code in steps if now(code) in wanted}


def webhook_id_of(event: Archived) -> str:
    """Standard Webhooks tells repetitions by this alone, so that it names the publisher: two of them may have streams
    of one name, and CloudEvents' own id is unique only together with its source."""
    return f"{event.publisher}/{event.id}"


def told(event: Archived, disclosure: Disclosure) -> bytes | None:
    """Returns the event as the granted part of it is sent, or None where none of it is."""
    data = disclosure.of(event.type, event.aggregate_id, json.loads(event.body))
    if data is None:
        return None
    return encoded(
        {
            "specversion": "1.0",
            "id": event.id,
            "source": f"/diancai/{event.publisher}",
            "type": event.type,
            "subject": event.aggregate_id,
            "time": event.occurred_at.isoformat(),
            "sequence": str(event.aggregate_seq),
            "partitionkey": event.aggregate_id,
            "position": event.position,
            "datacontenttype": CONTENT_TYPE,
            "data": data,
        }
    )


def encoded(event: dict[str, Any]) -> bytes:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


async def read_feed(
    session: AsyncSession, found: Subscription, *, after: int, limit: int
) -> FeedPage:
    """Returns up to ``limit`` of the subscription's events behind ``after``.

    :raises Unsettled: see :func:`read_archive`.
    """
    disclosure = await disclosure_of(session, found.townships, person_numbers=found.person_numbers)
    wanted = set(found.types)
    lines: list[bytes] = []
    for _ in range(MOST_PAGES):
        page = await read_archive(session, after=after, limit=PAGE)
        for event in page:
            after = event.position
            if event.type in wanted and (line := told(event, disclosure)) is not None:
                lines.append(line)
                if len(lines) == limit:
                    return FeedPage(lines, after)
        if len(page) < PAGE:
            break
    return FeedPage(lines, after)


def as_lines(lines: Sequence[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)
