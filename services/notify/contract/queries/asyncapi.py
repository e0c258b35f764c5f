"""The AsyncAPI 3.1 document of all events.

Source: https://www.asyncapi.com/docs/reference/specification/v3.1.0, and the AMQP bindings 0.3.0.
"""

from typing import Any

from services.notify.contract.queries.catalogue import SHARD, Published, list_published
from services.notify.contract.queries.schemas import schema_of, urn_of
from shared.contracts import PUBLISHERS
from shared.eventlog.envelope import (
    AMQP_PREFIX,
    CONTENT_TYPE,
    RABBITMQ_PREFIX,
    SHARDS,
    amqp_headers,
)
from shared.eventlog.position import POSITION, Position
from shared.http.texts import Texts
from shared.messaging.topology import EXCHANGE, POSITIONS

Json = dict[str, Any]

BINDING = "0.3.0"
ABOUT = """\
Everything that Diancai's services publish: facts in the past tense, each a CloudEvents 1.0 event in binary mode on AMQP
0-9-1. The body is the JSON of the event; the attributes are message headers, named by the CloudEvents binding for
AMQP (`cloudEvents_type`), by the one for RabbitMQ (`ce-type`), or by both, as the publisher is set.

Within a version nothing changes but that fields are added, with a default: ignore what you don't know. Anything else
is a new version beside the old one. Events of one subject come in the order of their `sequence`; one may come twice,
with the same id."""
PLACES = {
    "specversion": "1.0",
    "id": "the subject and the sequence: order:…/3",
    "source": "/diancai/ and the publisher",
    "type": "the name of the message",
    "subject": "the stream: what the event is about",
    "time": "when it happened, RFC 3339",
    "sequence": "1, 2, 3 … within the subject",
    "partitionkey": "the same as the subject",
    "traceparent": "W3C trace context",
    "correlationid": "what the event belongs to",
    "causationid": "what it follows on",
}


def document(texts: Texts, version: str) -> Json:
    """Returns the document of release ``version``: a channel for each type, on the topic exchange; beside them how far
    each publisher has sent its log."""
    schemas: Json = {
        "CloudEvent": _headers(PLACES, list_published()[0].headers("")),
        "CloudEventOfPosition": _headers(
            {name: PLACES[name] for name in _position("catalog").attributes()},
            _position("catalog").attributes(),
        ),
    }
    channels: Json = {}
    operations: Json = {}
    messages: Json = {}
    for event in list_published():
        name = event.type.replace(".", "_")
        messages[name] = _event_message(event, texts, schemas)
        channels[name] = _channel(name, event.type, EXCHANGE)
        operations[f"publish_{name}"] = _operation(name, event.publisher)
    for publisher in PUBLISHERS:
        name = f"{publisher}_{POSITION.replace('.', '_')}"
        messages[name] = _position_message(publisher, schemas)
        channels[name] = _channel(name, f"{publisher}.{POSITION}", POSITIONS)
        operations[f"publish_{name}"] = _operation(name, publisher)
    return {
        "asyncapi": "3.1.0",
        "id": "urn:diancai:events",
        "info": {
            "title": "Diancai events",
            "version": version,
            "description": ABOUT,
            "license": {
                "name": "Apache-2.0",
                "url": "https://www.apache.org/licenses/LICENSE-2.0",
            },
            "tags": [{"name": publisher} for publisher in PUBLISHERS],
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"cluster": _server()},
        "channels": channels,
        "operations": operations,
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "brokerUser": {
                    "type": "userPassword",
                    "description": "A user of RabbitMQ whom the operator made: see docs/reference/contract.md",
                }
            },
            "parameters": {
                "shard": {"description": SHARD, "enum": [str(each) for each in range(SHARDS)]}
            },
        },
    }


def _server() -> Json:
    return {
        "host": "{host}:{port}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "title": "The cluster's RabbitMQ",
        "description": "Reached inside the cluster only. In one process (diancai up) there is none; other systems"
        " read the feeds by HTTP there.",
        "variables": {
            "host": {"default": "rabbitmq", "description": "its name inside the cluster"},
            "port": {"default": "5672"},
        },
        "security": [{"$ref": "#/components/securitySchemes/brokerUser"}],
    }


