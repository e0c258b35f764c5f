"""The group photo is shown while everybody in it agrees, on the page for anybody and in the console."""

from datetime import UTC, datetime

from services.catalog.activities.use_cases.photos import remove_orphans
from shared.kernel.access import Role
from shared.storage.orphans import ORPHANED
from tests.catalog.activities.conftest import ANYBODY, Corps
from tests.requests.attachments.files import exif, jpeg, pdf, png
from tests.support.fixtures import on_sqlite
from tests.support.tokens import bearer

PHOTO = jpeg(1200, 800, more=exif())


async def give(corps: Corps, path: str, data: bytes = PHOTO, *, status: int = 200) -> None:
    answer = await corps.house.client.post(f"/api/catalog{path}/photo", content=data)
    assert answer.status_code == status, answer.text


async def shown(corps: Corps, path: str) -> bool:
    """Whether anybody sees it: the page and the picture agree, and so does the console."""
    page = (await corps.request("GET", f"/public{path}", headers=ANYBODY)).text
    picture = await corps.request("GET", f"/public{path}/photo", headers={"Authorization": ""})
    leader = bearer(Role.LEADER, team_code="health")
    inside = await corps.request("GET", f"{path}/photo/file", headers=leader)
    told = (await corps.ask("GET", path, headers=leader))["photo"]
    said = {told == "shown", "<img" in page, picture.status_code == 200, inside.status_code == 200}
    assert len(said) == 1
    if picture.status_code == 200:
        assert picture.headers["cache-control"] == "private, no-store"
        assert b"GPS" not in picture.content
    return bool(said.pop())


async def waits(corps: Corps) -> bool:
    who = bearer(Role.COORDINATOR)
    return "photo_to_replace" in (await corps.ask("GET", "/tasks", headers=who))["counts"]


async def held(corps: Corps) -> str:
    path = await corps.plan()
    await corps.register(path, *corps.nos[:3])
    await give(corps, path, status=409)
    corps.clock.move(days=5)
    await corps.ask("POST", f"{path}/attendance", {"present": corps.nos[:3]})
    await corps.ask("POST", f"{path}/hold")
    return path


async def mark(corps: Corps, path: str, *nos: str, status: int = 200) -> object:
    return await corps.ask(
        "POST", f"{path}/photo/people", {"volunteer_nos": list(nos)}, status=status
    )


async def test_it_is_shown_while_everybody_in_it_agrees(corps: Corps) -> None:
    path, (first, second) = await held(corps), corps.nos[:2]
    await give(corps, path)
    assert not await shown(corps, path), "nobody has said who is in it"
    assert (await corps.request("GET", f"{path}/photo/file")).status_code == 200, "to the corps"
    await mark(corps, path, corps.nos[4], status=422)
    await mark(corps, path, first, second)
    seen = await corps.ask("GET", f"{path}/photo")
    assert (seen["is_shown"], seen["refusing"]) == (False, [first, second])
    await corps.agree(first, "pictures")
    assert not await shown(corps, path)
    assert await waits(corps)
    await corps.agree(second, "pictures", "name_in_public")
    assert await shown(corps, path)
    assert not await waits(corps)

    # One of them takes it back: hidden at once, and the corps is asked for another.
    who = bearer(Role.VOLUNTEER, volunteer_no=second, team_code="health")
    await corps.ask("POST", f"/volunteers/{second}/service", {"consents": []}, headers=who)
    assert not await shown(corps, path)
    assert (await corps.request("GET", f"{path}/photo/file")).status_code == 404, "nor the corps"
    assert await waits(corps)
    await give(corps, path, png(640, 480))
    assert not await waits(corps)
    assert not await shown(corps, path)
    await mark(corps, path, first)
    assert await shown(corps, path)
    await corps.ask("DELETE", f"{path}/photo", status=204)
    assert not await shown(corps, path)


async def test_an_erased_persons_photo_is_gone_and_names_nobody(corps: Corps) -> None:
    path, (first, second) = await held(corps), corps.nos[:2]
    for no in (first, second):
        await corps.agree(no, "pictures")
    await give(corps, path)
    await mark(corps, path, first, second)
    assert await shown(corps, path)
    body = {"reason": "本人要求"}
    await corps.ask("POST", f"/volunteers/{first}/erase", body, status=202)
    assert not await shown(corps, path)
    assert await waits(corps)
    seen = await corps.ask("GET", f"{path}/photo")
    assert (seen["state"], seen["people"]) == ("withdrawn", None)
    await mark(corps, path, second, status=409)
    assert (await corps.ask("GET", path))["participants"] == 3
    catalog = corps.house.services["catalog"]
    files = catalog.api.state.files
    assert len([each async for each in files.stored("activities")]) == 1
    corps.clock.now = datetime.now(UTC) + ORPHANED * 2  # files have the times of the disk
    await remove_orphans(catalog.uow, files)
    assert [each async for each in files.stored("activities")] == []


@on_sqlite
async def test_what_is_no_picture_is_refused(corps: Corps) -> None:
    path = await held(corps)
    for data in (b"", pdf(), jpeg(100, 80)):
        await give(corps, path, data, status=422)
    await corps.ask("GET", f"{path}/photo", status=404)
