"""Answers about an order's files."""

from datetime import datetime

from shared.http.inputs import Answer


class AttachmentAnswer(Answer):
    id: str
    name: str
    media_type: str
    size: int
    made_at: datetime
    made_by: str | None
