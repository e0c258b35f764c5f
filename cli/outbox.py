"""The demonstration's outbox: stand-ins for the gateways and robots that messages go out by, on this machine only, and
what arrived at them.

They answer as the real ones do, so that what notify does about a refusal is seen here as well. Nothing of it is stored:
it begins empty with each start.
"""

import base64
import hashlib
import hmac
import json
import re
from collections import defaultdict, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from itertools import count
from typing import Any

from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from cli.client import Client
from shared.http.authentication import Authenticator
from shared.kernel.clock import Clock, utc_now
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id

KEPT = 200
MOST_CALLS = 20
MINUTE = timedelta(minutes=1)
PUNISHED = timedelta(minutes=10)
"""How long DingTalk hears nothing of a robot that spoke too often."""
SIGNED_FOR = timedelta(hours=1)
TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096

# Keys and tokens that begin so are known: each group has its own.
WECOM_KEY = "demonstration-wecom"
DINGTALK_TOKEN, DINGTALK_SECRET = "demonstration-dingtalk", "SEC-demonstration"
SMS_SECRET = "demonstration-sms"  # noqa: S105 - opens nothing

_CODE = re.compile(r"[0-9]{6}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one stand-in took."""

    id: int
    channel: str
    at: str
    to: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Posts:
    """Who gets what in the demonstration, besides e-mail: the names of groups' robots, and mobile
    numbers, by recipient. ``url`` is where this machine reaches the system."""

    url: str
    robots: Mapping[str, str]
    mobiles: Mapping[str, str]


class Outbox:
    """What arrived, the newest first."""

    def __init__(self, clock: Clock = utc_now) -> None:
        self.clock = clock
        self._numbers = count(1)
        self._arrivals: deque[Arrival] = deque(maxlen=KEPT)
        self._calls: defaultdict[str, list[datetime]] = defaultdict(list)
        self._punished: dict[str, datetime] = {}

    def arrivals(self) -> list[Arrival]:
        return list(self._arrivals)

    def take(self, channel: str, to: str, subject: str, text: str) -> None:
        at = self.clock().isoformat()
        self._arrivals.appendleft(Arrival(next(self._numbers), channel, at, to, subject, text))

    def sms(self, said: Mapping[str, Any]) -> dict[str, Any]:
        """A gateway's answer: 0 is well."""
        if said.get("key") != SMS_SECRET:
            return {"code": "401", "message": "key invalid"}
        if not _MOBILE.fullmatch(str(said.get("mobile"))):
            return {"code": "1003", "message": "mobile invalid"}
        self.take("sms", str(said["mobile"]), "", str(said.get("content")))
        return {"code": "0", "message": "ok"}

    def wecom(self, key: str, said: Mapping[str, Any]) -> dict[str, Any]:
        """As WeCom answers a robot."""
        if not key.startswith(WECOM_KEY):
            return _answer(93000, "invalid webhook url")
        kind = str(said.get("msgtype"))
        text = str((said.get(kind) or {}).get("content", ""))
        if len(text.encode()) > (MARKDOWN_BYTES if kind == "markdown" else TEXT_BYTES):
            return _answer(40058, "content exceed max length")
        if self._is_over(f"wecom {key}"):
            return _answer(45009, "api freq out of limit")
        self.take("wecom", "企业微信群", "", text)
        return _answer(0, "ok")

    def dingtalk(
        self, token: str, moment: str, sign: str, said: Mapping[str, Any]
    ) -> dict[str, Any]:
        """As DingTalk answers a robot whose calls are to be signed."""
        now = self.clock()
        if not token.startswith(DINGTALK_TOKEN):
            return _answer(300005, "token is not exist")
        digest = hmac.new(
            DINGTALK_SECRET.encode(), f"{moment}\n{DINGTALK_SECRET}".encode(), hashlib.sha256
        )
        is_signed = hmac.compare_digest(base64.b64encode(digest.digest()).decode(), sign)
        if not is_signed or not moment.isdecimal() or not _is_fresh(moment, now):
            return _answer(310000, "sign not match, more: [https://ding-doc.dingtalk.com]")
        if now < self._punished.get(token, now):
            return _answer(130101, "send too fast, exceed 20 times per minute")
        if self._is_over(f"dingtalk {token}"):
            self._punished[token] = now + PUNISHED
            return _answer(130101, "send too fast, exceed 20 times per minute")
        kind = str(said.get("msgtype"))
        content = said.get(kind) or {}
        self.take("dingtalk", "钉钉群", "", str(content.get("text") or content.get("content", "")))
        return _answer(0, "ok")

    def _is_over(self, robot: str) -> bool:
        """Counts a call, unless it is one too many within a minute."""
        now = self.clock()
        recent = [at for at in self._calls[robot] if now - at < MINUTE]
        self._calls[robot] = recent
        if len(recent) >= MOST_CALLS:
            return True
        recent.append(now)
        return False


def _is_fresh(moment: str, now: datetime) -> bool:
    return abs(now.timestamp() - int(moment) / 1000) < SIGNED_FOR.total_seconds()


def _answer(code: int, message: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": message}


class ShownMailbox(Mailbox):
    """A mail server's handler that keeps mails in a folder, and shows them in the outbox."""

    def __init__(self, folder: Any, outbox: Outbox) -> None:
        super().__init__(folder)
        self._outbox = outbox

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the library's name
        content = envelope.content or b""
        mail = message_from_bytes(
            content if isinstance(content, bytes) else content.encode(), policy=policy.default
        )
        assert isinstance(mail, EmailMessage)  # noqa: S101 - by the policy
        plain = mail.get_body(("plain",))
        text = str(plain.get_content()) if plain is not None else ""
        for address in envelope.rcpt_tos:
            self._outbox.take("email", str(address), str(mail["Subject"]), text.strip())
        answer: str = await super().handle_DATA(server, session, envelope)
        return answer


def stand_in_routes(outbox: Outbox) -> APIRouter:
    """The stand-ins' own addresses. Whoever is not this machine finds none."""
    router = APIRouter(prefix="/outbox", dependencies=[Depends(_only_this_machine)])

    @router.post("/sms")
    async def sms(request: Request) -> JSONResponse:
        return JSONResponse(outbox.sms(await _json(request)))

    @router.post("/wecom/cgi-bin/webhook/send")
    async def wecom(request: Request) -> JSONResponse:
        key = request.query_params.get("key", "")
        return JSONResponse(outbox.wecom(key, await _json(request)))

    @router.post("/dingtalk/robot/send")
    async def dingtalk(request: Request) -> JSONResponse:
        token, moment, sign = (
            request.query_params.get(name, "") for name in ("access_token", "timestamp", "sign")
        )
        return JSONResponse(outbox.dingtalk(token, moment, sign, await _json(request)))

    return router


def outbox_routes(outbox: Outbox, authenticator: Authenticator) -> APIRouter:
    """Shows what arrived to whoever has signed in."""
    router = APIRouter()

    async def signed_in(request: Request) -> None:
        host = request.client.host if request.client else ""
        await authenticator.admit(request.headers.get("authorization"), host)

    @router.get("/outbox", dependencies=[Depends(signed_in)])
    async def list_arrivals() -> JSONResponse:
        return JSONResponse({"items": [asdict(each) for each in outbox.arrivals()]})

    return router


async def set_up_channels(client: Client, operator: Client, outbox: Outbox, posts: Posts) -> None:
    """Sets up all channels of the system that ``client`` (a coordinator) and ``operator`` talk to, so that they go to
    the stand-ins at this machine's ``posts.url``, as an operator and a coordinator would on their screens. Doing it
    again changes nothing but the addresses."""
    here = f"{posts.url}/api/demonstration/outbox"
    gateway = _gateway(f"{here}/sms")
    if (await operator.get("/api/notify/sms-gateway"))["url"] != gateway["url"]:
        await _enter_robots(client, here, posts)
        await operator.put("/api/notify/sms-gateway", gateway)
    for post, mobile in posts.mobiles.items():
        known = await client.get(f"/api/notify/recipients/{post}/addresses")
        if "sms" not in {each["channel"] for each in known}:
            await _confirm(client, outbox, post, mobile)


async def _enter_robots(client: Client, here: str, posts: Posts) -> None:
    """In the place of those that an earlier start entered, at another address of this machine."""
    for robot in await client.get("/api/notify/robots"):
        if robot["name"] in posts.robots.values():
            await _post(client, f"/api/notify/robots/{robot['id']}/remove")
    for post, name in posts.robots.items():
        await _post(client, "/api/notify/robots", _robot(here, post, name))


def _gateway(url: str) -> dict[str, Any]:
    return {
        "is_active": True,
        "url": url,
        "body": '{"mobile": "{phone}", "content": "{text}", "key": "{secret}"}',
        "ok_field": "code",
        "ok_value": "0",
        "signature": "【点菜】",
        "secret": SMS_SECRET,
    }


def _robot(here: str, post: str, name: str) -> dict[str, Any]:
    about = {"recipient_id": post, "name": name}
    if post.startswith("team."):
        address = f"{here}/dingtalk/robot/send?access_token={DINGTALK_TOKEN}-{post}"
        return about | {"vendor": "dingtalk", "address": address, "secret": DINGTALK_SECRET}
    address = f"{here}/wecom/cgi-bin/webhook/send?key={WECOM_KEY}-{post}"
    return about | {"vendor": "wecom", "address": address}


async def _confirm(client: Client, outbox: Outbox, post: str, mobile: str) -> None:
    path = f"/api/notify/recipients/{post}/addresses"
    await _post(client, path, {"channel": "sms", "address": mobile})
    code = next(
        found[0]
        for each in outbox.arrivals()
        if each.to == mobile and (found := _CODE.findall(f"{each.subject} {each.text}"))
    )
    await _post(client, f"{path}/confirm", {"channel": "sms", "code": code})


async def _post(client: Client, path: str, body: dict[str, Any] | None = None) -> None:
    await client.post(path, body, key=new_id())


async def _only_this_machine(request: Request) -> None:
    host = request.client.host if request.client else ""
    try:
        is_here = ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise NotFound("outbox", "")


async def _json(request: Request) -> Mapping[str, Any]:
    try:
        said = json.loads(await request.body())
    except ValueError:
        said = None
    return said if isinstance(said, dict) else {}
