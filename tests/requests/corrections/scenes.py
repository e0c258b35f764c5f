"""The scenes of the operations by which orders that were served are corrected."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /departed-orders": Scene(),
    "GET /orders/{order_id}/corrections": Scene(OBJECT),
    "POST /orders/{order_id}/correction": Scene(
        OBJECT, body=fields(township_code="330381113000", reason_code="wrong_township")
    ),
}
