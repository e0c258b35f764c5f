"""The scenes of the operations on attendance."""

from collections.abc import Mapping

from shared.kernel.access import Scope
from tests.access.scene import Kind, Place, Scene, fields

OBJECT = Kind.OBJECT


def _scan(place: Place, _scope: Scope) -> dict[str, object]:
    return {
        "nonce": "0123456789abcdef",
        "stop_id": place["stop"],
        "volunteer_no": place.volunteer,
        "way": "in",
        "by": "code",
        "code": "000000",
        "device_at": "2014-06-27T00:00:00Z",
    }


SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/attendance": Scene(OBJECT),
    "GET /stops/{stop_id}/check-in-code": Scene(OBJECT),
    "POST /check-ins": Scene(OBJECT, body=_scan),
    "POST /stops/{stop_id}/absences": Scene(
        OBJECT, body=fields(volunteer_no="V-000001"), absent=True
    ),
}
