"""Every event that is published: its class, an example, and since when it is there."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.contracts import EVENTS, Event
from shared.eventlog.envelope import AMQP_PREFIX, RABBITMQ_PREFIX, SHARDS, shard_of
from shared.http.texts import LANGUAGES, Texts
from shared.kernel.errors import NotFound
from shared.kernel.text import matched
from shared.messaging.topology import EXCHANGE

Json = dict[str, Any]

PUBLISHED = Path(__file__).with_name("published.json")
"""What ``make generate`` writes of each event: consumers, first release, and the example out of the golden corpus."""


@dataclass(frozen=True, slots=True)
class Published:
    """An event as another system sees it. ``since`` is the first release that had it; ``consumers`` are the services
    that act on it. ``example`` is in CloudEvents' JSON format."""

    contract: type[Event]
    since: str
    consumers: tuple[str, ...]
    example: Mapping[str, Any]

    @property
    def type(self) -> str:
        return self.contract.type

    @property
    def publisher(self) -> str:
        return self.contract.publisher

    @property
    def version(self) -> int:
        return self.contract.version

    @property
    def fact(self) -> str:
        """The type without its version; what happened, whichever version says it."""
        return fact_of(self.type)

    @property
    def newer(self) -> str | None:
        """The type of the next version, where there is one."""
        following = f"{self.fact}.v{self.version + 1}"
        return following if following in EVENTS else None

    @property
    def routing_key(self) -> str:
        """The one of the example."""
        return f"{self.type}.s{shard_of(str(self.example['subject']))}"

    @property
    def stream(self) -> str:
        """What its events are ordered within, e.g. ``order``: what stands before the id."""
        return str(self.example["subject"]).partition(":")[0]

    def headers(self, *prefixes: str) -> Json:
        """The message headers of the example, by each binding of ``prefixes``."""
        said = {name: value for name, value in self.example.items() if name not in BODY}
        return {prefix + name: value for prefix in prefixes for name, value in said.items()}

    def message(self) -> Json:
        """The example as a message of AMQP 0-9-1, its headers by both bindings."""
        return {
            "exchange": EXCHANGE,
            "routing_key": self.routing_key,
            "properties": {
                "content_type": self.example["datacontenttype"],
                "delivery_mode": 2,
                "headers": self.headers(AMQP_PREFIX, RABBITMQ_PREFIX),
            },
            "body": self.example["data"],
        }


BODY = ("data", "datacontenttype")
"""The members of a CloudEvent that are no headers: the body, and the property ``content_type``."""
SHARD = f"0 to {SHARDS - 1}: the CRC-32 of the subject, modulo {SHARDS}"


@lru_cache(maxsize=1)
def list_published() -> tuple[Published, ...]:
    """Returns all events, by publisher, each publisher's in the order of its module."""
    told = json.loads(PUBLISHED.read_text("utf-8"))
    return tuple(
        Published(
            contract,
            told[kind]["since"],
            tuple(told[kind]["consumers"]),
            told[kind]["example"],
        )
        for kind, contract in EVENTS.items()
    )


def get_published(kind: str) -> Published:
    """Returns one event by its type.

    :raises NotFound: there is none of this type.
    """
    for each in list_published():
        if each.type == kind:
            return each
    raise NotFound("event", kind)


def search_published(texts: Texts, wanted: str | None, publisher: str | None) -> list[Published]:
    """Returns the events of ``publisher`` (None: of all) that have all words of ``wanted`` in their type, their
    description in any language, or the names of their fields."""
    words = matched(wanted or "").split()
    return [
        each
        for each in list_published()
        if publisher in (None, each.publisher)
        and all(word in _searched_text(texts, each.type) for word in words)
    ]


def describe(texts: Texts, language: str, event: Published) -> str:
    """Returns what an event says, in words."""
    return texts.words_of(language, "contract.events").get(event.fact) or said_in(
        event.contract.__doc__
    )


def fact_of(kind: str) -> str:
    """Returns a type without its version."""
    return kind.rpartition(".v")[0]


def said_in(docstring: str | None) -> str:
    """Returns a docstring as plain text, without the marks of reStructuredText."""
    plain = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"\1", docstring or "")
    return " ".join(plain.replace("``", "").split())


@lru_cache(maxsize=1000)
def _searched_text(texts: Texts, kind: str) -> str:
    """What an event is found by, as :func:`matched` writes it; made once for each event."""
    return matched(" ".join(_parts_of(texts, get_published(kind))))


def _parts_of(texts: Texts, event: Published) -> Iterator[str]:
    yield event.type
    yield event.contract.__name__
    yield from event.contract.model_fields
    for language in LANGUAGES:
        yield describe(texts, language, event)
