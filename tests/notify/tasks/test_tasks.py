"""What waits at notify: nothing but for the corps, and nothing that coordinators share."""

from shared.contracts.dispatch import StopCancelled
from shared.kernel.access import Role
from shared.kernel.clock import utc_now
from tests.notify.conftest import NewNotify
from tests.notify.escalation.test_acknowledgements import STOP, Corps
from tests.notify.rui_an import directory, first_revision, stop_event, tell
from tests.support.clock import PlayedClock
from tests.support.tokens import bearer

TASKS = "/api/notify/tasks"


async def test_the_corps_alone_has_tasks_and_shares_none(new_notify: NewNotify) -> None:
    clock = PlayedClock(now=utc_now())
    async with new_notify(clock=clock) as house:
        await tell(house, *directory(), *first_revision())
        await tell(house, stop_event(StopCancelled, STOP, reason_code="weather"))
        corps = Corps(house, clock)
        for _ in range(2):
            await corps.pass_by(hours=2, minutes=1)
        tasks = (await house.client.get(TASKS, headers=bearer(Role.COORDINATOR))).json()
        assert tasks["counts"] == {"message_unacknowledged": 3}
        assert {(task["due_on"], task["is_shared"]) for task in tasks["items"]} == {(None, False)}
        assert tasks["items"][0]["facts"].keys() == {"name", "name_en", "matter", "on", "part"}
        for who, query in ((Role.OPERATOR, ""), (Role.COORDINATOR, "?holder=me")):
            answer = await house.client.get(f"{TASKS}{query}", headers=bearer(who))
            assert answer.json() == {"items": [], "counts": {}}
