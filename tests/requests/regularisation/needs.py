"""What the tests of regularisation have in common: a township that orders, is served, queues and wishes."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from services.requests.regularisation.domain.rule import Thresholds
from services.requests.regularisation.use_cases import look_for_regular
from shared.contracts.dispatch import BoothReported, QueueMeasured, StopCompleted, TeamAssigned
from shared.kernel.access import Role
from tests.requests.township import GAOLOU, PLAN, accepted_order
from tests.requests.wishes.wishing import act, wish
from tests.support.clock import PlayedClock
from tests.support.house import House
from tests.support.tokens import bearer

CORPS = bearer(Role.COORDINATOR)
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="justice")
OFFICER = bearer(Role.OFFICER, township_code=GAOLOU)
URL = "/api/requests/recurrence-proposals"
FIRST = date(2014, 6, 27)
LIMITS = Thresholds()
TERMS: dict[str, Any] = {"cadence": "fortnightly", "residents": 90, "starts_on": "2014-07-31"}


@dataclass
class Needs:
    """Each booth that is ordered has a stop and an assignment of its own, ``a1``, ``a2`` ..."""

    house: House
    clock: PlayedClock
    booths: list[dict[str, Any]] = field(default_factory=list)

    @property
    def today(self) -> date:
        return self.clock.now.date()

    async def order(self, item: str = "clinic", residents: int = 80, **more: Any) -> Any:
        """An order of one item that the corps took, today."""
        place = f"高楼镇第{len(self.booths) + 1}次"
        lines = [{"item_code": item, "expected_attendance": residents}]
        said = {"place": place, "lines": lines, "wished_on": [], "ruled_out_on": []} | more
        made = await accepted_order(self.house, **said)
        self.booths.append(made)
        return made

    async def serve(self, residents: int = 80, team: str = "health", **more: Any) -> Any:
        """Ordered and served today."""
        made = await self.order(residents=residents, **more)
        about = self.about(len(self.booths), team)
        await self.house.hear(
            f"stop:{about['stop_id']}",
            TeamAssigned(**about, revision=1),
            BoothReported(**about, served=residents, leaflets=0, follow_ups=0),
            StopCompleted(
                **{name: about[name] for name in ("stop_id", "plan_id", "township_code", "place")},
                on=about["on"],
                part="morning",
                booths=1,
                served=residents,
                leaflets=0,
                follow_ups=0,
            ),
        )
        return made

    def about(self, number: int, team: str = "health") -> dict[str, Any]:
        made = self.booths[number - 1]
        (line,) = made["lines"]
        return {
            "stop_id": f"s{number}",
            "plan_id": PLAN,
            "township_code": made["township_code"],
            "place": made["place"],
            "on": self.today,
            "part": "morning",
            "assignment_id": f"a{number}",
            "order_id": made["id"],
            "line_id": line["id"],
            "item_code": line["item_code"],
            "item_name": line["name"],
            "item_name_en": line["name_en"],
            "team_code": team,
            "volunteers": 4,
        }

    def queue(self, number: int, **figures: Any) -> QueueMeasured:
        said = {"arrived": 110, "served": 80, "longest_queue": 40, "mean_wait_minutes": 50}
        return QueueMeasured(**self.about(number), **(said | figures))

    async def measure(self, number: int, **figures: Any) -> None:
        await self.house.hear(f"stop:s{number}", self.queue(number, **figures))

    async def wish(self, what: str = "盼着量血压的人常来") -> dict[str, Any]:
        """A wish to which the corps answers that the menu has the item."""
        made = await wish(self.house, CORPS, what=what, came_by="phone")
        answer = await act(
            self.house,
            made["group_id"],
            "match",
            made,
            edition_id="summer-2014",
            item_code="clinic",
        )
        assert answer.status_code == 200, answer.text
        return made

    async def pass_days(self, days: int) -> None:
        self.clock.now += timedelta(days=days)

    async def look(self) -> int:
        return await look_for_regular(self.house.uow("requests"), LIMITS)

    async def proposals(self, who: dict[str, str] = CORPS, **query: Any) -> list[dict[str, Any]]:
        answer = await self.house.client.get(URL, headers=who, params=query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    async def read(self, proposal_id: str, who: dict[str, str] = CORPS) -> Any:
        return (await self.house.client.get(f"{URL}/{proposal_id}", headers=who)).json()

    async def post(self, path: str, who: dict[str, str], confirm: Any = (), **body: Any) -> Any:
        return await self.house.client.post(
            f"{URL}/{path}", json=body or None, headers=who, params={"confirm": confirm}
        )

    async def health_booth(self) -> dict[str, Any]:
        """The story of 2014: a long queue, somebody who wishes that they came often, and a second order. Returns what
        is proposed of it."""
        await self.serve()
        await self.measure(1)
        await self.pass_days(20)
        await self.wish()
        await self.serve()
        await self.look()
        (proposal,) = await self.proposals(state="proposed")
        return proposal
