"""Who may turn an empty data folder into a demonstration, and when nobody may any more."""

import asyncio
from pathlib import Path

import httpx
import pytest

from cli.demo import Progress
from cli.demonstration_clock import DemonstrationClock, demonstration_api
from cli.trial import (
    ALL_STEPS,
    Offer,
    Playable,
    Playing,
    Trial,
    is_demonstration,
    is_untouched,
    trial_routes,
)
from services.catalog.campaigns.use_cases import ensure_standing_campaigns
from services.catalog.policy import POLICY
from shared.kernel.access import Actor, Role
from shared.kernel.errors import Conflict
from tests.cli.test_commands import diancai
from tests.support.house import OVERWRITING, House
from tests.support.tokens import bearer
from tests.support.waiting import until

TOWNSHIP = {"name": "马屿镇", "name_en": "Mayu", "lat": 27.77, "lon": 120.43}


async def enter_township(catalog: House) -> None:
    path = "/api/catalog/townships/330381116000"
    answer = await catalog.client.put(path, json=TOWNSHIP, headers=OVERWRITING)
    assert answer.is_success, answer.text


def asking(catalog: House, playable: Playable | None) -> httpx.AsyncClient:
    authenticator = catalog.services["catalog"].api.state.authenticator
    app = demonstration_api(trial_routes(playable, authenticator))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://it")


async def state_of(playable: Playable) -> str | None:
    found = await playable.status()
    return found.state if found else None


async def test_a_folder_is_untouched_until_somebody_enters_something(
    catalog: House, tmp_path: Path
) -> None:
    assert is_untouched(tmp_path / "nothing here")
    await ensure_standing_campaigns(catalog.uow("catalog"))
    assert is_untouched(tmp_path)
    await enter_township(catalog)
    assert not is_untouched(tmp_path)


@pytest.mark.parametrize(("action", "enters"), [("sign_in", False), ("administer_accounts", True)])
async def test_what_publishes_no_event_is_something_too_unless_it_is_signing_in(
    catalog: House, tmp_path: Path, action: str, enters: bool
) -> None:
    somebody = Actor("somebody", frozenset({Role.COORDINATOR}))
    acting = catalog.uow("catalog").acting(somebody)
    acting.permit(POLICY, action)
    async with acting.transaction() as tx:
        tx.note("account", "somebody", field="password")
    assert is_untouched(tmp_path) is not enters


def test_a_file_that_is_no_store_of_this_release_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notify.db").write_bytes(b"")
    assert not is_untouched(tmp_path)


def test_a_folder_is_a_demonstration_from_the_beginning(tmp_path: Path) -> None:
    assert not is_demonstration(tmp_path)
    DemonstrationClock(tmp_path / "demonstration-clock.json").keep()
    assert is_demonstration(tmp_path)


async def test_a_coordinator_accepts_the_offer_and_nobody_else(
    catalog: House, tmp_path: Path
) -> None:
    offer = Offer(tmp_path)
    async with asking(catalog, offer) as client:
        assert (await client.get("/trial")).json()["state"] == "offered"
        assert (await client.post("/trial")).status_code == 401
        refused = await client.post("/trial", headers=bearer(Role.OPERATOR))
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert not offer.accepted.is_set()
        for _ in range(2):
            assert (
                await client.post("/trial", headers=bearer(Role.COORDINATOR))
            ).status_code == 202
        assert offer.accepted.is_set()
        assert (await client.get("/trial")).json()["state"] == "starting"


async def test_a_city_with_data_of_its_own_is_offered_nothing(
    catalog: House, tmp_path: Path
) -> None:
    offer = Offer(tmp_path)
    await enter_township(catalog)
    async with asking(catalog, offer) as client:
        assert (await client.get("/trial")).status_code == 204
        chinese = bearer(Role.COORDINATOR) | {"Accept-Language": "zh-CN"}
        late = await client.post("/trial", headers=chinese)
        assert (late.status_code, late.json()["code"]) == (409, "trial_not_empty")
        assert "换一个空的数据目录" in late.json()["remedy"]
    assert not offer.accepted.is_set()


async def test_where_nothing_can_be_played_there_is_nothing_to_start(catalog: House) -> None:
    async with asking(catalog, None) as client:
        assert (await client.get("/trial")).status_code == 204
        refused = await client.post("/trial", headers=bearer(Role.COORDINATOR))
        assert refused.status_code == 405


async def test_no_demonstration_is_played_in_a_citys_own_data(
    catalog: House, tmp_path: Path
) -> None:
    await enter_township(catalog)
    said = await asyncio.to_thread(diancai, "up", DIANCAI_DATA=str(tmp_path), PORT="18997")
    assert said.returncode == 2
    assert "holds data of your own" in said.stderr
    assert "--no-demo" in said.stderr
    assert not is_demonstration(tmp_path)


class Story:
    """Goes as far as the test lets it."""

    def __init__(self) -> None:
        self.told, self.may_end = asyncio.Event(), asyncio.Event()
        self.fails = False

    async def play(self, tell: Progress) -> None:
        tell("acceptance", 3, 7)
        tell("directory", 1, 7)  # what comes again does not set the display back
        self.told.set()
        await self.may_end.wait()
        if self.fails:
            raise RuntimeError("no more room")


async def test_it_is_stopped_and_goes_on() -> None:
    story = Story()
    playing = Playing(story.play)
    await playing.cancel()
    assert await state_of(playing) == "starting"
    await playing.start()
    await playing.start()
    await story.told.wait()
    number = ALL_STEPS.index("acceptance") + 1
    assert await playing.status() == Trial(
        state="playing", step="acceptance", number=number, done=3, total=7
    )
    await playing.cancel()
    assert await state_of(playing) == "cancelled"
    story.told.clear()
    await playing.start()
    await story.told.wait()
    story.may_end.set()
    await wait_for_end(playing)
    assert await state_of(playing) == "done"
    await playing.start()
    await playing.cancel()
    assert await state_of(playing) == "done"


@pytest.mark.filterwarnings("default")
async def test_a_failure_is_said_and_can_be_tried_again() -> None:
    story = Story()
    story.fails = True
    story.may_end.set()
    playing = Playing(story.play)
    await playing.start()
    await wait_for_end(playing)
    assert await state_of(playing) == "failed"
    story.fails = False
    await playing.start()
    await wait_for_end(playing)
    assert await state_of(playing) == "done"


async def wait_for_end(playing: Playing) -> None:
    async def is_over() -> bool:
        return await state_of(playing) not in ("starting", "playing")

    await until(is_over)


async def test_an_offer_that_was_accepted_late_is_refused(tmp_path: Path) -> None:
    (tmp_path / "catalog.db").write_bytes(b"")
    with pytest.raises(Conflict):
        await Offer(tmp_path).start()
