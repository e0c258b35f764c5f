"""Places: never more than there are, in the order of the waiting list, also when many come at once."""

import asyncio
import random

import pytest

from shared.kernel.access import Role
from tests.catalog.courses.conftest import COURSE, School, enter_people
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer

STEPS = 40


async def test_a_full_course_has_a_waiting_list_that_moves_up(school: School) -> None:
    a, b, c, d, e = school.people[:5]
    course = await school.course(capacity=2)
    made = await school.enrol(course, a, b, c, d)
    assert [each["state"] for each in made] == ["enrolled", "enrolled", "waiting", "waiting"]
    assert [each["ahead"] for each in made] == [None, None, 0, 1]
    again = await school.enrol(course, a, d)
    assert [each["state"] for each in again] == ["enrolled", "waiting"], (
        "whoever has a place keeps it"
    )
    left = await school.leave(course, a, school.as_volunteer(a))
    assert left["state"] == "left"
    assert await school.states(course) == {b: "enrolled", c: "enrolled", d: "waiting"}
    moved = [
        each for each in await school.told("course_enrolment_changed") if each.step == "moved_up"
    ]
    assert [each.volunteer_no for each in moved] == [c]
    assert (await school.enrol(course, e, a))[1]["ahead"] == 2, "whoever comes back stands last"
    overwriting = {"If-Match": "*"}
    sessions = await school.sessions(course)
    wider = COURSE | {"sessions": sessions, "capacity": 4}
    await school.ask("PUT", f"/courses/{course}", wider, headers=overwriting)
    assert await school.states(course) == {
        b: "enrolled",
        c: "enrolled",
        d: "enrolled",
        e: "enrolled",
        a: "waiting",
    }
    narrower = await school.ask(
        "PUT", f"/courses/{course}", wider | {"capacity": 3}, headers=overwriting, status=409
    )
    assert narrower["code"] == "places_taken"


async def test_the_last_place_is_given_once(school: School) -> None:
    await enter_people(school, 6)
    course = await school.course(capacity=1)
    answers = await asyncio.gather(
        *(
            school.raw(
                "POST",
                f"/courses/{course}/enrolments",
                {"volunteer_nos": [no]},
                who=school.as_volunteer(no),
            )
            for no in school.people
        )
    )
    assert [answer.status_code for answer in answers] == [200] * len(school.people)
    states = [answer.json()[0]["state"] for answer in answers]
    assert sorted(states) == ["enrolled"] + ["waiting"] * (len(school.people) - 1)
    in_line = sorted(
        answer.json()[0]["ahead"] for answer in answers if answer.json()[0]["ahead"] is not None
    )
    assert in_line[0] == 0
    page = await school.ask("GET", f"/courses/{course}/enrolments")
    ahead = [each["ahead"] for each in page["items"] if each["state"] == "waiting"]
    assert sorted(ahead) == list(range(len(school.people) - 1))


async def test_two_who_leave_at_once_let_two_in(school: School) -> None:
    a, b, c, d, e = school.people[:5]
    course = await school.course(capacity=2)
    await school.enrol(course, a, b, c, d, e)
    await asyncio.gather(
        school.leave(course, a, school.as_volunteer(a)),
        school.leave(course, b, school.as_volunteer(b)),
    )
    assert await school.states(course) == {c: "enrolled", d: "enrolled", e: "waiting"}


@on_sqlite
@pytest.mark.parametrize("seed", range(8))
async def test_over_any_history_places_hold_and_the_order_is_kept(
    school: School, seed: int
) -> None:
    """Against a model: a list of those who take part, and a queue."""
    chance = random.Random(seed)
    capacity = chance.randint(1, 4)
    course = await school.course(capacity=capacity)
    enrolled: list[str] = []
    queue: list[str] = []

    def fill() -> None:
        while queue and len(enrolled) < capacity:
            enrolled.append(queue.pop(0))

    for _ in range(STEPS):
        no = chance.choice(school.people)
        match chance.choice(("enrol", "enrol", "enrol", "leave", "widen", "several")):
            case "leave" if no in enrolled + queue:
                await school.leave(course, no)
                (enrolled if no in enrolled else queue).remove(no)
                fill()
            case "widen" if capacity < 5:
                capacity += 1
                sessions = await school.sessions(course)
                body = COURSE | {"sessions": sessions, "capacity": capacity}
                await school.ask("PUT", f"/courses/{course}", body, headers={"If-Match": "*"})
                fill()
            case "several":
                numbers = chance.sample(school.people, 3)
                await school.enrol(course, *numbers)
                queue += [each for each in numbers if each not in enrolled + queue]
                fill()
            case "enrol":
                await school.enrol(course, no, who=school.as_volunteer(no))
                queue += [] if no in enrolled + queue else [no]
                fill()
        page = await school.ask("GET", f"/courses/{course}/enrolments")
        found = {each["volunteer_no"]: (each["state"], each["ahead"]) for each in page["items"]}
        expected: dict[str, tuple[str, int | None]] = {}
        expected |= dict.fromkeys(enrolled, ("enrolled", None))
        expected |= {each: ("waiting", place) for place, each in enumerate(queue)}
        assert found == expected
        assert len(enrolled) <= capacity


@on_sqlite
async def test_each_enrols_whom_they_may(school: School) -> None:
    own, other = school.people[:2]
    course = await school.course()
    leader = bearer(Role.LEADER, team_code="health")
    await school.enrol(course, own, who=leader)
    await school.enrol(course, other, who=leader, status=404)
    await school.enrol(course, other, who=school.as_volunteer(own), status=404)
    await school.enrol(course, own, who=bearer(Role.AUDITOR), status=403)
    mine = await school.ask("GET", f"/courses/{course}/enrolments", who=school.as_volunteer(other))
    assert mine["items"] == [], "no trainee sees another one"
    await school.enrol(course, other)
    school.clock.move(days=1)
    late = await school.enrol(course, school.people[2], who=leader, status=409)
    assert late["code"] == "enrolment_over"
    await school.enrol(course, school.people[2])