def _event_message(event: Published, texts: Texts, schemas: Json) -> Json:
    schema = schema_of(event, texts)
    schemas[event.type] = _placed(schema, event.publisher, schemas)
    return {
        "name": event.type,
        "title": schema["title"],
        "summary": schema["description"],
        "contentType": CONTENT_TYPE,
        "deprecated": event.newer is not None,
        "tags": [{"name": event.publisher}],
        "correlationId": {"location": f"$message.header#/{AMQP_PREFIX}correlationid"},
        "headers": {"$ref": "#/components/schemas/CloudEvent"},
        "payload": {"$ref": f"#/components/schemas/{event.type}"},
        "examples": [
            {
                "name": f"{event.fact.partition('.')[2]}_by_{binding}",
                "headers": event.headers(prefix),
                "payload": event.example["data"],
            }
            for binding, prefix in (("amqp", AMQP_PREFIX), ("rabbitmq", RABBITMQ_PREFIX))
        ],
        "x-since": event.since,
        "x-schema": urn_of(event.type),
    }


def _position_message(publisher: str, schemas: Json) -> Json:
    schema = Position.model_json_schema()
    schemas["Position"] = _placed(schema, "log", schemas)
    position = _position(publisher)
    return {
        "name": position.type,
        "title": "Position",
        "summary": "How many events of a shard were handed to the broker so far. It is no event: it may get lost.",
        "contentType": CONTENT_TYPE,
        "tags": [{"name": publisher}],
        "headers": {"$ref": "#/components/schemas/CloudEventOfPosition"},
        "payload": {"$ref": "#/components/schemas/Position"},
        "examples": [
            {
                "name": "position",
                "headers": amqp_headers(position.attributes()),
                "payload": position.model_dump(mode="json"),
            }
        ],
    }


def _position(publisher: str) -> Position:
    at = list_published()[0].example["time"]
    return Position(publisher=publisher, shard=8, sent_count=12, at=at)


def _placed(schema: Json, publisher: str, schemas: Json) -> Json:
    """The schema as a part of this document: what it holds becomes a component beside it. It loses what only a
    document of its own has."""
    models = schema.get("$defs", {})
    places = {f"#/$defs/{name}": f"#/components/schemas/{publisher}.{name}" for name in models}
    for name, model in models.items():
        schemas[f"{publisher}.{name}"] = _relinked(model, places)
    left = {"$schema", "$id", "$defs", "examples"}
    return {key: _relinked(value, places) for key, value in schema.items() if key not in left}


def _relinked(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: places[part] if key == "$ref" else _relinked(part, places)
            for key, part in value.items()
        }
    return [_relinked(part, places) for part in value] if isinstance(value, list) else value


def _channel(name: str, kind: str, exchange: str) -> Json:
    return {
        "address": f"{kind}.s{{shard}}",
        "servers": [{"$ref": "#/servers/cluster"}],
        "parameters": {"shard": {"$ref": "#/components/parameters/shard"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": exchange, "type": "topic", "durable": True, "vhost": "/"},
                "bindingVersion": BINDING,
            }
        },
    }


def _operation(name: str, publisher: str) -> Json:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
        "tags": [{"name": publisher}],
        "bindings": {"amqp": {"deliveryMode": 2, "bindingVersion": BINDING}},
    }


def _headers(names: dict[str, str], example: Json) -> Json:
    return {
        "description": "By the publisher's setting CLOUDEVENTS_HEADERS: the binding for AMQP (default), the one for"
        " RabbitMQ, or both. datacontenttype is the property content_type in each.",
        "anyOf": [
            {
                "title": title,
                "type": "object",
                "properties": {
                    prefix + name: {"type": "string", "description": words}
                    for name, words in names.items()
                },
                "required": [prefix + name for name in names],
                "examples": [{prefix + name: value for name, value in example.items()}],
            }
            for title, prefix in (
                ("AMQP binding", AMQP_PREFIX),
                ("RabbitMQ binding", RABBITMQ_PREFIX),
            )
        ],
    }
