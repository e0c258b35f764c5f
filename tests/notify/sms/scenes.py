"""The scenes of the operations on the gateway for text messages."""

from collections.abc import Mapping

from tests.access.scene import Scene, fields

GATEWAY = {
    "is_active": False,
    "url": "https://sms.example/send",
    "body": '{"mobile": "{phone}", "content": "{text}"}',
}
SCENES: Mapping[str, Scene] = {
    "GET /sms-gateway": Scene(),
    "PUT /sms-gateway": Scene(body=fields(**GATEWAY)),
}
