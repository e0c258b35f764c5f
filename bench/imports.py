"""How long do 5,000 rows of Excel take to become service items, and in how much memory?

python -m bench.imports [--quick] [--json]

A workbook of 5,000 items (--quick: 1,000) is sent to catalog, which reads, checks and compares it (the preview), and
is then applied in one transaction with its events. Both are timed as a coordinator's browser sees them; memory is that
of the process that serves them, and of the one that reads the file. Beside it stands what one would write instead:
openpyxl reads the rows, and each is one PUT. That checks nothing beforehand, and leaves half of them behind when it is
killed in the middle.
"""

import asyncio
import io
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from bench.report import arguments, report, require
from services.catalog.bootstrap import build
from services.catalog.settings import CatalogSettings
from shared.cache.port import Cache
from shared.kernel.clock import Clock
from shared.messaging.broker import Broker
from shared.service import Service
from tests.support.house import OVERWRITING, House, running_house
from tests.support.tokens import trust
from tests.support.waiting import until
from tests.support.workbooks import Cell, xlsx

ROWS, QUICK_ROWS = 5_000, 1_000
TEAMS = 40
HEADINGS: list[Cell] = [
    *("代码", "名称", "英文名称", "类别", "服务队", "所需人数", "每人分钟数", "服务方式"),
    *("提前天数", "镇街提供", "资质要求", "风险提示"),
]
SAMPLE_SECONDS = 0.02


def workbook(rows: int) -> bytes:
    """Items whose texts are as long as those of real ones, no two alike."""
    table: list[list[Cell]] = [["瑞安市志愿服务项目一览表"], HEADINGS]
    for number in range(rows):
        row: list[Cell] = [
            *(f"item-{number}", f"第{number}号便民服务项目", f"Service for residents {number}"),
            *("民生服务", f"第{number % TEAMS}志愿服务队", number % 9 + 1, number % 30 + 5, "摆摊"),
            *(number % 14, "桌子、电源", "执业医师或护士资格"),
            f"户外久站，高温时注意防暑；第{number}号项目的说明。",
        ]
        table.append(row)
    return xlsx(table)


async def enter(house: House, path: str, body: dict[str, Any]) -> None:
    answer = await house.client.put(f"/api/catalog/{path}", json=body, headers=OVERWRITING)
    assert answer.is_success, answer.text


async def enter_directory(house: House) -> None:
    await enter(house, "agencies/office", {"name": "卫生局", "name_en": "Health"})
    await enter(house, "categories/livelihood", {"name": "民生服务", "name_en": "Livelihood"})
    for number in range(TEAMS):
        names = {"name": f"第{number}志愿服务队", "name_en": f"Team {number}"}
        await enter(house, f"teams/team-{number}", names | {"agency_code": "office", "members": 20})


@contextmanager
def peak() -> Iterator[list[float]]:
    """By how many MiB this process grew at most during the block, and how large one that it started was."""
    process, grown, over = psutil.Process(), [0.0, 0.0], threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not over.wait(SAMPLE_SECONDS):
            grown[0] = max(grown[0], (process.memory_info().rss - before) / 2**20)
            for child in process.children():
                with suppress(psutil.Error):  # it is over already
                    if "shared.sheets.process" in child.cmdline():
                        grown[1] = max(grown[1], child.memory_info().rss / 2**20)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield grown
    finally:
        over.set()
        watcher.join()


@contextmanager
def timed() -> Iterator[list[float]]:
    """The seconds that the block took."""
    took, began = [0.0], time.monotonic()
    yield took
    took[0] = time.monotonic() - began


