"""A table of volunteers: each row is checked as the form checks one person, and all are entered as a whole."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from stdnum.cn import ric

from services.catalog.imports.domain.directory_import import DirectoryImport
from services.catalog.imports.tables import import_row
from services.catalog.volunteers.tables import volunteer
from shared.contracts.catalog import VolunteerChanged
from shared.kernel.access import Role
from tests.catalog.imports.tables import NOTHING, rows_of, settled, start
from tests.support.house import House
from tests.support.tokens import EVERYTHING, bearer
from tests.support.workbooks import Cell, part_of, xlsx

HEAD: list[Cell] = [
    *("姓名", "手机号", "身份证号", "服务队", "同意日期", "同意书版本", "出生日期"),
    *("监护人同意日期", "擅长", "本人同意", "协议有效期至", "新手期到"),
]
AGREED: list[Cell] = ["2014-6-2", "v1"]
LEADER = bearer(Role.LEADER, team_code="health")
OTHER_LEADER = bearer(Role.LEADER, team_code="legal", sub="other-leader")
COLLEAGUE = bearer(Role.COORDINATOR, sub="colleague")
VOLUNTEERS = "/api/catalog/volunteers"


def identity(number: int, born: str = "19800101") -> str:
    body = f"330381{born}{number:03}"
    return body + ric.calc_check_digit(f"{body}?")


LIN, CHEN = identity(1), identity(2)


def row(
    name: Cell, phone: Cell, number: Cell = "", team: Cell = "卫生队", **more: Cell
) -> list[Cell]:
    said = dict(zip(HEAD[4:6], AGREED, strict=True)) | more
    return [name, phone, number, team, *(said.get(str(each), "") for each in HEAD[4:])]


@pytest.fixture
async def corps(catalog: House) -> House:
    """catalog with two teams, and a class of services."""
    names = {"name": "卫生局", "name_en": "Health"}
    assert (await catalog.client.put("/api/catalog/agencies/bureau", json=names)).is_success
    assert (await catalog.client.put("/api/catalog/categories/clinic", json=names)).is_success
    for code, name in (("health", "卫生队"), ("legal", "法律队")):
        body = {"name": name, "name_en": "Team", "agency_code": "bureau", "members": 5}
        assert (await catalog.client.put(f"/api/catalog/teams/{code}", json=body)).is_success
    return catalog


async def send(
    house: House,
    file: bytes,
    *,
    status: int = 201,
    headers: dict[str, str] | None = None,
    **query: Any,
) -> Any:
    asked = {"about": "volunteers", **query}
    answer = await house.client.post(
        "/api/catalog/imports", params=asked, content=file, headers=headers
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def import_of(house: House, *rows: list[Cell], **query: Any) -> Any:
    return await send(house, xlsx([HEAD, *rows]), **query)


async def applied(house: House, *rows: list[Cell], **query: Any) -> Any:
    made = await import_of(house, *rows, **query)
    assert made["counts"]["faulty"] == 0, await rows_of(house, made)
    await start(house, made)
    done = await settled(house, made)
    assert done["state"] == "done", done
    return done


async def faults(house: House, made: Any) -> list[list[tuple[str, str]]]:
    """The faults of each row. All are said in words, with a remedy, in both languages."""
    for language in ("zh-CN", "en"):
        for each in await rows_of(house, made, language=language):
            for fault in each["faults"]:
                assert fault["rule"], fault
                assert fault["remedy"], fault
                assert "{" not in fault["rule"] + fault["remedy"], fault
                chinese = any("一" <= sign <= "鿿" for sign in fault["rule"])
                assert chinese or language == "en", fault
    rows = await rows_of(house, made)
    return [[(fault["field"], fault["code"]) for fault in each["faults"]] for each in rows]


async def people(house: House) -> list[Any]:
    found: list[Any] = (await house.client.get(VOLUNTEERS)).json()["items"]
    return found


async def revealed(house: House, no: str, field: str) -> str:
    body = {"field": field, "purpose": "contact", "reason": "核对导入"}
    return str((await house.client.post(f"{VOLUNTEERS}/{no}/reveal", json=body)).json()["value"])


def sign_in(house: House, headers: dict[str, str]) -> None:
    house.client.headers.update(headers)


# --- what is entered ------------------------------------------------------------------------------
async def test_a_table_enters_people_as_the_form_does(corps: House) -> None:
    done = await applied(
        corps,
        row(
            "𠮷田·買買提",
            "＋８６ 138-0013\u200b-8000",
            LIN.lower(),
            擅长="卫生局",
            本人同意="公开姓名、照片",
            协议有效期至="2014-12-31",
            新手期到="2014年7月31日",
        ),
        row("\u9686", 13900139000.0, "", "legal"),
        row(
            "\uf9dc",
            "0577-65812345",
            "",
            出生日期="2000-01-02",
            监护人同意日期="2014-6-1",
            同意日期="2014-6-2 9:30",
        ),
    )
    assert done["counts"] == NOTHING | {"new": 3}
    first, second, third = await people(corps)
    assert (first["team_code"], second["team_code"]) == ("health", "legal")
    assert first["consents"] == ["name_in_public", "pictures"]
    assert (first["skills"], first["agreement_until"]) == (["clinic"], "2014-12-31")
    assert (first["novice"], first["novice_until"]) == (True, "2014-07-31")
    assert first["consent_at"] == "2014-06-01T16:00:00Z"
    assert third["consent_at"] == "2014-06-02T01:30:00Z"
    assert (third["minor"], third["guardian_consent_on"]) == (True, "2014-06-01")
    assert await revealed(corps, first["no"], "name") == "𠮷田·買買提"
    assert await revealed(corps, first["no"], "phone") == "13800138000"
    assert await revealed(corps, first["no"], "identity") == LIN
    assert await revealed(corps, second["no"], "name") == "\u9686"
    assert await revealed(corps, third["no"], "name") == "\uf9dc", "not what NFC makes of it"
    told = [e for e in await corps.published("catalog") if isinstance(e, VolunteerChanged)]
    assert [(e.volunteer_no, e.minor, e.novice) for e in told] == [
        (first["no"], False, True),
        (second["no"], False, False),
        (third["no"], True, False),
    ]


async def test_by_the_form_and_by_a_table_the_same_is_stored_and_published(corps: House) -> None:
    body = {
        "team_code": "health",
        "name": "林志远",
        "phone": "13800138000",
        "identity": LIN,
        "consent_at": "2014-06-02T00:00:00+08:00",
        "consent_version": "v1",
        "novice_until": "2014-07-31",
    }
    assert (await corps.client.post(VOLUNTEERS, json=body)).status_code == 201
    await applied(corps, row("陈国平", "13900139000", CHEN, 新手期到="2014-07-31"))
    told = [e for e in await corps.published("catalog") if isinstance(e, VolunteerChanged)]
    one, other = (each.model_dump() for each in told)
    assert one | {"volunteer_no": other["volunteer_no"]} == other
    async with corps.uow("catalog").reading() as session:
        stored = [dict(each._mapping) for each in await session.execute(select(volunteer))]
    differing = {name for name in stored[0] if stored[0][name] != stored[1][name]}
    sealed = {
        f"{field}_{of}" for field in ("name", "phone", "identity") for of in ("sealed", "index")
    }
    assert differing <= {"no", *sealed}, differing
    entries = (await corps.client.get("/api/catalog/audit")).json()
    made = {
        (entry["action"], change["key"])
        for entry in entries
        for change in entry["changes"]
        if (change["kind"], change["how"]) == ("volunteer", "made")
    }
    assert made == {("register_volunteer", "V-000001"), ("import_directory", "V-000002")}
    assert not {"林志远", "陈国平", "13900139000", CHEN} & set(json.dumps(entries).split('"'))


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_a_list_of_gb18030_without_a_team_column_is_one_teams(
    corps: House, language: str
) -> None:
    text = "卫生队志愿者名单\n序号,姓名,联系电话,身份证号码,同意时间,同意书版本\n"
    text += f"1,林志远,13800138000,{LIN},2014/6/2,v1\n2,陈国平𠮷,13900139000,,2014.6.2,v1\n"
    accept = {"Accept-Language": language}
    made = await send(corps, text.encode("gb18030"), team_code="health", headers=accept)
    assert made["team_code"] == "health"
    assert made["counts"] == NOTHING | {"new": 2}
    labels = {field["name"]: field["label"] for field in made["fields"]}
    assert len(set(labels.values())) == len(labels), labels
    assert not [label for label in labels.values() if "_" in label], labels
    await start(corps, made)
    assert (await settled(corps, made))["state"] == "done"
    assert [each["team_code"] for each in await people(corps)] == ["health", "health"]
    sign_in(corps, LEADER)
    assert (await corps.client.get(f"/api/catalog/imports/{made['id']}")).status_code == 404
    assert (await corps.client.get("/api/catalog/imports")).json()["items"] == []


# --- faults ---------------------------------------------------------------------------------------
FAULTS: list[tuple[list[Cell], list[tuple[str, str]]]] = [
    (row("", "13800138001"), [("name", "cell_needed")]),
    (row("\u200b\u2060", "13800138002"), [("name", "cell_needed")]),
    (row("林\ue000", "13800138003"), [("name", "name_unreadable")]),
    (row("林" * 81, "13800138004"), [("name", "invalid.string_too_long")]),
    (row("林志远", ""), [("phone", "cell_needed")]),
    (row("林志远", "1380013800"), [("phone", "phone_malformed")]),
    (row("林志远", "138****8000"), [("phone", "value_masked")]),
    (row("林志远", "1.38001E+10"), [("phone", "cell_digits_lost")]),
    (row("林志远", "13800138005", "330381198001011231"), [("identity", "identity_malformed")]),
    (row("林志远", "13800138006", float(LIN[:17] + "0")), [("identity", "cell_digits_lost")]),
    (row("林志远", "13800138007", "3.30381E+17"), [("identity", "cell_digits_lost")]),
    (row("林志远", "13800138008", "3303**********1234"), [("identity", "value_masked")]),
    (row("林志远", "13800138009", "", "没有这个队"), [("team_code", "unknown_code")]),
    (row("林志远", "13800138010", "", ""), [("team_code", "cell_needed")]),
    (row("林志远", "13800138011", 同意日期=""), [("consent_at", "cell_needed")]),
    (row("林志远", "13800138012", 同意日期="六月"), [("consent_at", "cell_not_a_day")]),
    (row("林志远", "13800138013", 同意日期="2099-12-01"), [("consent_at", "consent_ahead")]),
    (row("林志远", "13800138014", 同意书版本=""), [("consent_version", "cell_needed")]),
    (row("林志远", "13800138015", 出生日期="2007-01-01"), [("born_on", "too_young")]),
    (row("林志远", "13800138016", 出生日期="2015-01-01"), [("born_on", "birth_malformed")]),
    (
        row("林志远", "13800138017", 出生日期="1999-01-01"),
        [("guardian_consent_on", "guardian_consent_needed")],
    ),
    (
        row("林志远", "13800138018", identity(3, "19990101")),
        [("guardian_consent_on", "guardian_consent_needed")],
    ),
    (row("林志远", "13800138019", identity(4, "20070101")), [("born_on", "too_young")]),
    (row("林志远", "13800138020", 擅长="没有这一类"), [("skills", "unknown_code")]),
    (row("林志远", "13800138021", 本人同意="都行"), [("consents", "cell_no_choice")]),
    (row("林志远", "13800138022", 协议有效期至="长期"), [("agreement_until", "cell_not_a_day")]),
    (
        row("", "1", "2", "没有这个队", 同意日期="2099-01-01", 出生日期="某日"),
        [
            ("name", "cell_needed"),
            ("phone", "phone_malformed"),
            ("identity", "identity_malformed"),
            ("born_on", "cell_not_a_day"),
            ("team_code", "unknown_code"),
            ("consent_at", "consent_ahead"),
        ],
    ),
]


async def test_each_fault_is_said_by_the_forms_rules(corps: House) -> None:
    made = await import_of(corps, *(each for each, _ in FAULTS))
    assert await faults(corps, made) == [wanted for _, wanted in FAULTS]
    lost = (await rows_of(corps, made))[9]["faults"][0]
    assert (lost["column"], "文本" in lost["remedy"]) == ("C", True)
    faulty = await corps.client.get(f"/api/catalog/imports/{made['id']}/faulty")
    again = await send(corps, faulty.content)
    assert again["counts"] == made["counts"], "to be corrected and sent again"
    started = await corps.client.post(f"/api/catalog/imports/{made['id']}/start")
    assert started.status_code == 409
    assert await people(corps) == []


async def test_a_number_stands_in_a_table_and_in_the_corps_once(corps: House) -> None:
    await applied(corps, row("林志远", "13800138000", LIN))
    made = await import_of(
        corps,
        row("另一个", "13700137000", LIN),
        row("另一个", "138 0013 8000"),
        row("陈国平", "13900139000", CHEN),
        row("陈国平", "13900139001", CHEN),
        row("周晓", "１３９００１３９０００"),
        row("林志远", "13600136000"),
        row("林志远", "13800138000", CHEN[:-4] + "0000"),
    )
    assert (await faults(corps, made))[:6] == [
        [("identity", "identity_known")],
        [("phone", "phone_known")],
        [],
        [("identity", "person_repeated")],
        [("phone", "person_repeated")],
        [],
    ]
    (alike,) = await rows_of(corps, made, outcome="alike")
    (lin,) = await people(corps)
    assert alike["alike"] == [{"code": lin["no"], "name": "林*", "reasons": ["same_name"]}]
    known = (await rows_of(corps, made))[0]["faults"][0]
    assert lin["no"] in known["rule"], "a coordinator may see the entry"


async def test_the_same_file_again_changes_nothing(corps: House) -> None:
    rows = [
        row("林志远", "13800138000", LIN, 擅长="clinic", 新手期到="2014-07-31"),
        row("陈国平", "13900139000", 出生日期="2000-01-02", 监护人同意日期="2014-6-1"),
    ]
    await applied(corps, *rows)
    again = await import_of(corps, *rows)
    assert again["counts"] == NOTHING | {"unchanged": 2}
    started = await corps.client.post(f"/api/catalog/imports/{again['id']}/start")
    assert started.json()["code"] == "import_changes_nothing"
    made = await import_of(corps, row("林志远", "13800138000", LIN, 新手期到="2014-08-31"))
    assert await faults(corps, made) == [[("novice_until", "volunteer_differs")]]
    (said,) = await rows_of(corps, made)
    assert "新手期到" in said["faults"][0]["rule"]
    assert len(await people(corps)) == 2


async def test_what_was_exported_imports_again_unchanged(corps: House) -> None:
    await applied(
        corps,
        row("林志远", "13800138000", LIN, 同意日期="2014-6-2 9:31"),
        row("陈国平", "13900139000", "", "法律队"),
        row("周晓", "13700137000"),
    )
    first, _, third = await people(corps)
    assert (
        await corps.client.post(f"{VOLUNTEERS}/{third['no']}/erase", json={"reason": "本人要求"})
    ).is_success
    left = {"active": False}
    current = await corps.client.get(f"{VOLUNTEERS}/{first['no']}")
    headers = {"If-Match": current.headers["etag"]}
    put = await corps.client.put(f"{VOLUNTEERS}/{first['no']}", json=left, headers=headers)
    assert put.is_success, put.text
    exported = (await corps.client.get(f"{VOLUNTEERS}.xlsx")).content
    made = await send(corps, exported)
    assert made["counts"] == NOTHING | {"unchanged": 3}, await faults(corps, made)
    sign_in(corps, OTHER_LEADER)
    own = (await corps.client.get(f"{VOLUNTEERS}.xlsx")).content
    made = await send(corps, own, team_code="legal")
    assert made["counts"] == NOTHING | {"unchanged": 1}
    others = await send(corps, exported, team_code="legal")
    assert await faults(corps, others) == [
        [("team_code", "import_other_team"), ("no", "unknown_code")],
        [],
        [("team_code", "import_other_team"), ("no", "unknown_code")],
    ]


async def test_a_number_says_which_entry_and_changes_none(corps: House) -> None:
    await applied(corps, row("林志远", "13800138000", LIN))
    (lin,) = await people(corps)
    head: list[Cell] = ["编号", *HEAD]
    rows = [
        [lin["no"].lower(), *row("林志远", "138****8000")],
        [lin["no"], *row("林志远", "13700137000")],
        ["V-999999", *row("陈国平", "13900139000")],
        ["1", *row("陈国平", "13900139000")],
    ]
    made = await send(corps, xlsx([head, *rows]))
    assert await faults(corps, made) == [
        [],
        [("no", "person_repeated"), ("phone", "volunteer_differs")],
        [("no", "unknown_code")],
        [("no", "volunteer_no_malformed")],
    ]


# --- who may ---------------------------------------------------------------------------------------
async def test_a_leader_imports_into_the_own_team_only(corps: House) -> None:
    await applied(corps, row("王律师", "13700137000", CHEN, "法律队"))
    sign_in(corps, LEADER)
    refused = [
        await send(corps, b"x", status=403, team_code="legal"),
        await send(corps, b"x", status=403),
        await send(corps, b"x", status=403, about="teams"),
    ]
    assert [each["field"] for each in refused] == ["team_code", "team_code", "about"]
    made = await import_of(
        corps,
        row("林志远", "13800138000", LIN, ""),
        row("陈国平", "13900139000", "", "法律队"),
        row("周晓", "13600136000", CHEN),
        row("吴敏", "13700137000"),
        team_code="health",
    )
    assert await faults(corps, made) == [
        [],
        [("team_code", "import_other_team")],
        [("identity", "identity_for_coordinator")],
        [("phone", "phone_for_coordinator")],
    ]
    answer = await corps.client.get(f"/api/catalog/imports/{made['id']}/rows")
    assert "V-0" not in answer.text, "not whose it is"
    assert "王" not in answer.text
    sign_in(corps, COLLEAGUE)
    mapped = {"columns": made["columns"]}
    again = await corps.client.post(f"/api/catalog/imports/{made['id']}/columns", json=mapped)
    assert again.is_success, again.text
    sign_in(corps, LEADER)
    after = await corps.client.get(f"/api/catalog/imports/{made['id']}/rows")
    assert after.text == answer.text, "nor once a coordinator has looked at it"
    for no in (3, 4, 5):
        path = f"/api/catalog/imports/{made['id']}/left-out"
        assert (await corps.client.post(path, json={"row": no, "left_out": True})).is_success
    sign_in(corps, OTHER_LEADER)
    base = f"/api/catalog/imports/{made['id']}"
    assert (await corps.client.get("/api/catalog/imports")).json()["items"] == []
    for path in (base, f"{base}/rows", f"{base}/faulty"):
        assert (await corps.client.get(path)).status_code == 404
    for step in ("start", "cancel"):
        assert (await corps.client.post(f"{base}/{step}")).status_code == 404
    sign_in(corps, LEADER)
    listed = (await corps.client.get("/api/catalog/imports")).json()["items"]
    assert [each["id"] for each in listed] == [made["id"]]
    await start(corps, made)
    assert (await settled(corps, made))["state"] == "done"
    assert [each["name"] for each in await people(corps)] == ["林志远"]


async def test_who_did_not_send_a_table_sees_nothing_personal_in_it(corps: House) -> None:
    text = "姓名,电话,身份证号,服务队,同意时间,同意书版本,家庭住址\n"
    text += f"林志远,13800138000,{LIN},卫生队,2014-6-2,v1,虹桥路 8 号\n"
    text += f"陈国平,1390013900,{CHEN[:-1]},没有的队,2014-6-2,v1,\n"
    made = await send(corps, text.encode())
    personal = ("林志远", "13800138000", LIN, "1390013900", CHEN[:-1], "虹桥路")
    path = f"/api/catalog/imports/{made['id']}"
    own = (await corps.client.get(f"{path}/rows")).text
    assert all(each in own for each in personal)
    sign_in(corps, COLLEAGUE)
    seen = (await corps.client.get(f"{path}/rows")).text
    assert not [each for each in personal if each in seen], seen
    assert "没有的队" in seen
    assert "林*" in seen
    assert (await corps.client.get(path)).json()["veiled"] is True
    faulty = await corps.client.get(f"{path}/faulty")
    assert not [
        each for each in personal if each in part_of(faulty.content, "xl/worksheets/sheet1.xml")
    ]
    sign_in(corps, bearer(*EVERYTHING))


# --- what stays ------------------------------------------------------------------------------------
async def stored_rows(house: House) -> int:
    async with house.uow("catalog").reading() as session:
        return len((await session.execute(select(import_row.c.id))).all())


def in_files(tmp_path: Path, *values: str) -> list[str]:
    data = b"".join(file.read_bytes() for file in tmp_path.glob("catalog.db*"))
    return [value for value in values if value.encode() in data]


@pytest.mark.parametrize("end", ["start", "cancel"])
async def test_nothing_of_a_table_stays_once_it_is_applied_or_given_up(
    corps: House, tmp_path: Path, end: str
) -> None:
    made = await import_of(corps, row("林志远", "13800138000", LIN), row("陈", "13900139000", CHEN))
    values = ("林志远", "13800138000", LIN, CHEN)
    assert in_files(tmp_path, *values) == [], "sealed"
    assert await stored_rows(corps) == 2
    async with corps.uow("catalog").reading() as session:
        sealed = [str(each) for each in await session.scalars(select(import_row.c.content_sealed))]
    assert (await corps.client.post(f"/api/catalog/imports/{made['id']}/{end}")).is_success
    over = await settled(corps, made)
    assert over["state"] == {"start": "done", "cancel": "cancelled"}[end]
    assert await stored_rows(corps) == 0
    assert (over["rows"], await rows_of(corps, made)) == (2, [])
    assert in_files(tmp_path, *values, *(each[:60] for each in sealed)) == []
    for event in await corps.published("catalog"):
        assert not [each for each in values if each in event.model_dump_json()]


async def test_nothing_stays_of_a_table_whose_import_is_lost(corps: House) -> None:
    made = await import_of(corps, row("林志远", "13800138000", LIN))
    uow = corps.uow("catalog")
    async with uow.transaction() as tx:
        held = await tx.get(DirectoryImport, made["id"])
        held.start(tx.now)
        held.take("another process", tx.now - timedelta(minutes=5))
        held.attempts = held.MOST_ATTEMPTS
    assert (await settled(corps, made))["state"] == "failed"
    assert await stored_rows(corps) == 0
    assert await people(corps) == []


async def test_a_table_without_headings_is_refused(corps: House, tmp_path: Path) -> None:
    """The first person would be taken for the headings, which are kept in clear."""
    refused = await send(corps, f"林志远,13800138000,{LIN}\n陈,13900139000,\n".encode(), status=422)
    assert refused["code"] == "import_without_headings"
    assert in_files(tmp_path, "林志远", "13800138000") == []


async def test_who_was_entered_meanwhile_is_shown_before_anything_is_entered(corps: House) -> None:
    made = await import_of(corps, row("林志远", "13800138000", LIN), row("陈", "13900139000"))
    body = {
        "team_code": "legal",
        "name": "林志远",
        "phone": "13800138000",
        "identity": LIN,
        "consent_at": "2014-06-02T00:00:00+08:00",
        "consent_version": "v1",
    }
    assert (await corps.client.post(VOLUNTEERS, json=body)).status_code == 201
    await start(corps, made)
    now = await settled(corps, made)
    assert (now["state"], now["counts"]) == ("draft", NOTHING | {"faulty": 1, "new": 1})
    assert len(await people(corps)) == 1


async def test_two_thousand_people_are_entered_at_once(corps: House) -> None:
    many = [
        row(f"志愿者{n}", f"138{n:08}", identity(n % 1000, f"198{n // 1000}0101"))
        for n in range(2000)
    ]
    made = await import_of(corps, *many)
    assert made["counts"] == NOTHING | {"new": 2000}
    await start(corps, made)
    assert (await settled(corps, made))["state"] == "done"
    listed = (await corps.client.get(VOLUNTEERS, params={"limit": 1})).json()
    assert listed["total"] == 2000
    told = {
        e.volunteer_no for e in await corps.published("catalog") if isinstance(e, VolunteerChanged)
    }
    assert len(told) == 2000
    again = await import_of(corps, *many)
    assert again["counts"] == NOTHING | {"unchanged": 2000}
