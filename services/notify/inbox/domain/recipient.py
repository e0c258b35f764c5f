"""Who is told: a post; for a volunteer the public number, for a coordinator of one's own the id of the account, never
a name."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from shared.kernel.access import Grant
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput, NotFound
from shared.kernel.text import typed_code

COORDINATOR = "coordinator"
ACCOUNT = "account"
_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}"
)
_LONGEST_ADDRESS = 254  # RFC 5321, 4.5.3.1.3


def of_township(code: str) -> str:
    return f"township.{code}"


def of_team(code: str) -> str:
    return f"team.{code}"


def of_volunteer(number: str) -> str:
    return f"volunteer.{number}"


def of_account(subject: str) -> str:
    return f"{ACCOUNT}.{subject}"


def is_account(recipient_id: str) -> bool:
    return recipient_id.startswith(f"{ACCOUNT}.")


def clean_address(email: str) -> str:
    """The address as mail servers write it. :raises InvalidInput: no mail could ever reach it."""
    email = typed_code(email).replace("。", ".")  # ＠ and ． come from Chinese keyboards
    if len(email) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(email):
        raise InvalidInput("email_malformed", field="email")
    return email


def mask_address(email: str) -> str:
    """Enough to recognise the own one: lin@example.org -> l****@e****.org."""
    local, _, domain = email.rpartition("@")
    host, _, top = domain.rpartition(".")
    return f"{local[:1]}****@{host[:1]}****.{top}" if host else f"{local[:1]}****@{domain[:1]}****"


@dataclass(eq=False, kw_only=True)
class Recipient(Aggregate):
    """A post that messages go to: ``coordinator``, ``township.<code>``, ``team.<code>`` or ``volunteer.<no>``; for what
    concerns one coordinator alone, ``account.<id>``.

    It exists from its first mention by any event; its names come when catalog tells them, until then
    they are empty. ``entered_at`` is when catalog entered a township, None while it has not.
    ``messages``, ``unread`` and ``mails`` count what it got, so that nobody has to count rows.
    Until ``stand_in_until_on`` what it is told also goes to its stand-in.
    """

    kind: ClassVar[str] = "recipient"

    id: str
    name: str = ""
    name_en: str = ""
    language: str = "zh-CN"
    email_sealed: str | None = None
    mobile_sealed: str | None = None
    stand_in_id: str | None = None
    stand_in_until_on: date | None = None
    entered_at: datetime | None = None
    messages: int = 0
    unread: int = 0
    mails: int = 0

    @property
    def key(self) -> str:
        return self.id

    def rename(self, name: str, name_en: str) -> None:
        self.name, self.name_en = name, name_en

    def enter(self, name: str, name_en: str, at: datetime) -> None:
        """catalog entered the township at that moment, or changed it later: it is entered once."""
        self.rename(name, name_en)
        self.entered_at = self.entered_at or at

    def prefer(self, *, language: str, email_sealed: str | None) -> None:
        self.language, self.email_sealed = language, email_sealed

    def forget_address(self) -> None:
        self.email_sealed = self.mobile_sealed = None

    def stand_in_on(self, day: date) -> str | None:
        """Who is told as well on that day."""
        if self.stand_in_until_on is None or day > self.stand_in_until_on:
            return None
        return self.stand_in_id

    def be_stood_in_for(self, stand_in_id: str | None, until_on: date | None) -> None:
        self.stand_in_id, self.stand_in_until_on = stand_in_id, until_on

    def take_over(
        self, former: "Recipient", email_sealed: str | None, mobile_sealed: str | None
    ) -> None:
        """Takes over the inbox of the one whose place it took, and its addresses, sealed anew, where it has none
        itself."""
        self.entered_at = self.entered_at or former.entered_at
        if not self.name:
            self.rename(former.name, former.name_en)
        if self.email_sealed is None:
            self.language, self.email_sealed = former.language, email_sealed
        if self.mobile_sealed is None:
            self.mobile_sealed = mobile_sealed
        if self.stand_in_id is None and former.stand_in_id != self.id:
            self.be_stood_in_for(former.stand_in_id, former.stand_in_until_on)
        self.messages += former.messages
        self.unread += former.unread
        self.mails += former.mails
        former.messages = former.unread = former.mails = 0
        former.email_sealed = former.mobile_sealed = former.entered_at = None
        former.be_stood_in_for(None, None)

    def note_read(self, count: int = 1) -> None:
        self.unread -= count

    def note_mail(self) -> None:
        self.mails += 1


def kind_of_post(recipient_id: str) -> str:
    """What kind of post it is: coordinator, township, team, volunteer or account."""
    return recipient_id.partition(".")[0]


def recipients_within(grant: Grant) -> list[str]:
    """The ids of the recipients that a grant reaches which does not reach everything, sorted."""
    found = [of_account(grant.subject)]
    found += [of_township(code) for code in grant.townships]
    found += [of_team(code) for code in grant.teams]
    found += [of_volunteer(number) for number in grant.persons]
    return sorted(found)


def reaches(grant: Grant, recipient_id: str) -> bool:
    """Whether the recipient is the asker's to read. What is one account's own is nobody else's, whatever they reach."""
    if is_account(recipient_id):
        return recipient_id == of_account(grant.subject)
    return grant.everything or recipient_id in recipients_within(grant)


def is_own(grant: Grant, recipient_id: str) -> bool:
    """Whether the asker is one of the recipient's people, however far the grant reaches."""
    own = {of_township(code) for code in grant.townships} | {of_team(code) for code in grant.teams}
    return recipient_id in own | {of_volunteer(number) for number in grant.persons}


def require_own(grant: Grant, recipient_id: str) -> None:
    """:raises NotFound: the recipient is somebody else's."""
    if not reaches(grant, recipient_id):
        raise NotFound(Recipient.kind, recipient_id)
