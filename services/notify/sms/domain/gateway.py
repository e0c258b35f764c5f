"""The request that a gateway wants, as a template."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import quote, quote_plus, urlsplit

from services.notify.preferences.domain.quiet import QuietHours
from shared.kernel.aggregate import Aggregate
from shared.kernel.errors import InvalidInput

ONLY = "sms"
Method = Literal["POST", "PUT", "GET"]
BodyKind = Literal["json", "form", "none"]

_FACT = re.compile(r"\{(phone|text|secret|id)\}")
_CONTENT_TYPES = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What goes out for one message."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(eq=False, kw_only=True)
class Gateway(Aggregate):
    """The one gateway for text messages. ``url``, the headers' values and ``body`` are templates in which {phone},
    {text}, {secret} and {id} stand for the facts of a message, each written as its place demands.

    A message is taken where the answer's status is 2xx and, where ``ok_field`` names a field of its JSON
    (``data.code``), that field says ``ok_value``. ``daily_segments`` is the ceiling of a day of China,
    ``most_segments`` that of one message.
    """

    kind: ClassVar[str] = "sms_gateway"

    id: str = ONLY
    is_active: bool = False
    method: str = "POST"
    url: str = ""
    headers: list[dict[str, str]] = field(default_factory=list)
    body_kind: str = "json"
    body: str = ""
    ok_field: str = ""
    ok_value: str = ""
    signature: str = ""
    most_segments: int = 3
    daily_segments: int = 1000
    quiet_from: str | None = None
    quiet_until: str | None = None
    secret_sealed: str | None = None

    @property
    def key(self) -> str:
        return self.id

    @property
    def quiet_hours(self) -> QuietHours | None:
        return QuietHours.of(self.quiet_from, self.quiet_until)

    def describe(self, said: Mapping[str, Any]) -> None:
        """Replaces what the gateway wants.

        :raises InvalidInput: the address names no host, or one that a message decides; the body is no JSON; or no part
            takes the number or the text.
        """
        for name, value in said.items():
            setattr(self, name, value)
        host = urlsplit(self.url).netloc
        if not host or _FACT.search(host):
            raise InvalidInput("sms_url_malformed", field="url")
        everything = self.url + self.body + "".join(each["value"] for each in self.headers)
        if "{phone}" not in everything or "{text}" not in everything:
            raise InvalidInput("sms_template_incomplete", field="body")
        if self.body_kind == "json":
            try:
                json.loads(_filled(self.body, dict.fromkeys(_FACTS, "x"), _as_json))
            except ValueError:
                raise InvalidInput("sms_body_malformed", field="body") from None
        QuietHours.of(self.quiet_from, self.quiet_until)

    def request_for(self, *, phone: str, text: str, secret: str, key: str) -> Request:
        """The request for one message; ``text`` as it is to be read, ``key`` the same at every try."""
        facts = {"phone": phone, "text": text, "secret": secret, "id": key}
        headers = {each["name"]: _filled(each["value"], facts, _as_header) for each in self.headers}
        if self.body_kind in _CONTENT_TYPES:
            headers = {"Content-Type": _CONTENT_TYPES[self.body_kind]} | headers
        body = ""
        if self.body_kind != "none":
            body = _filled(self.body, facts, _as_json if self.body_kind == "json" else quote_plus)
        return Request(
            self.method, _filled(self.url, facts, _as_address), headers, body.encode("utf-8")
        )

    def is_taken(self, answer: object) -> bool:
        """Whether an answer with status 2xx, read as JSON, says that the message was taken."""
        return not self.ok_field or self.said_in(answer) == self.ok_value

    def said_in(self, answer: object) -> str:
        """What the answer's field says, as text; empty where it has none."""
        for name in self.ok_field.split("."):
            answer = answer.get(name) if isinstance(answer, dict) else None
        if isinstance(answer, bool):
            return "true" if answer else "false"
        return "" if answer is None else str(answer)


_FACTS = ("phone", "text", "secret", "id")


def _filled(template: str, facts: Mapping[str, str], escaped: Callable[[str], str]) -> str:
    """Fills each fact in once; what looks like a template in a fact stays what it is."""
    return _FACT.sub(lambda match: escaped(facts[match[1]]), template)


def _as_json(fact: str) -> str:
    """As it stands between the quotation marks of a JSON string."""
    return json.dumps(fact, ensure_ascii=False)[1:-1]


def _as_address(fact: str) -> str:
    return quote(fact, safe="")


def _as_header(fact: str) -> str:
    """Header lines hold printable ASCII only (RFC 9110, 5.5): anything else is percent-encoded."""
    return fact if fact.isascii() and fact.isprintable() else quote(fact, safe="")
