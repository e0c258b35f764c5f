"""The scenes of the operations by which reports are corrected."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import Kind, Place, Scene, fields


def _correction(place: Place, scope: Scope) -> dict[str, Any]:
    figures = {"served": 1, "leaflets": 0, "follow_ups": 0}
    return figures | {"assignment_id": place["assignment"], "reason_code": "miscounted"}


OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/corrections": Scene(OBJECT),
    "POST /stops/{stop_id}/correction": Scene(OBJECT, body=_correction),
    "POST /stops/{stop_id}/correction/accept": Scene(OBJECT, body=fields(number=1), absent=True),
    "POST /stops/{stop_id}/correction/refuse": Scene(
        OBJECT, body=fields(number=1, reason_code="no_evidence"), absent=True
    ),
    "POST /stops/{stop_id}/correction/withdraw": Scene(OBJECT, body=fields(number=1), absent=True),
}
