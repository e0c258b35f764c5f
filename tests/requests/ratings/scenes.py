"""The scenes of the operations on ratings."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene, fields

HIDE = fields(reason_code="insult")
SCENES: Mapping[str, Scene] = {
    "POST /orders/{order_id}/ratings": Scene(
        Kind.OBJECT, body=lambda p, s: {"line_id": p["line"], "score": 5}
    ),
    "GET /ratings": Scene(),
    "GET /ratings/comparison": Scene(),
    "POST /ratings/{rating_id}/hide": Scene(body=HIDE, absent=True),
    "POST /ratings/{rating_id}/show": Scene(absent=True),
    "POST /ratings/{rating_id}/reply": Scene(Kind.OBJECT, body=fields(reply="谢谢"), absent=True),
    "GET /follow-ups": Scene(),
    "GET /follow-ups/{follow_up_id}": Scene(Kind.OBJECT, absent=True),
    "POST /follow-ups/{follow_up_id}/close": Scene(body=fields(answer="已回访"), absent=True),
    "GET /signs": Scene(query=fields(stop_id="none")),
    "GET /public/ratings/{link}": Scene(absent=True),
    "POST /public/ratings/{link}": Scene(form=fields(score="5"), absent=True),
}
PATHS: Mapping[str, PathFill] = {
    "rating_id": lambda p, s: "none",
    "follow_up_id": lambda p, s: "none",
    "ratings/link": lambda p, s: "none",
}
