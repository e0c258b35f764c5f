"""The interfaces as documents: OpenAPI of each service, AsyncAPI of the events."""

from typing import Any

from shared.contracts import EVENTS, PUBLISHERS
from shared.eventlog.envelope import AMQP_PREFIX, CONTENT_TYPE, RABBITMQ_PREFIX
from shared.eventlog.position import POSITION, Position
from shared.messaging.topology import EXCHANGE, POSITIONS
from shared.service import Service

Json = dict[str, Any]


def openapi(service: Service) -> Json:
    """The OpenAPI 3.1 document that the running service gives at ``/api/<name>/openapi.json``."""
    document: Json = service.api.openapi()
    document["servers"] = [{"url": f"/api/{service.name}"}]
    return document


def asyncapi(version: str) -> Json:
    """AsyncAPI 3.0: a channel an event type, on the topic exchange, with its CloudEvents headers; beside them how
    far each publisher has sent its log."""
    channels: Json = {}
    operations: Json = {}
    messages: Json = {}
    for kind, event in sorted(EVENTS.items()):
        name = kind.replace(".", "_")
        messages[name] = {
            "name": kind,
            "title": event.__name__,
            "summary": " ".join((event.__doc__ or "").split()),
            "contentType": CONTENT_TYPE,
            "headers": {"$ref": "#/components/schemas/CloudEvent"},
            "payload": event.model_json_schema(
                ref_template=f"#/components/messages/{name}/payload/$defs/{{model}}"
            ),
        }
        channels[name] = _channel(name, kind, EXCHANGE)
        operations[f"publish_{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
        }
    for publisher in PUBLISHERS:
        name = f"{publisher}_{POSITION.replace('.', '_')}"
        messages[name] = {
            "name": f"{publisher}.{POSITION}",
            "title": "Position",
            "summary": " ".join((Position.__doc__ or "").split()),
            "contentType": CONTENT_TYPE,
            "payload": Position.model_json_schema(
                ref_template=f"#/components/messages/{name}/payload/$defs/{{model}}"
            ),
        }
        channels[name] = _channel(name, f"{publisher}.{POSITION}", POSITIONS)
        operations[f"publish_{name}"] = {
            "action": "send",
            "channel": {"$ref": f"#/channels/{name}"},
        }
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Diancai events",
            "version": version,
            "description": "CloudEvents 1.0, AMQP binary mode",
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages, "schemas": {"CloudEvent": _cloud_event()}},
    }


def _channel(name: str, kind: str, exchange: str) -> Json:
    return {
        "address": f"{kind}.s{{shard}}",
        "parameters": {"shard": {"description": "0 to 15, CRC-32 of the aggregate id modulo 16"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {"name": exchange, "type": "topic", "durable": True},
            }
        },
    }


def _cloud_event() -> Json:
    names = (
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "sequence",
        "partitionkey",
        "traceparent",
        "correlationid",
        "causationid",
    )
    return {
        "description": "By the publisher's setting CLOUDEVENTS_HEADERS: the binding for AMQP (default), the one for"
        " RabbitMQ, or both. datacontenttype is the property content_type in each.",
        "anyOf": [
            {
                "title": title,
                "type": "object",
                "properties": {prefix + name: {"type": "string"} for name in names},
                "required": [prefix + name for name in names],
            }
            for title, prefix in (
                ("AMQP binding", AMQP_PREFIX),
                ("RabbitMQ binding", RABBITMQ_PREFIX),
            )
        ],
    }
