"""Which orders were made from the rows of a form."""

from sqlalchemy import Column, String, Table

from services.requests.database import metadata
from shared.db.types import UtcDateTime

entered_form_order = Table(
    "entered_form_order",
    metadata,
    Column("digest", String(32), primary_key=True),
    Column("order_id", String(36), nullable=False),
    Column("entered_at", UtcDateTime, nullable=False),
)
"""So the same form makes no second order; see :func:`services.requests.order_forms.domain.digest_of`. Two who bring it
in at the same moment insert the same key, and one of them is refused."""
