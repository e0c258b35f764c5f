"""Tables of limits, and the mapping of the domain's classes onto them."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table
from sqlalchemy.orm import relationship

from services.requests.database import mapper, metadata
from services.requests.limits.domain import OrderLimit, TownshipLimit

order_limit = Table(
    "order_limit",
    metadata,
    Column("campaign_id", String(80), primary_key=True),
    Column("orders_until", Date, nullable=True),
    Column("lines", Integer, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)
township_limit = Table(
    "township_limit",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("campaign_id", String(80), ForeignKey("order_limit.campaign_id"), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("lines", Integer, nullable=False),
    # Not unique: a township that takes over another's code has both limits, and the larger counts.
    Index("ix_township_limit_campaign", "campaign_id", "township_code"),
)

mapper.map_imperatively(TownshipLimit, township_limit)
mapper.map_imperatively(
    OrderLimit,
    order_limit,
    version_id_col=order_limit.c.version,
    properties={
        "townships": relationship(
            TownshipLimit,
            order_by=township_limit.c.township_code,
            lazy="selectin",
            cascade="all, delete-orphan",
        )
    },
)
