"""The scenes of the operations on addresses. No gateway is set up there, so no code is sent."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

OBJECT = Kind.OBJECT
ADDRESSES = "/recipients/{recipient_id}/addresses"
SCENES: Mapping[str, Scene] = {
    f"GET {ADDRESSES}": Scene(OBJECT),
    f"POST {ADDRESSES}": Scene(
        OBJECT, body=fields(channel="sms", address="13800138000"), absent=True
    ),
    f"POST {ADDRESSES}/confirm": Scene(OBJECT, body=fields(channel="sms", code="000000")),
    f"POST {ADDRESSES}/remove": Scene(OBJECT, body=fields(channel="sms")),
}
