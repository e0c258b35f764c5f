"""What each vendor wants to be sent, and what its answers mean."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from services.notify.channels.domain.letter import SENT, UNREACHABLE, Letter, Outcome

_THROTTLED = {
    "wecom": {45009: timedelta(minutes=1)},
    "dingtalk": {130101: timedelta(minutes=10), 410100: timedelta(minutes=10)},
}
"""The errcodes that mean too often, and how long the vendor then hears nothing."""

_BUSY = -1
"""The errcode of a vendor that has trouble of its own."""

_MARKS = str.maketrans(dict(zip("*_`#[]()<>", "＊＿｀＃［］（）＜＞", strict=True)))
"""Markdown's marks as the full-width characters that look like them: the vendors know no escape."""


def said(letter: Letter, style: str) -> str:
    """A message as the group reads it; what stands in it is text, whatever it looks like."""
    if style == "markdown":
        subject, text = letter.subject.translate(_MARKS), letter.text.translate(_MARKS)
        return f"**{subject}**\n{text}" if text else f"**{subject}**"
    return f"{letter.subject}\n{letter.text}" if letter.text else letter.subject


def body_of(vendor: str, style: str, text: str) -> dict[str, Any]:
    """The JSON of a call."""
    if style == "text":
        return {"msgtype": "text", "text": {"content": text}}
    if vendor == "dingtalk":
        title = text.partition("\n")[0].strip("*")[:60]
        return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    return {"msgtype": "markdown", "markdown": {"content": text}}


def signed(address: str, secret: str, now: datetime) -> str:
    """A DingTalk robot's address with its signature, which is good for an hour."""
    moment = str(int(now.timestamp() * 1000))
    digest = hmac.new(secret.encode(), f"{moment}\n{secret}".encode(), hashlib.sha256).digest()
    sign = quote(base64.b64encode(digest), safe="")
    return f"{address}&timestamp={moment}&sign={sign}"


def judged(vendor: str, status: int, answer: object, now: datetime) -> Outcome:
    """What an answer means; ``answer`` is its JSON, None where it is none."""
    if status == 429:
        return Outcome("throttled", now + timedelta(minutes=1))
    code = answer.get("errcode") if isinstance(answer, dict) else None
    if status >= 500 or not isinstance(code, int) or code == _BUSY:
        return UNREACHABLE
    if code == 0:
        return SENT
    if (pause := _THROTTLED[vendor].get(code)) is not None:
        return Outcome("throttled", now + pause, str(code))
    return Outcome("refused", detail=str(code))
