"""The scenes of the operations on an order's files."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene
from tests.requests.attachments.files import pdf

SCENES: Mapping[str, Scene] = {
    "POST /orders/{order_id}/attachments": Scene(
        Kind.OBJECT, file=pdf(), headers={"File-Name": "plan.pdf"}
    ),
    "GET /orders/{order_id}/attachments": Scene(Kind.OBJECT),
    "GET /orders/{order_id}/attachments/{attachment_id}": Scene(Kind.OBJECT, absent=True),
    "DELETE /orders/{order_id}/attachments/{attachment_id}": Scene(Kind.OBJECT, absent=True),
}
PATHS: Mapping[str, PathFill] = {"attachment_id": lambda p, s: "none"}
