"""The scenes of the operations on courses, places in them, and tests."""

from collections.abc import Mapping
from typing import Any

import httpx

from shared.kernel.access import Scope
from tests.access.scene import REASON, Circuit, Kind, PathFill, Place, Scene, fields
from tests.catalog.courses.bank import TOPICS, table
from tests.requests.attachments.files import pdf
from tests.support.workbooks import xlsx

OBJECT, LIST = Kind.OBJECT, Kind.LIST
COURSE: dict[str, Any] = {
    "name": "志愿者上岗培训",
    "name_en": "Training for New Volunteers",
    "organiser": "市志愿服务总队",
    "outline": "服务中的安全与礼仪",
    "topics": TOPICS,
    "sessions": [{"on": "2014-06-27", "starts": "08:30", "ends": "11:30", "place": "党校"}],
    "capacity": 500,
    "enrol_until": "2014-06-27",
    "test": {
        "name": "结业考试",
        "opens_at": "2014-06-01T08:00:00+08:00",
        "closes_at": "2199-06-30T18:00:00+08:00",
        "minutes": 300,
        "draw": [{"topic": TOPICS[1], "questions": 3}],
        "points_each": 10,
        "pass_points": 20,
    },
}


def _volunteer(place: Place, scope: Scope) -> dict[str, Any]:
    return {"volunteer_nos": [place.volunteer]}


def _present(place: Place, scope: Scope) -> dict[str, Any]:
    return {"present": [place.volunteer]}


def _changed(place: Place, scope: Scope) -> dict[str, Any]:
    (session,) = COURSE["sessions"]
    return COURSE | {
        "capacity": 400,
        "sessions": [session | {"session_id": place["course_session"]}],
    }


PAST = ["enrolment_in_the_past", "session_in_the_past"]
SURE = fields(confirm=PAST)
_NAMED = {"File-Name": "plan.pdf"}
SCENES: Mapping[str, Scene] = {
    "POST /courses": Scene(body=fields(**COURSE), query=SURE),
    "GET /courses": Scene(),
    "GET /courses.xlsx": Scene(),
    "GET /courses/{course_id}": Scene(),
    "PUT /courses/{course_id}": Scene(body=_changed, query=SURE, headers={"If-Match": "*"}),
    "POST /courses/{course_id}/open": Scene(query=SURE),
    "POST /courses/{course_id}/close": Scene(),
    "POST /courses/{course_id}/reopen": Scene(),
    "POST /courses/{course_id}/end": Scene(),
    "POST /courses/{course_id}/cancel": Scene(body=REASON, absent=True),
    "POST /courses/{course_id}/materials": Scene(file=pdf(), headers=_NAMED),
    "GET /courses/{course_id}/materials/{material_id}": Scene(absent=True),
    "DELETE /courses/{course_id}/materials/{material_id}": Scene(absent=True),
    "POST /courses/{course_id}/enrolments": Scene(OBJECT, body=_volunteer),
    "GET /courses/{course_id}/enrolments": Scene(LIST),
    "GET /courses/{course_id}/enrolments.xlsx": Scene(LIST),
    "POST /course-enrolments/{enrolment_id}/leave": Scene(
        OBJECT, body=fields(reason_code="own_wish")
    ),
    "GET /courses/{course_id}/sessions/{session_id}/code": Scene(),
    "POST /courses/{course_id}/sessions/{session_id}/check-in": Scene(
        OBJECT, body=fields(code="123456")
    ),
    "POST /courses/{course_id}/sessions/{session_id}/attendance": Scene(OBJECT, body=_present),
    "GET /courses/{course_id}/questions": Scene(),
    "GET /courses/{course_id}/questions.xlsx": Scene(),
    "POST /courses/{course_id}/questions": Scene(file=xlsx(table(2))),
    "DELETE /courses/{course_id}/questions/{number}": Scene(absent=True),
    "GET /question-table.xlsx": Scene(),
    "POST /courses/{course_id}/attempts": Scene(OBJECT),
    "GET /test-attempts/{attempt_id}": Scene(OBJECT, absent=True),
    "PUT /test-attempts/{attempt_id}/answers/{number}": Scene(
        OBJECT, body=fields(chosen=[0]), absent=True
    ),
    "POST /test-attempts/{attempt_id}/end": Scene(OBJECT, absent=True),
    "GET /trainings": Scene(LIST),
    "GET /trainings.xlsx": Scene(LIST),
    "GET /volunteers/{volunteer_no}/trainings": Scene(OBJECT),
    "GET /trainings/{enrolment_id}/certificate.pdf": Scene(OBJECT, absent=True),
    "POST /trainings/{enrolment_id}/withdraw": Scene(
        body=fields(reason_code="issued_twice"), absent=True
    ),
    "GET /public/course-certificates/{token}": Scene(absent=True),
}
PATHS: Mapping[str, PathFill] = {
    "course_id": lambda p, s: p["course"],
    "session_id": lambda p, s: p["course_session"],
    "trainings/enrolment_id": lambda p, s: "none",
    "enrolment_id": lambda p, s: p["course_enrolment"],
    "material_id": lambda p, s: "none",
    "attempt_id": lambda p, s: "none",
    "questions/number": lambda p, s: "99999",
    "answers/number": lambda p, s: "1",
    "course-certificates/token": lambda p, s: "none",
}


async def find_objects(client: httpx.AsyncClient, circuit: Circuit) -> dict[str, str]:
    """A course in which the volunteer has a place."""
    sure = {"confirm": PAST}
    made = await client.post("/api/catalog/courses", json=COURSE, params=sure)
    course = made.raise_for_status().json()
    path = f"/api/catalog/courses/{course['id']}"
    kept = await client.post(f"{path}/questions?keep=true", content=xlsx(table()))
    assert kept.is_success, kept.text
    (await client.post(f"{path}/open", params=sure)).raise_for_status()
    enrolled = await client.post(f"{path}/enrolments", json={"volunteer_nos": [circuit.volunteer]})
    (place,) = enrolled.raise_for_status().json()
    return {
        "course": course["id"],
        "course_session": course["sessions"][0]["id"],
        "course_enrolment": place["id"],
    }
