"""The hashing of passwords costs memory on purpose: how much, and what those get who come beyond."""

import asyncio
from dataclasses import replace
from threading import Event, Lock

import yaml

from services.catalog.accounts.adapters.passwords import (
    ARGON2ID,
    HASHES_AT_ONCE,
    MEMORY_KIB,
    MOST_WAITING,
    Passwords,
)
from services.catalog.accounts.domain.failed_attempts import SignInBusy
from tests.catalog.city import ASKED, PASSWORD, City
from tests.support.tree import ROOT

BASE_MIB = 190
"""What catalog's API takes without any hash, measured as resident memory under load: 181."""

UNITS = {"K": 1 / 1024, "M": 1, "G": 1024}


def test_the_container_has_the_memory_that_the_hashes_need() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    limit = str(compose["services"]["catalog"]["deploy"]["resources"]["limits"]["memory"])
    mebibytes = float(limit[:-1]) * UNITS[limit[-1]]
    needed = BASE_MIB + HASHES_AT_ONCE * MEMORY_KIB / 1024
    assert needed <= mebibytes * 0.9, (
        f"{needed:.0f} MiB are needed, and a tenth in reserve, of {limit}"
    )


async def test_hashes_are_what_is_written_down() -> None:
    hashes = Passwords()
    stored = await hashes.hash(PASSWORD)
    assert stored.startswith(f"$argon2id$v=19$m={MEMORY_KIB},")
    assert await hashes.matches(PASSWORD, stored)
    assert not await hashes.matches("wrong", stored)
    assert not await hashes.matches(PASSWORD, None)


async def test_a_stored_hash_that_costs_more_is_not_computed() -> None:
    stored = await Passwords().hash(PASSWORD)
    assert not await Passwords().matches(PASSWORD, stored.replace(f"m={MEMORY_KIB}", "m=4194304"))


class Seen:
    """Counts how many hashes are computed at the same moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = self.most = 0

    def verify(self, stored: str, password: str, /) -> bool:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            return ARGON2ID.verify(stored, password)
        finally:
            with self._lock:
                self._now -= 1

    def hash(self, password: str) -> str:
        return ARGON2ID.hash(password)


class Held(Seen):
    """Computes no hash before it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = Event()

    def verify(self, stored: str, password: str, /) -> bool:
        self.go_on.wait()
        return super().verify(stored, password)


async def test_those_beyond_are_refused_at_once_and_never_more_are_hashed() -> None:
    held = Held()
    hashes = Passwords(held)
    room = HASHES_AT_ONCE + MOST_WAITING
    tries = [asyncio.create_task(hashes.matches("wrong", None)) for _ in range(room + 3)]
    await asyncio.sleep(0)
    try:
        assert [attempt.done() for attempt in tries] == [False] * room + [True] * 3, (
            "nobody waits for a hash"
        )
    finally:
        held.go_on.set()
        done = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(outcome) for outcome in done[room:]] == [SignInBusy] * 3
    assert held.most <= HASHES_AT_ONCE


async def test_a_try_that_was_given_up_makes_no_room_before_its_hash_is_done() -> None:
    seen = Seen()
    hashes = Passwords(seen)
    for _ in range(4):
        tries = [asyncio.create_task(hashes.matches("wrong", None)) for _ in range(HASHES_AT_ONCE)]
        await asyncio.sleep(0)
        for attempt in tries:
            attempt.cancel()
        await asyncio.gather(*tries, return_exceptions=True)
    assert not await hashes.matches("wrong", None)
    assert seen.most <= HASHES_AT_ONCE


class Busy:
    """All turns are taken."""

    async def hash(self, password: str) -> str:
        raise SignInBusy

    async def matches(self, password: str, stored: str | None) -> bool:
        raise SignInBusy


async def test_whoever_comes_beyond_is_told_and_not_counted(city: City) -> None:
    state = city.house.services["catalog"].api.state
    calm = state.provider
    state.provider = replace(calm, passwords=Busy())
    refused = [await city.sign_in(password="wrong") for _ in range(12)]
    assert {answer.status_code for answer in refused} == {503}
    assert refused[0].json()["code"] == "sign_in_busy"
    assert "Retry-After" in refused[0].headers
    page = await city.post(
        "/oidc/authorize", ASKED | {"login": "高楼", "password": "x"}, Accept="text/html"
    )
    assert (page.status_code, "登录的人较多" in page.text or "正在核对" in page.text) == (503, True)
    state.provider = calm
    assert (await city.sign_in()).status_code == 303
