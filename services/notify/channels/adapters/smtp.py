"""E-mail by SMTP (RFC 5321); one connection a batch."""

import asyncio
import ssl
from collections.abc import Mapping, Sequence
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

import aiosmtplib

from services.notify.channels.use_cases import Mail, Outcome
from shared.kernel.clock import Clock
from shared.telemetry.logs import logger

ANSWER_SECONDS = 5.0
BATCH_SECONDS = 40.0

log = logger(__name__)


class SmtpSender:
    """Sends mails through the server at ``url``: smtp://[user:password@]host:port, with STARTTLS when
    the server offers it, or smtps://. Logs what went wrong, but never an address: what the library
    raises contains them."""

    def __init__(
        self, url: str, sender: str, clock: Clock, *, trust: ssl.SSLContext | None = None
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

    async def send(self, mails: Sequence[Mail]) -> Mapping[str, Outcome]:
        """Gives what became of each by delivery id; those it did not come to are unreachable."""
        outcomes: dict[str, Outcome] = {}
        try:
            async with asyncio.timeout(BATCH_SECONDS), self._connected() as server:
                for mail in mails:
                    outcomes[mail.id] = await self._send(server, mail)
        except (aiosmtplib.SMTPException, OSError) as error:  # a timeout is an OSError
            log.warning(
                "mail server away", error=type(error).__name__, unsent=len(mails) - len(outcomes)
            )
        return {mail.id: outcomes.get(mail.id, "unreachable") for mail in mails}

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

    async def _send(self, server: aiosmtplib.SMTP, mail: Mail) -> Outcome:
        try:
            await server.send_message(
                self._letter(mail), sender=self._sender, recipients=[mail.address]
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return self._refusal(mail, max(refusal.code for refusal in error.recipients))
        except aiosmtplib.SMTPResponseException as error:
            return self._refusal(mail, error.code)
        return "sent"

    def _refusal(self, mail: Mail, code: int) -> Outcome:
        final = 500 <= code < 600
        log.warning("mail refused", delivery_id=mail.id, smtp_code=code, final=final)
        return "refused" if final else "unreachable"

    def _letter(self, mail: Mail) -> EmailMessage:
        letter = EmailMessage(policy=SMTP_POLICY)
        letter["From"] = self._sender
        letter["To"] = mail.address
        letter["Subject"] = mail.subject
        letter["Date"] = format_datetime(self._clock())
        letter["Message-ID"] = f"<{mail.id}@{self._domain}>"
        letter["Content-Language"] = mail.language
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers, please
        letter.set_content(mail.text)
        return letter
