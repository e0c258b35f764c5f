"""Tables, and the imperative mapping of the domain classes onto them."""

from datetime import date
from typing import Any

from sqlalchemy import Column, Date, Dialect, Float, ForeignKey, Index, Integer, String, Table, text
from sqlalchemy.orm import relationship
from sqlalchemy.types import TypeDecorator, TypeEngine

from services.requests.database import mapper, metadata
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Order
from shared.db.types import DERIVED, FREE_TEXT, Json, UtcDateTime


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
    Column("history", Json, nullable=False, server_default="[]", info=DERIVED),
    Column("search_words", Json, nullable=False, server_default="[]", info=DERIVED),
    # Without an index: only a withdrawal looks for it, which is rare, and every order would pay for it.
    Column("open_edition_id", String(40), ForeignKey("open_edition.id"), nullable=True),
    # The store sees to it, for orders come together: to look first would cost each of them a statement.
    Column("content_digest", String(32), nullable=True, unique=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    # A list is read by key within one of these. Its order ends with the moment and the id always.
    # With the state, an index also counts the orders of some days or of a township in each state.
    Index("ix_service_order_created", "created_at", "id", postgresql_include=["state"]),
    Index("ix_service_order_submitted", "submitted_at", "created_at", "id"),
    Index("ix_service_order_state", "state", "created_at", "id"),
    Index(
        "ix_service_order_township",
        "township_code",
        "created_at",
        "id",
        postgresql_include=["state"],
    ),
    Index("ix_service_order_campaign", "campaign_id", "created_at", "id"),
    # A campaign's orders lie together in the list of all by when they were handed in.
    Index("ix_service_order_campaign_submitted", "campaign_id", "submitted_at", "created_at", "id"),
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
)
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
    Column("expected_attendance", Integer, nullable=False),
    Column("remark", String(500), nullable=True, info=FREE_TEXT),
    Column("state", String(20), nullable=False),
    Column("plan_id", String(40), nullable=True),
    Column("revision", Integer, nullable=False),
    Column("stop_id", String(40), nullable=True, index=True),
    Column("assignment_id", String(40), nullable=True),
    Column("team_code", String(40), nullable=True),
    Column("on", Date, nullable=True),
    Column("part", String(20), nullable=True),
    Column("unserved_reason", String(80), nullable=True),
    Column("served", Integer, nullable=True),
    Column("score", Integer, nullable=True),
    Column("rating_text", String(500), nullable=True, info=FREE_TEXT),
    # Counts what a week holds of an item.
    Index(
        "ix_order_line_item_on",
        "item_code",
        "on",
        "state",
        postgresql_where=text('"on" IS NOT NULL'),
        sqlite_where=text('"on" IS NOT NULL'),
    ),
)

mapper.map_imperatively(Line, order_line)
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
