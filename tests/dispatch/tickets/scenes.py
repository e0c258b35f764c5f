"""The scenes of the operations on tickets."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /stops/{stop_id}/queues": Scene(OBJECT),
    "GET /queues/{assignment_id}": Scene(OBJECT),
    "POST /queues/{assignment_id}/open": Scene(OBJECT, body=fields(places=3)),
    "POST /queues/{assignment_id}/close": Scene(OBJECT),
    "POST /queues/{assignment_id}/end": Scene(OBJECT),
    "POST /queues/{assignment_id}/tickets": Scene(OBJECT, body=fields(priority=False)),
    "POST /queues/{assignment_id}/next": Scene(OBJECT, body=fields(place=1)),
    "POST /tickets/{ticket_id}/act": Scene(OBJECT, body=fields(act="begin"), absent=True),
    "POST /queues/{assignment_id}/sheet": Scene(
        OBJECT, body=lambda p, s: {"rows": [{"drawn_at": "08:00"}]}
    ),
    "POST /queues/{assignment_id}/lease": Scene(OBJECT, body=fields()),
    "POST /queues/{assignment_id}/lease/journal": Scene(
        OBJECT, body=fields(entries=[]), query=fields(lease="none"), absent=True
    ),
    "DELETE /queues/{assignment_id}/lease": Scene(OBJECT, query=fields(lease="none"), absent=True),
    "POST /staffing/search": Scene(),
    "GET /staffing/{line_id}": Scene(absent=True),
    "POST /staffing/{line_id}/decline": Scene(absent=True),
    "GET /public/queues/{link}": Scene(absent=True),
    "POST /public/queues/{link}": Scene(form=fields(priority="yes"), absent=True),
    "GET /public/tickets/{token}": Scene(absent=True),
    "POST /public/tickets/{token}": Scene(form=fields(leave="yes"), absent=True),
    "GET /public/stops/{link}/calls": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "ticket_id": lambda p, s: "none",
    "queues/link": lambda p, s: "none",
    "line_id": lambda p, s: "none",
    "tickets/token": lambda p, s: "none",
}