async def by_import(house: House, file: bytes, rows: int) -> dict[str, float]:
    """Sends, looks at and applies the workbook, as a coordinator does."""
    with peak() as grown:
        with timed() as preview:
            answer = await house.client.post("/api/catalog/imports?about=items", content=file)
        made = answer.json()
        assert made["counts"]["new"] == rows, made

        async def is_done() -> bool:
            now = (await house.client.get(f"/api/catalog/imports/{made['id']}")).json()
            assert now["state"] in ("queued", "running", "done"), now
            return bool(now["state"] == "done")

        with timed() as applied:
            await house.client.post(f"/api/catalog/imports/{made['id']}/start")
            await until(is_done, seconds=600)
    return {
        "preview_seconds": preview[0],
        "apply_seconds": applied[0],
        "grown_mib": grown[0],
        "reader_mib": grown[1],
    }


async def by_one_put_each(house: House, file: bytes) -> dict[str, float]:
    """What a script would do: openpyxl and one request each."""
    from openpyxl import load_workbook

    with peak() as grown:
        with timed() as read:
            table = list(load_workbook(io.BytesIO(file)).active.iter_rows(values_only=True))
        with timed() as put:
            for row in table[2:]:
                code, name, name_en, _category, team, least, minutes, *rest = row
                body = {
                    "name": name,
                    "name_en": name_en,
                    "category_code": "livelihood",
                    "teams": [f"team-{team.removeprefix('第').removesuffix('志愿服务队')}"],
                    "volunteers_needed": least,
                    "minutes_per_resident": minutes,
                    "notice_days": rest[1],
                    "township_provides": ["tables", "power"],
                    "qualification": rest[3],
                    "risks": rest[4],
                }
                await enter(house, f"items/{code}", body)
    return {"read_seconds": read[0], "put_seconds": put[0], "grown_mib": grown[0]}


@contextmanager
def folder() -> Iterator[CatalogSettings]:
    with tempfile.TemporaryDirectory(prefix="diancai-bench-") as name:
        yield CatalogSettings(
            database_url=f"sqlite:///{name}/catalog.db",
            vault_keys_file=Path(name) / "vault_keys.json",
            vault_keys_create=True,
            limit_account=10**9,
            limit_address=10**9,
        )


def _built(settings: CatalogSettings, broker: Broker, cache: Cache, clock: Clock) -> Service:
    return build(settings, broker=broker, cache=cache, clock=clock)


async def measure(rows: int) -> dict[str, Any]:
    file = workbook(rows)
    found: dict[str, Any] = {"rows": rows, "file_kib": len(file) / 1024}
    for name in ("import", "plain"):
        with folder() as settings:
            async with running_house(partial(_built, settings)) as house:
                await enter_directory(house)
                work = by_import(house, file, rows) if name == "import" else None
                found[name] = await (work or by_one_put_each(house, file))
    ours, plain = found["import"], found["plain"]
    total = ours["preview_seconds"] + ours["apply_seconds"]
    found["ratios"] = {
        "openpyxl and one PUT each, in seconds of ours": round(
            (plain["read_seconds"] + plain["put_seconds"]) / total, 1
        )
    }
    return found


def main() -> None:
    given = arguments(__doc__, "imports")
    require("openpyxl")
    trust()
    found = asyncio.run(measure(QUICK_ROWS if given.quick else ROWS))
    ours, plain = found["import"], found["plain"]
    rows = [
        [
            "read, checked, compared",
            f"{ours['preview_seconds']:.1f} s",
            f"{plain['read_seconds']:.1f} s (read)",
        ],
        ["applied", f"{ours['apply_seconds']:.1f} s", f"{plain['put_seconds']:.1f} s"],
        [
            "memory: how far the service grew",
            f"{ours['grown_mib']:.0f} MiB",
            f"{plain['grown_mib']:.0f} MiB",
        ],
        ["memory: the process that reads the file", f"{ours['reader_mib']:.0f} MiB", "-"],
    ]
    title = f"{found['rows']} rows, {found['file_kib']:.0f} KiB"
    bars = {
        "import": ours["preview_seconds"] + ours["apply_seconds"],
        "openpyxl, one PUT each": plain["read_seconds"] + plain["put_seconds"],
    }
    report("imports", given, found, [title, "import", "openpyxl, one PUT each"], rows, bars, "s")


if __name__ == "__main__":
    main()
