"""The scenes of the operations on days on which somebody can't come."""

from collections.abc import Mapping

from tests.access.scene import Kind, Scene

DAYS = {"first_on": "2014-07-30", "last_on": "2014-07-31"}
SCENES: Mapping[str, Scene] = {
    "GET /unavailable-days": Scene(),
    "POST /unavailable-days": Scene(
        Kind.MAKE, body=lambda p, s: {"volunteer_no": p.volunteer, **DAYS}
    ),
    # An entry is removed once, by whoever comes first; whose it is, the service's tests show.
    "POST /unavailable-days/{entry_id}/remove": Scene(Kind.OBJECT, absent=True),
}
PATHS = {"entry_id": lambda place, scope: "01a00000-0000-7000-8000-000000000000"}
