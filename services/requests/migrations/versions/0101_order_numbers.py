"""Orders have readable numbers, a history and words to be found by; lists are sorted by index.

Numbers of orders that are there follow their age, in the year in China in which each was made. Of
their history only the first save, the last time they were handed in, and the state they are in
are known; when they came into the latter is not, so it is left out unless it is one of those.

Revision ID: 0101
"""

import sqlalchemy as sa
from alembic import op

from shared.db.types import Json, UtcDateTime
from shared.kernel.clock import CHINA
from shared.kernel.text import matched

revision = "0101"
down_revision = "0100"
expands = True

AT_A_TIME = 1000
OLD_INDEXES = (
    ("ix_service_order_campaign_id", ["campaign_id", "id"]),
    ("ix_service_order_campaign_state_id", ["campaign_id", "state", "id"]),
    ("ix_service_order_state_id", ["state", "id"]),
    ("ix_service_order_township_code_id", ["township_code", "id"]),
)
NEW_INDEXES = (
    ("ix_service_order_created", ["created_at", "id"]),
    ("ix_service_order_submitted", ["submitted_at", "created_at", "id"]),
    ("ix_service_order_state", ["state", "created_at", "id"]),
    ("ix_service_order_township", ["township_code", "created_at", "id"]),
    ("ix_service_order_campaign", ["campaign_id", "created_at", "id"]),
    ("ix_service_order_campaign_state", ["campaign_id", "state", "created_at", "id"]),
)
ADDED = ("number", "history", "search_words")

ORDER = sa.table(
    "service_order",
    sa.column("id", sa.String),
    sa.column("number", sa.String),
    sa.column("place", sa.String),
    sa.column("created_at", UtcDateTime()),
    sa.column("submitted_at", UtcDateTime()),
    sa.column("history", Json),
    sa.column("search_words", Json),
)
LINE = sa.table("order_line", sa.column("order_id", sa.String), sa.column("item_code", sa.String))
YEAR = sa.table("order_year", sa.column("year", sa.Integer), sa.column("last", sa.Integer))


def upgrade() -> None:
    op.create_table(
        "order_year",
        sa.Column("year", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
    )
    op.add_column(
        "service_order", sa.Column("number", sa.String(14), nullable=False, server_default="")
    )
    for name in ("history", "search_words"):
        op.add_column("service_order", sa.Column(name, Json, nullable=False, server_default="[]"))
    for name, _ in OLD_INDEXES:
        op.drop_index(name, "service_order")
    for name, columns in NEW_INDEXES:
        op.create_index(name, "service_order", columns)
    _fill(op.get_bind())
    op.create_index(
        "ix_service_order_number",
        "service_order",
        ["number"],
        unique=True,
        postgresql_where=sa.text("number <> ''"),
        postgresql_ops={"number": "text_pattern_ops"},
        sqlite_where=sa.text("number <> ''"),
    )
    op.create_index(
        "ix_service_order_search_words", "service_order", ["search_words"], postgresql_using="gin"
    )


def downgrade() -> None:
    op.drop_index("ix_service_order_search_words", "service_order")
    op.drop_index("ix_service_order_number", "service_order")
    for name, _ in NEW_INDEXES:
        op.drop_index(name, "service_order")
    for name, columns in OLD_INDEXES:
        op.create_index(name, "service_order", columns)
    for name in ADDED:
        op.drop_column("service_order", name)
    op.drop_table("order_year")


def _fill(connection: sa.Connection) -> None:
    """Fills what is new, some orders at a time, from the oldest on."""
    last: dict[int, int] = {}
    behind: tuple[object, ...] | None = None
    key = sa.tuple_(ORDER.c.created_at, ORDER.c.id)
    while True:
        query = sa.select(ORDER).order_by(ORDER.c.created_at, ORDER.c.id).limit(AT_A_TIME)
        if behind is not None:
            at, order_id = behind
            query = query.where(
                key > sa.tuple_(sa.literal(at, UtcDateTime()), sa.literal(order_id))
            )
        rows = connection.execute(query).all()
        if not rows:
            break
        items: dict[str, list[str]] = {row.id: [] for row in rows}
        for line in connection.execute(sa.select(LINE).where(LINE.c.order_id.in_(items))):
            items[line.order_id].append(line.item_code)
        changes = []
        for row in rows:
            year = row.created_at.astimezone(CHINA).year
            last[year] = last.get(year, 0) + 1
            changes.append(
                {
                    "of": row.id,
                    "number": f"{year}-{last[year]:04}",
                    "history": [
                        {"state": state, "at": at.isoformat(), "by": None, "reason_code": None}
                        for state, at in (
                            ("draft", row.created_at),
                            ("submitted", row.submitted_at),
                        )
                        if at is not None
                    ],
                    "search_words": _search_words(row.place, items[row.id]),
                }
            )
        connection.execute(
            sa.update(ORDER)
            .where(ORDER.c.id == sa.bindparam("of"))
            .values(
                number=sa.bindparam("number"),
                history=sa.bindparam("history", type_=Json),
                search_words=sa.bindparam("search_words", type_=Json),
            ),
            changes,
        )
        behind = rows[-1].created_at, rows[-1].id
    for year, number in last.items():
        connection.execute(sa.insert(YEAR), {"year": year, "last": number})


def _search_words(place: str, item_codes: list[str]) -> list[str]:
    """As the release of this revision makes them."""
    plain = matched(place)
    pairs = {plain[n : n + 2] for n in range(len(plain) - 1)}
    return sorted({*plain, *pairs, *(f"item:{code}" for code in item_codes)})
