"""The scenes of the operations on attendance."""

from collections.abc import Mapping

from shared.kernel.access import Scope
from tests.access.scene import Fill, Kind, PathFill, Place, Scene, fields

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


def _times(words: str) -> Fill:
    return lambda place, _scope: {
        "assignment_id": place["assignment"],
        "volunteer_no": place.volunteer,
        "starts_at": "2014-06-27T06:00:00+08:00",  # the clock stands at eight
        "ends_at": "2014-06-27T07:30:00+08:00",
        words: "按签到表",
    }


SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/attendance": Scene(OBJECT),
    "GET /stops/{stop_id}/check-in-code": Scene(OBJECT),
    "POST /check-ins": Scene(OBJECT, body=_scan),
    "GET /hours": Scene(),
    "GET /hours/totals": Scene(),
    "POST /hours": Scene(OBJECT, body=_times("reason")),
    "POST /hours/{hours_id}/decide": Scene(
        OBJECT, body=fields(accepts=True, reason="核对过"), absent=True
    ),
    "GET /hours-claims": Scene(),
    "POST /hours-claims": Scene(OBJECT, body=_times("words")),
    "POST /hours-claims/{claim_id}/answer": Scene(OBJECT, body=fields(agrees=True), absent=True),
    "POST /hours-claims/{claim_id}/decide": Scene(
        OBJECT, body=fields(accepts=True, reason="核对过"), absent=True
    ),
    "POST /stops/{stop_id}/absences": Scene(
        OBJECT, body=fields(volunteer_no="V-000001"), absent=True
    ),
}
PATHS: Mapping[str, PathFill] = {
    "hours_id": lambda p, s: "none",
    "claim_id": lambda p, s: "none",
}
