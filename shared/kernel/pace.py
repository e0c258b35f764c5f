"""How close rounds of work may follow each other."""

import asyncio

PACE_SECONDS = 0.015
"""A round for many costs little more than one for a single event or order."""


class Pace:
    """Rounds begin at least so many seconds one after the other: at a quiet moment none waits, and under load each
    serves what has come meanwhile."""

    def __init__(self, seconds: float = PACE_SECONDS) -> None:
        self._seconds = seconds
        self._began = float("-inf")

    @property
    def next_at(self) -> float:
        """When the next round may begin, by the loop's clock."""
        return self._began + self._seconds

    def begin(self) -> None:
        self._began = asyncio.get_running_loop().time()

    async def wait(self) -> None:
        """Until a round may begin; it begins."""
        await asyncio.sleep(max(0.0, self.next_at - asyncio.get_running_loop().time()))
        self.begin()
