"""Tables, and the imperative mapping of the domain classes onto them."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.orm import relationship

from services.catalog.database import mapper, metadata
from services.catalog.survey.domain.outcome import SurveyDecision
from services.catalog.survey.domain.proposal import ItemProposal
from services.catalog.survey.domain.reply import SurveyLine, SurveyReply
from shared.db.types import FREE_TEXT, Json

survey_reply = Table(
    "survey_reply",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("edition_code", String(40), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("sent_on", Date, nullable=True),
    Column("changes", Integer, nullable=False),
    Column("reminded_for", Date, nullable=True),
    Column("overdue_for", Date, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("edition_code", "team_code", name="uq_survey_reply_of_team"),
    # A team's last answers are what the next survey begins with.
    Index("ix_survey_reply_team", "team_code", "sent_on"),
)
survey_line = Table(
    "survey_line",
    metadata,
    Column("reply_id", String(36), ForeignKey("survey_reply.id"), primary_key=True),
    Column("item_code", String(40), primary_key=True),
    Column("offers", Boolean, nullable=False),
    Column("times_a_week", Integer, nullable=True),
    Column("volunteers", Integer, nullable=True),
    Column("not_on", Json, nullable=False),
    Column("not_on_words", String(500), nullable=True, info=FREE_TEXT),
    Column("township_provides", Json, nullable=False),
    Column("remark", String(500), nullable=True, info=FREE_TEXT),
    Column("said_on", Date, nullable=False),
)
item_proposal = Table(
    "item_proposal",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("reply_id", String(36), ForeignKey("survey_reply.id"), nullable=False, index=True),
    Column("edition_code", String(40), nullable=False),
    Column("team_code", String(40), nullable=False),
    Column("name", String(80), nullable=False),
    Column("text", String(500), nullable=False, info=FREE_TEXT),
    Column("volunteers", Integer, nullable=True),
    Column("times_a_week", Integer, nullable=True),
    Column("proposed_on", Date, nullable=False),
    Column("state", String(10), nullable=False),
    Column("place", String(101), nullable=True, unique=True),
    Column("item_code", String(40), nullable=True),
    Column("reason_code", String(40), nullable=True),
    Column("reason", String(500), nullable=True, info=FREE_TEXT),
    Column("decided_on", Date, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_item_proposal_edition", "edition_code", "state"),
)
survey_decision = Table(
    "survey_decision",
    metadata,
    Column("id", String(81), primary_key=True),
    Column("edition_code", String(40), nullable=False, index=True),
    Column("item_code", String(40), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("wanted", Json, nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
)

mapper.map_imperatively(SurveyLine, survey_line)
mapper.map_imperatively(
    SurveyReply,
    survey_reply,
    version_id_col=survey_reply.c.version,
    properties={
        "lines": relationship(
            SurveyLine,
            order_by=survey_line.c.item_code,
            lazy="selectin",
            cascade="all, delete-orphan",
        )
    },
)
mapper.map_imperatively(SurveyDecision, survey_decision, version_id_col=survey_decision.c.version)
mapper.map_imperatively(ItemProposal, item_proposal, version_id_col=item_proposal.c.version)
