"""Who is told: a post, never a person."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

COORDINATOR = "coordinator"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}")
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


def of_township(code: str) -> str:
    return f"township.{code}"


def of_team(code: str) -> str:
    return f"team.{code}"


@dataclass(eq=False, kw_only=True)
class Recipient(Aggregate):
    """A post that messages go to: ``coordinator``, ``township.<code>`` or ``team.<code>``.

    It exists from its first mention by any event; its names come when catalog tells them, until then
    they are empty. ``entered_at`` is when catalog entered a township, None while it has not.
    ``messages``, ``unread`` and ``mails`` count what it got, so that nobody has to count rows.
    """

    kind: ClassVar[str] = "recipient"

    id: str
    name: str = ""
    name_en: str = ""
    language: str = "zh-CN"
    email: str | None = None
    entered_at: datetime | None = None
    messages: int = 0
    unread: int = 0
    mails: int = 0

    @property
    def key(self) -> str:
        return self.id

    def rename(self, name: str, name_en: str) -> None:
        self.name, self.name_en = name, name_en

    def prefer(self, *, language: str, email: str | None) -> None:
        """:raises InvalidInput: no mail could ever reach that address."""
        if email is not None:
            email = unicodedata.normalize("NFKC", email).strip()  # ＠ and ． come from Chinese keyboards
            if len(email) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
                raise InvalidInput("email_malformed", field="email")
        self.language, self.email = language, email

    def note_message(self) -> None:
        self.messages += 1
        self.unread += 1

    def note_read(self) -> None:
        self.unread -= 1

    def note_mail(self) -> None:
        self.mails += 1
