"""Who has acknowledged, and whom the corps should call."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.domain.recipient import recipients_within
from services.notify.inbox.queries import first_escalated, in_words, known_for, list_asked, view_of
from services.notify.policy import POLICY
from shared.http.texts import Texts
from shared.tasks.task import Task
from shared.unit_of_work import UnitOfWork

MOST = 200
"""How many are listed of one object: a stop has a township and a dozen teams."""


@dataclass(frozen=True, slots=True)
class AcknowledgementView:
    """A message that asks for acknowledgement, and what its recipient has done. ``by_id`` is the account that
    acknowledged, ``by_corps`` whether it did so for the recipient."""

    message_id: str
    recipient_id: str
    name: str
    name_en: str
    subject: str
    asked_at: datetime
    read_at: datetime | None
    acknowledged_at: datetime | None
    by_id: str | None
    by_corps: bool
    reminders: int
    escalated_at: datetime | None


async def list_acknowledgements(
    uow: UnitOfWork, texts: Texts, language: str, about: str
) -> list[AcknowledgementView]:
    """Of what was told about one object, the newest first: all for the corps, else those of the own posts."""
    grant = uow.permit(POLICY, "read_acknowledgements")
    own = None if grant.everything else recipients_within(grant)
    async with uow.reading() as session:
        rows = await list_asked(session, about, own, limit=MOST)
        known = await known_for(session, [message for _, message, _ in rows])
    views = []
    for asked, message, to in rows:
        named = view_of(texts, uow.vault, to)
        rendered = in_words(texts, language, message, known)
        views.append(
            AcknowledgementView(
                message_id=asked.id,
                recipient_id=asked.recipient_id,
                name=named.name,
                name_en=named.name_en,
                subject=rendered.subject,
                asked_at=message.created_at,
                read_at=message.read_at,
                acknowledged_at=asked.acknowledged_at,
                by_id=asked.by_id,
                by_corps=asked.by_corps,
                reminders=asked.reminders,
                escalated_at=asked.escalated_at,
            )
        )
    return views


async def first_unacknowledged(session: AsyncSession, *, limit: int) -> tuple[str, int, list[Task]]:
    """The tasks of the corps: whom to call, those first that have waited longest; and how many there are."""
    rows, count = await first_escalated(session, limit=limit)
    tasks = []
    for asked, message, to in rows:
        code = asked.recipient_id.partition(".")[2]
        facts = {
            "name": to.name or code,
            "name_en": to.name_en or code,
            "matter": asked.code.removeprefix("message."),
            "on": message.params["on"],
            "part": message.params["part"],
        }
        tasks.append(Task("message_unacknowledged", asked.about, facts))
    return "message_unacknowledged", count, tasks
