"""Booths' queues and their tickets, and the mapping of the domain's classes onto them."""

from sqlalchemy import Boolean, Column, Date, Float, ForeignKey, Index, Integer, String, Table

from services.dispatch.database import mapper, metadata
from services.dispatch.tickets.domain.lease import QueueLease
from services.dispatch.tickets.domain.queue import BoothQueue, Ticket
from shared.db.types import DERIVED, UtcDateTime

booth_queue = Table(
    "booth_queue",
    metadata,
    Column("assignment_id", String(36), primary_key=True),
    Column("stop_id", String(36), nullable=False, index=True),
    Column("township_code", String(12), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("letter", String(4), nullable=False),
    Column("places", Integer, nullable=False),
    Column("prior_minutes", Float, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("voucher_seed", String(60), nullable=True, info=DERIVED),
    Column("state", String(10), nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("last_rank", Float, nullable=False),
    Column("streak", Integer, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Column("arrived", Integer, nullable=True),
    Column("served", Integer, nullable=True),
    Column("longest", Integer, nullable=True),
    Column("mean_wait_minutes", Float, nullable=True),
    Column("minutes_per_resident", Float, nullable=True),
    Column("arrivals_per_hour", Float, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_booth_queue_item", "item_code", "ended_at"),
)
ticket = Table(
    "ticket",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("assignment_id", String(36), ForeignKey("booth_queue.assignment_id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("token", String(40), nullable=False, unique=True, info=DERIVED),
    Column("device", String(64), nullable=True, info=DERIVED),
    Column("came_by", String(10), nullable=False),
    Column("priority", Boolean, nullable=False),
    Column("rank", Float, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    Column("state", String(10), nullable=False),
    Column("place", Integer, nullable=True),
    Column("calls", Integer, nullable=False),
    Column("first_called_at", UtcDateTime, nullable=True),
    Column("called_at", UtcDateTime, nullable=True),
    Column("began_at", UtcDateTime, nullable=True),
    Column("ended_at", UtcDateTime, nullable=True),
    Index("uq_ticket_number", "assignment_id", "number", unique=True),
    Index("ix_ticket_state", "assignment_id", "state", "ended_at"),
    Index("ix_ticket_device", "assignment_id", "device"),
)

queue_lease = Table(
    "queue_lease",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("assignment_id", String(36), ForeignKey("booth_queue.assignment_id"), nullable=False),
    Column("first_number", Integer, nullable=False),
    Column("last_number", Integer, nullable=False),
    Column("held_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("told", Integer, nullable=False),
    Column("ended_at", UtcDateTime, nullable=True),
    Index("ix_queue_lease_booth", "assignment_id", "ended_at"),
)

turned_away = Table(
    "turned_away",
    metadata,
    Column("assignment_id", String(36), ForeignKey("booth_queue.assignment_id"), primary_key=True),
    Column("device", String(64), primary_key=True, info=DERIVED),
    Column("at", UtcDateTime, nullable=False),
)
"""Telephones on whose page no more tickets were drawn: they came, and the next booths are sized for them too."""

staffing = Table(
    "staffing",
    metadata,
    Column("line_id", String(36), primary_key=True),
    Column("campaign_id", String(80), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("from_volunteers", Integer, nullable=False),
    Column("needed", Integer, nullable=False),
    Column("to_volunteers", Integer, nullable=False),
    Column("wait_now", Float, nullable=False),
    Column("wait_then", Float, nullable=False),
    Column("arrivals", Integer, nullable=False),
    Column("minutes_per_resident", Float, nullable=False),
    Column("queues", Integer, nullable=False),
    Column("measured_wait", Float, nullable=False),
    Column("state", String(10), nullable=False, index=True),
    Column("made_on", Date, nullable=False),
)
"""More volunteers for a booth to come, as the queues of earlier ones ask for. ``state`` is open or declined; it is done
once the booth has as many."""

# Who has a ticket's token has the ticket, so the audit log keeps neither it nor the device.
mapper.map_imperatively(BoothQueue, booth_queue, version_id_col=booth_queue.c.version)
mapper.map_imperatively(Ticket, ticket)
mapper.map_imperatively(QueueLease, queue_lease)
