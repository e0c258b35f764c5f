"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import Boolean, Column, Date, Float, Index, Integer, String, Table, false

from services.requests.database import mapper, metadata
from services.requests.regularisation.domain.proposal import Proposal
from shared.db.types import DERIVED, FREE_TEXT, Json

booth_queue = Table(
    "booth_queue",
    metadata,
    Column("assignment_id", String(40), primary_key=True),
    Column("stop_id", String(40), nullable=False),
    Column("township_code", String(12), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("on", Date, nullable=False),
    Column("arrived", Integer, nullable=False),
    Column("served", Integer, nullable=False),
    Column("longest", Integer, nullable=False),
    Column("mean_wait_minutes", Float, nullable=False),
    Index("ix_booth_queue_on", "on"),
)
"""The queues that dispatch measured, as it said last."""

recurrence_proposal = Table(
    "recurrence_proposal",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("township_code", String(12), nullable=False),
    Column("item_code", String(40), nullable=False),
    Column("item_name", String(80), nullable=False),
    Column("item_name_en", String(80), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("order_id", String(36), nullable=False),
    Column("proposed_cadence", String(20), nullable=False),
    Column("proposed_residents", Integer, nullable=False),
    Column("cadence", String(20), nullable=False),
    Column("residents", Integer, nullable=False),
    Column("points", Json, nullable=False, info=DERIVED),
    Column("evidence", Json, nullable=False, info=DERIVED),
    Column("digest", String(32), nullable=False),
    Column("to_weigh", Boolean, nullable=False, server_default=false()),
    Column("proposed_on", Date, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("reminded_on", Date, nullable=True),
    Column("state", String(10), nullable=False),
    Column("answered_on", Date, nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("starts_on", Date, nullable=True),
    Column("series_id", String(36), nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_recurrence_proposal_state", "state", "id"),
    Index("ix_recurrence_proposal_township", "township_code", "item_code", "id"),
    Index("ix_recurrence_proposal_team", "team_code", "state", "id"),
)

mapper.map_imperatively(Proposal, recurrence_proposal, version_id_col=recurrence_proposal.c.version)
