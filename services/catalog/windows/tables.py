"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Index, Integer, String, Table

from services.catalog.database import entry_table, mapper, metadata, spelling
from services.catalog.windows.domain import Holding, Post, Window, WindowKind
from shared.db.types import FREE_TEXT

window_kind = entry_table("window_kind", spelling())

window = entry_table(
    "window_place",
    Column("kind_code", String(40), nullable=False, index=True),
    Column("team_code", String(40), nullable=False, index=True),
    Column("place", String(80), nullable=False),
    Column("leads", Boolean, nullable=False),
    Column("state", String(10), nullable=False),
    spelling(),
)
"""Called so because ``window`` is a word of SQL."""

window_post = Table(
    "window_post",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("window_code", String(40), nullable=False, index=True),
    Column("name", String(80), nullable=False),
    Column("name_en", String(80), nullable=False),
    Column("state", String(10), nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

holding = Table(
    "window_holding",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("post_id", String(36), nullable=False, index=True),
    Column("window_code", String(40), nullable=False, index=True),
    Column("volunteer_no", String(20), nullable=False, index=True),
    Column("first_on", Date, nullable=False),
    Column("last_on", Date, nullable=True),
    Column("pledge", String(80), nullable=True, info=FREE_TEXT),
    Column("pledge_state", String(10), nullable=False),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_window_holding_pledge", "pledge_state", "id"),
)

mapper.map_imperatively(WindowKind, window_kind, version_id_col=window_kind.c.version)
mapper.map_imperatively(Window, window, version_id_col=window.c.version)
mapper.map_imperatively(Post, window_post, version_id_col=window_post.c.version)
mapper.map_imperatively(Holding, holding, version_id_col=holding.c.version)
