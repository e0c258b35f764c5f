"""Tables, and the imperative mapping of the domain classes onto them."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    false,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import relationship
from sqlalchemy.types import TypeDecorator, TypeEngine

from services.requests.database import mapper, metadata
from services.requests.orders.domain.amendment import Amendment
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Order
from shared.db.engine import forget
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime
from shared.privacy.retention import BATCH


class Days(TypeDecorator[list[date]]):
    """A list of days, kept as JSON in ISO 8601."""

    impl = Json
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Json.dialect_impl(dialect))

    def process_bind_param(self, value: list[date] | None, dialect: Dialect) -> Any:
        return None if value is None else [day.isoformat() for day in value]

    def process_result_value(self, value: Any, dialect: Dialect) -> list[date] | None:
        return None if value is None else [date.fromisoformat(day) for day in value]


order_year = Table(
    "order_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),
)
"""The last number that was given to an order of a business year."""

_CHANGING = text("(proposed_amendment IS NOT NULL OR replanned_for IS NOT NULL)")
_PERSONS = text("(contact IS NOT NULL OR assisted_for IS NOT NULL)")

service_order = Table(  # "order" is a word of SQL's
    "service_order",
    metadata,
    Column("id", String(36), primary_key=True),
    # Empty in an order that the release before stored; it gets its number with its next change.
    Column("number", String(14), nullable=False, server_default=""),
    Column("township_code", String(12), nullable=False),
    Column("edition_id", String(40), nullable=False),
    Column("campaign_id", String(80), nullable=False),
    Column("place", String(80), nullable=False),
    Column("lat", Float, nullable=True),
    Column("lon", Float, nullable=True),
    Column("wished_on", Days, nullable=False),
    Column("ruled_out_on", Days, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("created_at", UtcDateTime, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=True),
    Column("ordered_on", Date, nullable=True),
    Column("contact", String(80), nullable=True, info=FREE_TEXT),
    Column("phone_sealed", String(200), nullable=True),
    Column("phone_masked", String(20), nullable=True, info=FREE_TEXT),
    Column("assisted_how", String(10), nullable=True),
    Column("assisted_for", String(80), nullable=True, info=FREE_TEXT),
    Column("history", Json, nullable=False, server_default="[]", info=DERIVED),
    Column("search_words", Json, nullable=False, server_default="[]", info=DERIVED),
    # Without an index: only a withdrawal looks for it, which is rare, and every order would pay for it.
    Column("open_edition_id", String(40), ForeignKey("open_edition.id"), nullable=True),
    # The store sees to it, for orders come together: to look first would cost each of them a statement.
    Column("content_digest", String(32), nullable=True, unique=True),
    Column("corps_priority", Integer, nullable=True),
    Column("amendments", Integer, nullable=False, server_default="0"),
    Column("proposed_amendment", Integer, nullable=True),
    Column("replanned_for", Integer, nullable=True),
    Column("series_id", String(36), nullable=True),
    Column("series_on", Date, nullable=True),
    Column("changed_by_hand", Boolean, nullable=False, server_default=false()),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    # A list is read by key within one of these. Its order ends with the moment and the id always.
    # With the state, an index also counts the orders of some days or of a township in each state.
    Index("ix_service_order_created", "created_at", "id", postgresql_include=["state"]),
    Index("ix_service_order_submitted", "submitted_at", "created_at", "id"),
    # What it includes is what the ledger and the figures want to know of orders that are not over.
    Index(
        "ix_service_order_state",
        "state",
        "created_at",
        "id",
        postgresql_include=["township_code", "campaign_id", "ordered_on"],
    ),
    Index(
        "ix_service_order_township",
        "township_code",
        "created_at",
        "id",
        postgresql_include=["state"],
    ),
    Index("ix_service_order_campaign", "campaign_id", "created_at", "id"),
    # Counts what a township ordered in a campaign.
    Index("ix_service_order_campaign_township", "campaign_id", "township_code", "state"),
    # A campaign's orders lie together in the list of all by when they were handed in.
    Index("ix_service_order_campaign_submitted", "campaign_id", "submitted_at", "created_at", "id"),
    Index("ix_service_order_edition", "edition_id", "created_at", "id"),
    # This one also counts a campaign's orders.
    Index("ix_service_order_campaign_state", "campaign_id", "state", "created_at", "id"),
    Index(
        "ix_service_order_number",
        "number",
        unique=True,
        postgresql_where=text("number <> ''"),
        postgresql_ops={"number": "text_pattern_ops"},
        sqlite_where=text("number <> ''"),
    ),
    Index("ix_service_order_search_words", "search_words", postgresql_using="gin"),
    # Finds the few whose change waits for the corps or for a plan, oldest first.
    Index(
        "ix_service_order_changing",
        "created_at",
        "id",
        postgresql_where=_CHANGING,
        sqlite_where=_CHANGING,
    ),
    # Finds what is to be forgotten of persons.
    Index(
        "ix_service_order_persons", "created_at", postgresql_where=_PERSONS, sqlite_where=_PERSONS
    ),
)
SEALED = (service_order.c.phone_sealed,)

order_line = Table(
    "order_line",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", String(36), ForeignKey("service_order.id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("volunteers_needed", Integer, nullable=False),
    Column("notice_days", Integer, nullable=False, server_default="0"),
    Column("added_on", Date, nullable=True),
    Column("expected_attendance", Integer, nullable=False),
    Column("remark", String(500), nullable=True, info=FREE_TEXT),
    Column("state", String(20), nullable=False),
    Column("plan_id", String(40), nullable=True),
    Column("revision", Integer, nullable=False),
    Column("stop_id", String(40), nullable=True, index=True),
    Column("assignment_id", String(40), nullable=True, index=True),
    Column("team_code", String(40), nullable=True),
    Column("on", Date, nullable=True),
    Column("part", String(20), nullable=True),
    Column("has_begun", Boolean, nullable=False, server_default=false()),
    Column("unserved_reason", String(80), nullable=True),
    Column("served", Integer, nullable=True),
    Column("score", Integer, nullable=True),
    Column("rating_text", String(500), nullable=True, info=FREE_TEXT),
    # The order's, while it is in hand and the line is open; see Order.note_open_lines.
    Column("township_code", String(12), nullable=True),
    Column("campaign_id", String(80), nullable=True),
    Column("ordered_on", Date, nullable=True),
    # Counts what a week holds of an item.
    Index(
        "ix_order_line_item_on",
        "item_code",
        "on",
        "state",
        postgresql_where=text('"on" IS NOT NULL'),
        sqlite_where=text('"on" IS NOT NULL'),
    ),
    # Counts what still waits or is to come, which is little of what there ever was: a campaign's, or all of it.
    Index(
        "ix_order_line_in_hand",
        "campaign_id",
        "township_code",
        "item_code",
        postgresql_include=["state", "unserved_reason", "on", "ordered_on"],
        postgresql_where=text("township_code IS NOT NULL"),
        sqlite_where=text("township_code IS NOT NULL"),
    ),
    # Finds what of that the release before did not note.
    Index(
        "ix_order_line_open",
        "order_id",
        postgresql_include=["item_code", "state", "unserved_reason", "on"],
        postgresql_where=text("state IN ('waiting', 'scheduled', 'unserved')"),
        sqlite_where=text("state IN ('waiting', 'scheduled', 'unserved')"),
    ),
)

order_amendment = Table(
    "order_amendment",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("order_id", String(36), ForeignKey("service_order.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(10), nullable=False),
    Column("before", Json, nullable=False, info=FREE_TEXT),
    Column("after", Json, nullable=False, info=FREE_TEXT),
    Column("reason_code", String(40), nullable=False),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("made_at", UtcDateTime, nullable=False),
    Column("by", String(20), nullable=True),
    Column("decided_at", UtcDateTime, nullable=True),
    Column("decided_by", String(20), nullable=True),
    Column("refusal_code", String(40), nullable=True),
    Column("refusal", String(500), nullable=True, info=FREE_TEXT),
    Index("ix_order_amendment_order", "order_id", "number", unique=True),
)

service_month = Table(
    "service_month",
    metadata,
    Column("campaign_id", String(80), primary_key=True),
    Column("township_code", String(12), primary_key=True),
    Column("item_code", String(40), primary_key=True),
    Column("month", Date, primary_key=True),
    Column("services", Integer, nullable=False),
    Column("residents", Integer, nullable=False),
    Column("last_on", Date, nullable=False),
    *(Column(f"rated_{score}", Integer, nullable=False) for score in range(1, 6)),
    Index("ix_service_month_township", "township_code", "item_code", "month"),
    # What all townships got in the last months.
    Index(
        "ix_service_month_month",
        "month",
        postgresql_include=["township_code", "item_code", "services", "residents"],
    ),
)
"""What was served, counted by month, which begins on day ``month``: booths, residents, and ratings of each score.
Counted from the lines again whenever one of them is served, reported or rated."""

last_served = Table(
    "last_served",
    metadata,
    Column("township_code", String(12), primary_key=True),
    Column("item_code", String(40), primary_key=True),
    Column("on", Date, nullable=False),
)
"""When a township had an item last, however long ago; taken from the months whenever one of them is counted."""

PERSONS_KEPT = timedelta(days=2 * 365)
"""So long after its first save an order says who may be asked, and for whom it was entered."""


async def forget_persons(session: AsyncSession, now: datetime) -> int:
    """Takes the persons out of some old orders; see :data:`shared.privacy.retention.Prune`."""
    old = service_order.c.created_at < now - PERSONS_KEPT
    found = select(service_order.c.id).where(_PERSONS, old).order_by(service_order.c.created_at)
    ids = (await session.scalars(found.limit(BATCH))).all()
    if ids:
        nothing = dict.fromkeys(("contact", "phone_sealed", "phone_masked", "assisted_for"))
        await session.execute(
            update(service_order).where(service_order.c.id.in_(ids)).values(nothing)
        )
        await forget(session)
    return len(ids)


mapper.map_imperatively(Line, order_line)
mapper.map_imperatively(Amendment, order_amendment)
mapper.map_imperatively(
    Order,
    service_order,
    version_id_col=service_order.c.version,
    properties={
        "lines": relationship(
            Line, order_by=order_line.c.position, lazy="selectin", cascade="all, delete-orphan"
        )
    },
)
