"""The scenes of the operations on badges."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene, fields

OBJECT = Kind.OBJECT
SCENES: Mapping[str, Scene] = {
    "GET /badges": Scene(),
    "GET /badges.xlsx": Scene(),
    "POST /windows/{code}/badges": Scene(
        OBJECT, body=fields(valid_from="2199-01-01", valid_until="2199-01-31")
    ),
    "GET /windows/{code}/badges.pdf": Scene(OBJECT, absent=True),
    "GET /badges/{badge_no}": Scene(OBJECT, absent=True),
    "GET /badges/{badge_no}/card.pdf": Scene(OBJECT, absent=True),
    "POST /badges/{badge_no}/revoke": Scene(OBJECT, body=fields(reason_code="lost"), absent=True),
    "GET /badge-checks": Scene(query=fields(first_on="2014-06-01", last_on="2014-07-31")),
    "GET /public/badge-keys": Scene(),
    "GET /public/badges/{token}": Scene(),
}
PATHS: Mapping[str, PathFill] = {
    "badge_no": lambda p, s: "B-2014-999999",
    "badges/token": lambda p, s: "none",
}
