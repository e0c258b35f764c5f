"""A steward's telephone at a booth, over HTTP."""

from dataclasses import dataclass
from typing import Any

from tests.dispatch.tickets.booth import Booth
from tests.support.clock import PlayedClock
from tests.support.steward_phone import StewardPhone


@dataclass
class Phone:
    booth: Booth
    clock: PlayedClock

    def __post_init__(self) -> None:
        self.kept = StewardPhone(lambda: self.clock.now)

    @property
    def lease(self) -> str:
        return self.kept.lease

    async def hold(self, **more: Any) -> "Phone":
        told = await self.booth.do("lease", {"lease": self.lease or None}, **more)
        self.kept.learn(told)
        return self

    async def tell(self) -> dict[str, int]:
        """Tells what it did; how many entries came to what."""
        entries = {"entries": self.kept.journal}
        answer = await self.booth.do("lease/journal", entries, lease=self.lease)
        self.kept.learn(answer)
        outcomes = [each["outcome"] for each in answer["outcomes"]]
        return {each: outcomes.count(each) for each in sorted(set(outcomes))}
