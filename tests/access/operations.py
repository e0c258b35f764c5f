"""The scenes of the operations that every service has."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene, fields

SCENES: Mapping[str, Scene] = {
    "GET /health/live": Scene(),
    "GET /health/ready": Scene(),
    "GET /events": Scene(),
    "GET /events/position": Scene(query=fields(since="2014-06-27T00:00:00+08:00")),
    "GET /events/counts": Scene(),
    "GET /events/subscriptions": Scene(),
    "GET /events/applied": Scene(),
    "POST /events/replay": Scene(body=fields(to="notify", after=10**9)),
    "GET /events/parked": Scene(),
    "GET /events/parked/event": Scene(
        query=fields(publisher="catalog", aggregate_id="none", aggregate_seq=1), absent=True
    ),
    "POST /events/parked/redrive": Scene(body=fields(publisher="catalog", aggregate_id="none")),
    "POST /events/parked/discard": Scene(
        body=fields(publisher="catalog", aggregate_id="none", aggregate_seq=1, reason="无法办理"),
        absent=True,
    ),
    "GET /events/queues": Scene(),
    "PUT /events/queues": Scene(body=fields(partitions=2)),
    "GET /events/status": Scene(),
    "GET /audit": Scene(),
    "GET /audit.xlsx": Scene(),
    "GET /audit/actions": Scene(),
    "GET /audit/verification": Scene(),
    "GET /people/{volunteer_no}/export": Scene(Kind.OBJECT),
}
PATHS: Mapping[str, PathFill] = {"volunteer_no": lambda p, s: p.volunteer}
