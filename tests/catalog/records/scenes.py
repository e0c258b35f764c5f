"""The scenes of the operations on records, certificates and sheets."""

from collections.abc import Mapping

from tests.access.scene import Kind, PathFill, Scene, fields

OBJECT = Kind.OBJECT
DAYS = fields(first_on="2014-06-27", last_on="2014-07-16")
SCENES: Mapping[str, Scene] = {
    "GET /records": Scene(),
    "GET /records.xlsx": Scene(),
    "GET /volunteers/{volunteer_no}/records": Scene(OBJECT),
    "GET /volunteers/{volunteer_no}/certificates": Scene(OBJECT),
    "POST /volunteers/{volunteer_no}/certificates": Scene(OBJECT, body=DAYS),
    "POST /certificates/{certificate_id}/withdraw": Scene(
        OBJECT, body=fields(reason_code="issued_twice"), absent=True
    ),
    "GET /certificates/{certificate_id}/certificate.pdf": Scene(OBJECT, absent=True),
    "GET /stops/{stop_id}/duty-roster.pdf": Scene(OBJECT),
    "GET /stops/{stop_id}/sign-in-sheet.pdf": Scene(OBJECT),
    "GET /public/certificates/{token}": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {
    "certificate_id": lambda p, s: "none",
    "certificates/token": lambda p, s: "none",
}
