"""The scenes of the operations that reschedule."""

from collections.abc import Mapping

from tests.access.scene import REASON, Kind, Scene

SCENES: Mapping[str, Scene] = {
    "POST /stops/{stop_id}/postpone": Scene(Kind.OBJECT, body=REASON),
    "POST /stops/{stop_id}/cancel": Scene(Kind.OBJECT, body=REASON),
    "POST /assignments/{assignment_id}/decline": Scene(Kind.OBJECT, body=REASON),
    "GET /merging": Scene(query=lambda p, s: {"team_code": p.team, "into": p.team}),
}
