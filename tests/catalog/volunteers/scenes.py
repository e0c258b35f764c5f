"""The scenes of the operations on volunteers."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import Kind, Place, Scene, fields


def _volunteer(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "team_code": place.team,
        "name": "王小明",
        "phone": "１３８００１３８０００",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }


OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "POST /volunteers": Scene(Kind.MAKE, body=_volunteer),
    "GET /volunteers": Scene(),
    "GET /volunteers.xlsx": Scene(),
    "GET /volunteers/{volunteer_no}": Scene(OBJECT),
    "PUT /volunteers/{volunteer_no}": Scene(OBJECT, body=fields(phone="13800138001")),
    "POST /volunteers/{volunteer_no}/reveal": Scene(
        OBJECT, body=fields(field="phone", purpose="emergency", reason="站点有急事")
    ),
    "POST /volunteers/{volunteer_no}/export": Scene(OBJECT),
    "POST /volunteers/{volunteer_no}/erase": Scene(OBJECT, body=fields(reason="本人要求")),
    "GET /volunteers/{volunteer_no}/requests": Scene(OBJECT),
}
