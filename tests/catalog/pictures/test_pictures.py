"""Pictures of items: what is taken, what of it is shown, and that nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.catalog.pictures.domain import FOLDER, MOST_BYTES
from services.catalog.pictures.use_cases import remove_orphans
from shared.contracts.catalog import EditionPublished, ServiceItemChanged
from shared.kernel.access import Role
from shared.storage.folder import FolderStore
from shared.storage.orphans import ORPHANED
from shared.storage.port import FileStore, Stored
from tests.catalog.corps import EDITION, ITEM, post, put
from tests.requests.attachments.files import chunk, exif, jpeg, pdf, png, segment
from tests.requests.attachments.test_content import HTML, archive
from tests.support.fixtures import on_sqlite
from tests.support.house import House
from tests.support.tokens import bearer

PHOTO = jpeg(640, 480, more=exif() + segment(0xFE, "陈志远在高楼镇".encode()))
PATH = "/api/catalog/items/clinic/picture"


def files_of(house: House) -> FileStore:
    store: FileStore = house.services["catalog"].api.state.files
    return store


async def kept(house: House) -> set[str]:
    found = {each.key async for each in files_of(house).stored(FOLDER)}
    return {key.rpartition("/")[2] for key in found}


async def give(house: House, data: bytes, **headers: str) -> httpx.Response:
    return await house.client.post(PATH, content=data, headers=headers)


async def given(house: House, data: bytes = PHOTO) -> str:
    answer = await give(house, data)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["picture"])


async def shown(house: House, picture: str, **headers: str) -> httpx.Response:
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(house.app), base_url=str(house.client.base_url)
    )
    async with client:
        return await client.get(f"/api/catalog/open/pictures/{picture}", headers=headers)


async def test_a_picture_is_shown_to_anybody_without_what_it_says_of_persons(corps: House) -> None:
    picture = await given(corps)
    answer = await shown(corps, picture)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert b"GPS" not in answer.content
    assert "高楼镇".encode() not in answer.content
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = await shown(corps, picture, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    item = (await corps.client.get("/api/catalog/items/clinic")).json()
    assert item["picture"] == picture


@on_sqlite
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "picture_kind_unknown"),
        (pdf(), "picture_kind_unknown"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "picture_kind_unknown"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30), "picture_kind_unknown"),
        (jpeg(640, 480) + archive(), "file_holds_more"),
        (png(640, 480, more=chunk(b"EVIL", HTML)), "file_damaged"),
        (png(640, 480)[:-8], "file_damaged"),
        (jpeg(100, 480), "picture_unsuitable"),
        (jpeg(4000, 3000), "picture_unsuitable"),
        (jpeg(65_535, 65_535), "picture_too_large"),
        (jpeg(640, 480) + bytes(MOST_BYTES), "picture_too_long"),
    ],
)
async def test_what_no_menu_can_show_is_refused_in_words(
    corps: House, data: bytes, code: str
) -> None:
    for language in ("zh-CN", "en"):
        refused = await give(corps, data, **{"Accept-Language": language})
        assert (refused.status_code, refused.json()["code"]) == (422, code)
        assert refused.json()["remedy"]
    assert await kept(corps) == set()


async def test_a_picture_that_was_replaced_or_taken_away_is_gone(corps: House) -> None:
    first, second = await given(corps), await given(corps, png(640, 480))
    assert await kept(corps) == {second}
    assert (await shown(corps, first)).status_code == 404
    for _ in range(2):
        assert (await corps.client.delete(PATH)).status_code == 204
    assert await kept(corps) == set()
    assert (await shown(corps, second)).status_code == 404


async def test_a_published_menu_keeps_the_picture_that_it_was_published_with(corps: House) -> None:
    first = await given(corps)
    await post(corps, "editions/summer-2014/publish")
    (event,) = [e for e in await corps.published("catalog") if isinstance(e, EditionPublished)]
    assert [item.picture for item in event.items] == [first]
    second = await given(corps, png(640, 480))
    assert await kept(corps) == {first, second}
    edition = (await corps.client.get("/api/catalog/editions/summer-2014")).json()
    assert [dish["picture"] for dish in edition["menu"]] == [first]
    (dish,) = (await corps.client.get("/api/catalog/open/menu")).json()["items"]
    assert dish["picture"] == f"/api/catalog/open/pictures/{first}"
    assert (await shown(corps, first)).status_code == 200
    await corps.client.delete(PATH)
    assert await kept(corps) == {first}, "no menu shows the second one"


async def test_whoever_shows_the_item_is_told_of_its_picture(corps: House) -> None:
    first = await given(corps)
    for _ in range(2):
        assert (await corps.client.delete(PATH)).status_code == 204
    told = [
        event.picture
        for event in await corps.published("catalog")
        if isinstance(event, ServiceItemChanged)
    ]
    assert told == [None, first, None]
    public = await corps.client.get(f"/api/catalog/public/pictures/{await given(corps)}")
    assert (public.status_code, public.headers["content-type"]) == (200, "image/jpeg")


async def test_another_picture_is_a_difference_between_editions(corps: House) -> None:
    await post(corps, "editions/summer-2014/publish")
    picture = await given(corps)
    await put(corps, "editions/autumn", EDITION | {"based_on": "summer-2014"})
    compared = await corps.client.get("/api/catalog/editions/autumn/differences")
    (difference,) = compared.json()["differences"]
    assert difference["changed"] == {"picture": [None, picture]}


async def test_correcting_an_item_leaves_its_picture(corps: House) -> None:
    picture = await given(corps)
    corrected = await put(corps, "items/clinic", ITEM | {"volunteers_needed": 4})
    assert corrected["picture"] == picture


@on_sqlite
async def test_only_coordinators_change_pictures(corps: House) -> None:
    for role in (Role.LEADER, Role.OFFICER, Role.AUDITOR, Role.VOLUNTEER):
        who: Any = bearer(role, team_code="health", township_code="330381125000")
        assert (await give(corps, PHOTO, **who)).status_code == 403
    missing = await corps.client.post("/api/catalog/items/none/picture", content=PHOTO)
    assert missing.status_code == 404
    assert await kept(corps) == set(), "what belongs to no item is not kept"


async def test_of_two_who_give_a_picture_at_once_one_counts_and_none_is_left(corps: House) -> None:
    answers = await asyncio.gather(*(give(corps, jpeg(640 + n, 480)) for n in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    item = (await corps.client.get("/api/catalog/items/clinic")).json()
    assert await kept(corps) == {item["picture"]}


class Killed(FolderStore):
    """Whoever stores a file is killed when it is done."""

    async def put(self, key: str, content: bytes) -> None:
        await super().put(key, content)
        raise asyncio.CancelledError


class Aged(FolderStore):
    """All files are old."""

    async def stored(self, folder: str) -> AsyncIterator[Stored]:
        async for each in super().stored(folder):
            yield Stored(each.key, each.changed_at - ORPHANED - timedelta(hours=1))


async def test_a_killed_upload_leaves_no_orphan(corps: House, tmp_path: Path) -> None:
    state, folder = corps.services["catalog"].api.state, tmp_path / "files"
    state.files = Killed(folder)
    with pytest.raises(asyncio.CancelledError):
        await give(corps, PHOTO)
    state.files = FolderStore(folder)
    picture = await given(corps)
    assert len(await kept(corps)) == 2
    await remove_orphans(corps.uow("catalog"), FolderStore(folder))
    assert len(await kept(corps)) == 2, "somebody may be giving it just now"
    await remove_orphans(corps.uow("catalog"), Aged(folder))
    assert await kept(corps) == {picture}
