"""Webhooks by HTTP, through the client that reaches no private network unless an operator allows it."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial

import httpx

from services.notify.networks.queries import Reach
from services.notify.subscribers.domain.lane import Result
from services.notify.subscribers.use_cases.sending import Webhook
from services.notify.subscribers.use_cases.signing import signature_header
from shared import __version__
from shared.http.outbound import AddressRefused, Network, Resolve, outbound_client

SECONDS = 15.0
"""For one webhook in all, from the name server to the answer's head."""

MOST_NAMES = 64
"""Names that are looked up at once."""

MEDIA_TYPE = "application/cloudevents+json"


class WebhookSender:
    """Sends webhooks; ``send`` is what the use cases need. ``in_clear`` are networks that are always allowed, without
    TLS too: a demonstration's own machine."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        *,
        in_clear: Sequence[Network] = (),
        seconds: float = SECONDS,
        resolve: Resolve | None = None,
    ) -> None:
        self._always = tuple(in_clear)
        self._allowed: list[Network] = []
        self._in_clear: list[Network] = list(in_clear)
        self._seconds = seconds
        self.client = outbound_client(
            tls,
            self._allowed,
            in_clear=self._in_clear,
            most_connections=None,
            resolve=resolve or self._resolve,
        )
        self._names = ThreadPoolExecutor(MOST_NAMES, thread_name_prefix="webhook-names")

    def allow(self, reach: Reach) -> None:
        """From now on these private networks may be reached, and no others."""
        self._allowed[:] = reach.networks
        self._in_clear[:] = [*self._always, *reach.in_clear]

    async def _resolve(self, host: str, port: int) -> list[str]:
        """In threads of its own, so that a name server that hangs holds up nothing else of this process."""
        look = partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        found = await asyncio.get_running_loop().run_in_executor(self._names, look)
        return [str(entry[4][0]) for entry in found]

    async def send(self, hook: Webhook) -> Result:
        """Sends one webhook. What the answer's body says is not read."""
        timestamp = int(hook.sent_at.timestamp())
        headers = {
            "Content-Type": MEDIA_TYPE,
            "User-Agent": f"Diancai/{__version__}",
            "webhook-id": hook.webhook_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature_header(
                hook.secrets, hook.webhook_id, timestamp, hook.body
            ),
        }
        try:
            async with (
                asyncio.timeout(self._seconds),
                self.client.stream(
                    "POST", hook.url, content=hook.body, headers=headers
                ) as response,
            ):
                pause = _pause(response.headers.get("retry-after"), hook.sent_at)
                return Result(response.status_code, pause=pause)
        except AddressRefused:
            return Result(None, "address_refused")
        except (TimeoutError, httpx.TimeoutException):
            return Result(None, "timeout")
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            return Result(None, "tls" if "certificate" in str(error).lower() else "unreachable")


def _pause(retry_after: str | None, now: datetime) -> timedelta | None:
    """Reads Retry-After (RFC 9110, 10.2.3): seconds or a date; None where it is neither, or in the past."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), 10**8)) or None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # no date, or a year that none has
        return None
    wait = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return wait if wait > timedelta(0) else None
