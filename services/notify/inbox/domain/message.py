"""A message: a code and the params that fill its text. The text is made when somebody reads it."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import NAMESPACE_URL, uuid5

from services.notify.templates.domain import Params
from shared.kernel.aggregate import Aggregate

_NAMESPACE = uuid5(NAMESPACE_URL, "urn:diancai:message")


def message_id(occasion: str, recipient_id: str, code: str) -> str:
    """The same message has the same id, whenever and however often it is made."""
    return str(uuid5(_NAMESPACE, f"{occasion}|{recipient_id}|{code}"))


@dataclass(eq=False, kw_only=True)
class Message(Aggregate):
    """One message to one recipient. ``about`` names the stream that it tells of, e.g. ``order:<id>``;
    ``created_at`` is when that happened; ``position`` is given by the store and rises per recipient.
    """

    kind: ClassVar[str] = "message"

    id: str
    recipient_id: str
    code: str
    params: Params
    about: str
    created_at: datetime
    read_at: datetime | None = None
    position: int | None = None

    @property
    def key(self) -> str:
        return self.id

    def note_read(self, at: datetime) -> bool:
        """Reading again changes nothing; says whether this was the first time."""
        if self.read_at is not None:
            return False
        self.read_at = at
        return True
