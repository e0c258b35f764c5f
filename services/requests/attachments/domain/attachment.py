"""A file of an order."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from shared.kernel.aggregate import Aggregate

MOST_OF_AN_ORDER = 10
CLOSED = ("closed", "cancelled")
"""The states of an order that takes no more files."""


@dataclass(eq=False, kw_only=True)
class Attachment(Aggregate):
    """A file of an order. The file itself is kept under :attr:`file_key`; see :mod:`shared.storage.port`."""

    kind: ClassVar[str] = "attachment"

    id: str
    order_id: str
    name: str
    media_type: str
    size: int
    made_at: datetime
    made_by: str | None
    """The role of who attached it."""

    @property
    def key(self) -> str:
        return self.id

    @property
    def file_key(self) -> str:
        return key_of(self.id)


FOLDER = "attachments"


def key_of(attachment_id: str) -> str:
    """The key of an attachment's file."""
    return f"{FOLDER}/{attachment_id}"
