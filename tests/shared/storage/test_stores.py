"""Both stores of files behave alike: a folder, and one that speaks S3."""

import os
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape

import httpx
import pytest

from shared.kernel.clock import utc_now
from shared.kernel.ids import new_id
from shared.storage.folder import FolderStore
from shared.storage.opening import open_files
from shared.storage.port import FileStore
from shared.storage.s3 import S3Store, signed

KEY, SECRET, REGION = (
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "us-east-1",
)
PAGE = 2


class Bucket(httpx.AsyncBaseTransport):
    """A store that speaks S3 as far as ours asks it, and refuses what is not signed."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        now = datetime.strptime(request.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        path, _, query = request.url.raw_path.decode().partition("?")
        right = signed(
            request.method,
            path,
            query,
            {"host": request.headers["host"]},
            request.headers["x-amz-content-sha256"],
            key=KEY,
            secret=SECRET,
            region=REGION,
            now=now,
        )
        if request.headers.get("authorization") != right["authorization"]:
            return httpx.Response(403)
        name = path.removeprefix("/city").removeprefix("/")
        if not name:
            return httpx.Response(200, text=self._list(parse_qs(query)))
        if request.method == "PUT":
            self.files[name] = content
            return httpx.Response(200)
        if request.method == "DELETE":
            self.files.pop(name, None)
            return httpx.Response(204)
        found = self.files.get(name)
        return httpx.Response(404) if found is None else httpx.Response(200, content=found)

    def _list(self, query: dict[str, list[str]]) -> str:
        names = sorted(name for name in self.files if name.startswith(query["prefix"][0]))
        after = query.get("continuation-token", [""])[0]
        names = [name for name in names if name > after]
        at = utc_now().strftime("%Y-%m-%dT%H:%M:%S.000Z")
        entries = "".join(
            f"<Contents><Key>{escape(name)}</Key><LastModified>{at}</LastModified></Contents>"
            for name in names[:PAGE]
        )
        more = names[PAGE - 1] if len(names) > PAGE else None
        following = f"<NextContinuationToken>{more}</NextContinuationToken>" if more else ""
        return f"<ListBucketResult>{entries}{following}</ListBucketResult>"


@pytest.fixture(params=["folder", "s3"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return FolderStore(tmp_path / "files")
    return s3(Bucket())


def s3(bucket: Bucket, secret: str = SECRET) -> S3Store:
    url = f"s3+https://{KEY}:{quote(secret, safe='')}@files.example:9000/city?region={REGION}"
    return S3Store(url, tls=ssl.create_default_context(), transport=bucket)


def key() -> str:
    return f"attachments/{new_id()}"


async def test_what_is_put_is_got_listed_and_deleted(files: FileStore) -> None:
    keys = [key() for _ in range(5)]
    for number, each in enumerate(keys):
        await files.put(each, bytes([number]) * 1000)
    await files.put(keys[0], b"replaced")
    assert await files.get(keys[0]) == b"replaced"
    listed = {each.key: each.changed_at async for each in files.stored("attachments")}
    assert listed.keys() == set(keys)
    assert all(abs(utc_now() - at) < timedelta(minutes=1) for at in listed.values())
    for each in keys:
        await files.delete(each)
        await files.delete(each)
    assert await files.get(keys[0]) is None
    assert [each async for each in files.stored("attachments")] == []


@pytest.mark.parametrize(
    "wrong", ["attachments/../secrets", "/etc/passwd", "attachments/x", "", "a/b/c"]
)
async def test_what_is_no_key_reaches_no_file(files: FileStore, wrong: str) -> None:
    for work in (files.get(wrong), files.put(wrong, b""), files.delete(wrong)):
        with pytest.raises(ValueError, match="not a key"):
            await work


async def test_a_killed_writer_leaves_nothing_under_the_key_and_what_it_left_can_go(
    tmp_path: Path,
) -> None:
    files, one = FolderStore(tmp_path), key()
    (tmp_path / "attachments").mkdir()
    left = tmp_path / f"{one} {new_id()}.part"
    left.write_bytes(b"half")
    assert await files.get(one) is None
    (found,) = [each async for each in files.stored("attachments")]
    await files.delete(found.key)
    assert os.listdir(tmp_path / "attachments") == []


async def test_a_wrong_secret_is_an_error_and_not_a_missing_file() -> None:
    with pytest.raises(httpx.HTTPStatusError):
        await s3(Bucket(), "wrong").get(key())


def test_a_request_is_signed_as_amazon_s_own_example_is() -> None:
    """GET Object of "Signature Calculations for the Authorization Header" in Amazon's documentation."""
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    headers = signed(
        "GET",
        "/test.txt",
        "",
        {"Host": "examplebucket.s3.amazonaws.com", "Range": "bytes=0-9"},
        empty,
        key=KEY,
        secret=SECRET,
        region=REGION,
        now=datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert headers["authorization"].endswith(
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


def test_a_setting_names_either(tmp_path: Path) -> None:
    opened: Callable[[str], FileStore] = open_files
    assert isinstance(opened(tmp_path.as_uri()), FolderStore)
    assert isinstance(opened("s3+https://a:b@files.example/city"), S3Store)
    with pytest.raises(ValueError, match="not ftp:"):
        opened("ftp://files.example")
