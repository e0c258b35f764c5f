"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, SmallInteger, String, Table, false, text
from sqlalchemy.types import Integer

from services.requests.database import mapper, metadata
from services.requests.ratings.domain import FollowUp, ResidentRating
from shared.db.types import FREE_TEXT, UtcDateTime

stop_start = Table(
    "stop_start",
    metadata,
    Column("stop_id", String(40), primary_key=True),
    Column("started_on", Date, nullable=False),
)
"""The stops at which teams have been, since when residents rate their booths."""

voucher_key = Table(
    "voucher_key",
    metadata,
    Column("assignment_id", String(40), primary_key=True),
    Column("public_key", String(60), nullable=False),
)
"""What the vouchers of booths' tickets are verified with."""

resident_rating = Table(
    "resident_rating",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("assignment_id", String(40), nullable=False, index=True),
    Column("order_id", String(36), nullable=False, index=True),
    Column("township_code", String(12), nullable=False),
    Column("campaign_id", String(80), nullable=True),
    Column("team_code", String(40), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("score", SmallInteger, nullable=False),
    Column("text", String(500), nullable=True, info=FREE_TEXT),
    Column("rated_on", Date, nullable=False, index=True),
    Column("rated_at", UtcDateTime, nullable=False),
    Column("device", String(64), nullable=False, unique=True),
    Column("also_of", String(64), nullable=True),
    Column("state", String(10), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("reply", String(500), nullable=True, info=FREE_TEXT),
    Column("replied_at", UtcDateTime, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_resident_rating_also_of", "also_of"),
    # Lists are read the newest first, which is by id.
    Index("ix_resident_rating_township", "township_code", "id"),
    Index("ix_resident_rating_team", "team_code", "id"),
    # A campaign's figures are counted from the index alone.
    Index(
        "ix_resident_rating_campaign",
        "campaign_id",
        "township_code",
        "item_code",
        "score",
        postgresql_where=text("state = 'shown'"),
        sqlite_where=text("state = 'shown'"),
    ),
)
follow_up = Table(
    "follow_up",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("rater", String(10), nullable=False),
    Column("order_id", String(36), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("score", SmallInteger, nullable=False),
    Column("words", String(500), nullable=True, info=FREE_TEXT),
    Column("opened_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("answer", String(500), nullable=True, info=FREE_TEXT),
    Column("closed_at", UtcDateTime, nullable=True),
    Column("is_overdue", Boolean, nullable=False, server_default=false()),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_follow_up_township", "township_code", "id"),
    Index("ix_follow_up_team", "team_code", "id"),
    # Few are open, of many that ever were.
    Index(
        "ix_follow_up_open",
        "due_on",
        "id",
        postgresql_where=text("state = 'open'"),
        sqlite_where=text("state = 'open'"),
    ),
)

mapper.map_imperatively(ResidentRating, resident_rating, version_id_col=resident_rating.c.version)
mapper.map_imperatively(FollowUp, follow_up, version_id_col=follow_up.c.version)
