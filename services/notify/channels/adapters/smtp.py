"""E-mail by SMTP (RFC 5321); one connection a batch."""

import asyncio
import ssl
from collections.abc import Collection, Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from html import escape
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.channels.domain.letter import SENT, UNREACHABLE, Letter, Outcome
from services.notify.inbox.domain.recipient import Recipient
from services.notify.inbox.queries import address_of, with_email
from shared.db.vault import Vault
from shared.kernel.clock import Clock
from shared.telemetry.logs import logger

ANSWER_SECONDS = 5.0
BATCH_SECONDS = 40.0

log = logger(__name__)


class SmtpChannel:
    """E-mail through the server at ``url``: smtp://[user:password@]host:port, with STARTTLS when
    the server offers it, or smtps://. A mail has a plain part and an HTML part that say the same.
    Logs what went wrong, but never an address: what the library raises contains them."""

    code = "email"

    def __init__(
        self,
        url: str,
        sender: str,
        clock: Clock,
        *,
        vault: Vault,
        trust: ssl.SSLContext | None = None,
    ) -> None:
        """``trust`` checks the server's certificate. :raises ValueError: ``url`` is not such an address."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("smtp_url: write smtp://host:port or smtps://host:port")
        self._host = parts.hostname
        self._tls = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._tls else 25)
        self._user = unquote(parts.username) if parts.username else None
        self._password = unquote(parts.password) if parts.password else None
        self._trust = trust
        self._sender = sender
        self._domain = sender.rpartition("@")[2]
        self._clock = clock
        self._vault = vault

    async def targets(
        self, session: AsyncSession, recipient_ids: Collection[str]
    ) -> Mapping[str, Sequence[str]]:
        return dict.fromkeys(await with_email(session, recipient_ids), (self.code,))

    async def is_set_up(self, _session: AsyncSession) -> bool:
        return True

    def address_of(self, recipient: Recipient, _target: str | None) -> str | None:
        return address_of(self._vault, recipient)

    async def send(self, mails: Sequence[Letter]) -> Mapping[str, Outcome]:
        """Gives what became of each by id; those it did not come to are unreachable."""
        outcomes: dict[str, Outcome] = {}
        try:
            async with asyncio.timeout(BATCH_SECONDS), self._connected() as server:
                for mail in mails:
                    outcomes[mail.id] = await self._send(server, mail)
        except (aiosmtplib.SMTPException, OSError) as error:  # a timeout is an OSError
            log.warning(
                "mail server away", error=type(error).__name__, unsent=len(mails) - len(outcomes)
            )
        return {mail.id: outcomes.get(mail.id, UNREACHABLE) for mail in mails}

    def _connected(self) -> aiosmtplib.SMTP:
        return aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            use_tls=self._tls,
            tls_context=self._trust,
            username=self._user,
            password=self._password,
            timeout=ANSWER_SECONDS,
        )

    async def _send(self, server: aiosmtplib.SMTP, mail: Letter) -> Outcome:
        try:
            await server.send_message(
                self._letter(mail), sender=self._sender, recipients=[mail.address]
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return self._refusal(mail, max(refusal.code for refusal in error.recipients))
        except aiosmtplib.SMTPResponseException as error:
            return self._refusal(mail, error.code)
        return SENT

    def _refusal(self, mail: Letter, code: int) -> Outcome:
        final = 500 <= code < 600
        log.warning("mail refused", delivery_id=mail.id, smtp_code=code, final=final)
        return Outcome("refused", detail=str(code)) if final else UNREACHABLE

    def _letter(self, mail: Letter) -> EmailMessage:
        letter = EmailMessage(policy=SMTP_POLICY)
        letter["From"] = self._sender
        letter["To"] = mail.address
        letter["Subject"] = mail.subject
        letter["Date"] = format_datetime(self._clock())
        letter["Message-ID"] = f"<{mail.id}@{self._domain}>"
        letter["Content-Language"] = mail.language
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        letter.set_content(mail.text)
        letter.add_alternative(_html(mail), subtype="html")
        return letter


def _html(mail: Letter) -> str:
    """The same text as HTML; what stands in it is text, whatever it looks like."""
    lines = "<br>\n".join(escape(line) for line in mail.text.splitlines())
    return (
        f'<!doctype html><html lang="{mail.language}"><body><h1 style="font-size:1.2em">'
        f"{escape(mail.subject)}</h1><p>{lines}</p></body></html>"
    )
