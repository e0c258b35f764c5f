"""Keeping the corps' own wordings."""

from sqlalchemy import insert

from services.notify.templates.domain import AS_RELEASED, MessageTemplate, Wording
from services.notify.templates.tables import template_version
from shared.unit_of_work import Transaction


async def reword(
    tx: Transaction, code: str, wording: Wording | None, *, restored: int | None
) -> None:
    """Words a message anew, as its next version; None: as the release does. The same words again change nothing."""
    template = await tx.find(MessageTemplate, code)
    if (template.wording if template else None) == wording:
        return
    if template is None:
        template = MessageTemplate(
            code=code,
            number=AS_RELEASED,
            subject=None,
            text=None,
            subject_en=None,
            text_en=None,
            saved_at=tx.now,
        )
        template.reword(wording, tx.now)
        tx.add(template)
    else:
        template.reword(wording, tx.now)
    await tx.flush()  # the precondition is checked before anything else is stored
    await tx.session.execute(
        insert(template_version).values(
            code=code,
            number=template.number,
            saved_at=tx.now,
            by_id=tx.actor.subject,
            restored=restored,
            subject=template.subject,
            text=template.text,
            subject_en=template.subject_en,
            text_en=template.text_en,
        )
    )
