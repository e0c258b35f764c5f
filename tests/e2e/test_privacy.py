"""No personal data leaves, and none stays outside sealed columns.

Marked values go in through every operation that takes personal data; everything is done with them that can be done,
right and wrong; then all that leaves or stays is searched for the marks: answers, events, error texts, logs,
addresses of requests, mails, metrics, and the bytes of the stores.
"""

import base64
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from stdnum.cn import ric

from cli.client import Client
from cli.demo import PUBLISHERS, Demonstration
from cli.person import erase as erase_person
from cli.person import export as export_person
from cli.scenario import ruian_2014
from services.catalog.bootstrap import build as build_catalog
from services.catalog.settings import CatalogSettings
from services.dispatch.bootstrap import build as build_dispatch
from services.dispatch.settings import DispatchSettings
from services.notify.bootstrap import build as build_notify
from services.notify.settings import NotifySettings
from services.requests.bootstrap import build as build_requests
from services.requests.settings import RequestsSettings
from shared.kernel.access import Role
from shared.kernel.clock import CHINA
from tests.notify.channels.test_mail import Sink
from tests.support.deployment import Deployment
from tests.support.fixtures import Figures, NewUrl
from tests.support.house import running_house
from tests.support.tokens import EVERYTHING, bearer, token
from tests.support.waiting import until

NAME = "玖闻笙韶"
PHONE = "13876452309"
IDENTITY = "33032519870921734" + ric.calc_check_digit("33032519870921734?")
OFFICE = "057765873214"
OTHER_MOBILE = f"139{PHONE[3:]}"
"""Of somebody who is no volunteer."""
MAIL_LOCAL = "jiuwen.shengshao.q7"
MAIL = f"{MAIL_LOCAL}@example.org"
REFUSED_MAIL = f"abgewiesen.{MAIL}"

MARKS = {
    "name": NAME[1:],
    "phone": PHONE[3:],
    "office": OFFICE[3:],
    "identity": IDENTITY[4:14],
    "mail": MAIL_LOCAL,
}
"""What must be found nowhere: of each value the part that a mask hides."""

CLEAR_DOORS = ("/reveal", "/export")
"""The only answers that may hold values."""

VOLUNTEERS = "/api/catalog/volunteers"


def forms_of(value: str) -> dict[str, bytes]:
    """The ways in which a value could hide: encoded, escaped, and base64 at each of three offsets."""
    forms = {
        "as it is": value.encode(),
        "UTF-16": value.encode("utf-16-le"),
        "in JSON": json.dumps(value).strip('"').encode(),
        "in a URL": quote(value, safe="").encode(),
        "hexadecimal": value.encode().hex().encode(),
    }
    for offset in range(3):
        padded = b"\0" * offset + value.encode()
        inner = base64.b64encode(padded)[4 if offset else 0 :]
        forms[f"base64 at {offset}"] = inner[: len(inner) - 4]
    return forms


FORMS = [
    (f"{kind} {how}", form) for kind, mark in MARKS.items() for how, form in forms_of(mark).items()
]


@dataclass
class Traffic:
    """Everything that went over the wire, except request bodies and the answers that show clear values."""

    seen: list[tuple[str, bytes]] = field(default_factory=list)
    statuses: set[int] = field(default_factory=set)

    async def note(self, response: httpx.Response) -> None:
        path = f"{response.request.method} {response.request.url}"
        await response.aread()
        self.statuses.add(response.status_code)
        self.seen.append((f"address {path}", path.encode()))
        self.seen.append((f"headers of {path}", str(response.headers.raw).encode()))
        if not (response.is_success and response.request.url.path.endswith(CLEAR_DOORS)):
            self.seen.append((f"answer {response.status_code} of {path}", response.content))


def leaks(places: Iterator[tuple[str, bytes]] | list[tuple[str, bytes]]) -> list[str]:
    """Where a mark was found, and in which form."""
    return [
        f"{where}: {what}" for where, content in places for what, form in FORMS if form in content
    ]


def stores(data: Path) -> list[tuple[str, bytes]]:
    return [
        (f"file {path.name}", path.read_bytes())
        for path in sorted(data.iterdir())
        if path.is_file()
    ]


@dataclass
class Played:
    """What the whole story left behind."""

    data: Path
    traffic: Traffic
    mails: Sink
    log: str
    export: dict[str, Any]
    revealed: list[str]


class Player:
    """Plays all that people do, right and wrong, with the marked values."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.revealed: list[str] = []

    async def call(
        self, method: str, path: str, body: Any = None, *, status: int | None = None, **kw: Any
    ) -> Any:
        response = await self.http.request(method, path, json=body, **kw)
        if status is not None:
            assert response.status_code == status, response.text
        return response.json()

    async def prepare(self) -> None:
        await Demonstration(Client(self.http)).prepare()

    async def enter(self) -> str:
        entry = {
            "team_code": ruian_2014().teams[0]["code"], "name": NAME, "phone": PHONE, "identity": IDENTITY,
            "consent_at": "2014-06-01T08:00:00+08:00", "consent_version": "2014-1",
        }  # fmt: skip
        created = await self.call("POST", VOLUNTEERS, entry, status=201)
        no = str(created["no"])
        await self.call("POST", VOLUNTEERS, entry, status=409)
        wrong: list[tuple[dict[str, Any], int]] = [
            ({"phone": PHONE + "7"}, 422),
            ({"phone": [PHONE]}, 422),
            ({"phone": PHONE * 20}, 422),
            ({"phone": {"number": PHONE}}, 422),
            ({"identity": IDENTITY[:17] + ("0" if IDENTITY[17] != "0" else "1")}, 422),
            ({"identity": IDENTITY + NAME}, 422),
            ({"name": NAME * 40}, 422),
            ({"name": [NAME]}, 422),
            ({"team_code": "nobody"}, 422),
            ({"team_code": NAME}, 422),
            ({"consent_at": NAME}, 422),
            ({"consent_version": PHONE + "！"}, 422),
            ({"party_member": NAME}, 422),
            ({"政治面貌": PHONE}, 422),
        ]
        for change, status in wrong:
            await self.call("POST", VOLUNTEERS, entry | change, status=status)
            await self.call("PUT", f"{VOLUNTEERS}/{no}", change)
            await self.call("PUT", f"{VOLUNTEERS}/V-999999", change)
        await self.wrong_tokens("POST", VOLUNTEERS, entry)
        await self.wrong_tokens("PUT", f"{VOLUNTEERS}/{no}", {"phone": PHONE})
        for content in (
            f'{{"name": "{NAME}", "phone": {PHONE}'.encode(),
            NAME.encode("gbk"),
            f"{PHONE}{NAME}".encode(),
        ):
            response = await self.http.post(VOLUNTEERS, content=content)
            assert response.status_code == 422
        right = {"phone": PHONE, "name": NAME, "identity": IDENTITY}
        await self.call("PUT", f"{VOLUNTEERS}/{no}", right, status=428)
        await self.call(
            "PUT", f"{VOLUNTEERS}/{no}", right, status=412, headers={"If-Match": '"0-0"'}
        )
        await self.call("PUT", f"{VOLUNTEERS}/{no}", right, status=200, headers={"If-Match": "*"})
        return no

    async def import_people(self) -> None:
        """The same person in tables, with a slip in each value: one is applied without the row, one given up, one
        left as it is. Nobody but the sender, who has the file, sees the cells."""
        others = {"Authorization": bearer(Role.COORDINATOR, sub="colleague")["Authorization"]}
        team = ruian_2014().teams[0]["code"]
        table = "姓名,手机号,身份证号,同意时间,同意书版本,备注\n"
        table += f"{NAME},{PHONE},{IDENTITY},2014-6-1,v1,{NAME}\n"
        table += f"{NAME * 40},{PHONE}7,{IDENTITY[:17]},2014-6-1,v1,{PHONE}\n"
        table += "韦小草,13700137111,,2014-6-1,v1,\n"
        for end in ("start", "cancel", ""):
            asked = {"about": "volunteers", "team_code": team}
            sent = await self.http.post(
                "/api/catalog/imports", params=asked, content=table.encode()
            )
            assert sent.status_code == 201, sent.text
            path = f"/api/catalog/imports/{sent.json()['id']}"
            for row in (2, 3) if end == "start" else ():
                await self.call(
                    "POST", f"{path}/left-out", {"row": row, "left_out": True}, status=200
                )
            await self.call("GET", f"{path}/rows", status=200, headers=others)
            assert (await self.http.get(f"{path}/faulty", headers=others)).status_code == 200
            if end:
                assert (await self.http.post(f"{path}/{end}")).is_success

                async def over(path: str = path) -> bool:
                    return (await self.call("GET", path))["state"] in ("done", "cancelled")

                await until(over)
        refused = await self.http.post(
            "/api/catalog/imports",
            params=asked,
            content=f"{NAME},{PHONE},{IDENTITY}\n一,二,三\n".encode(),
        )
        assert refused.status_code == 422

    async def wrong_tokens(self, method: str, path: str, body: dict[str, Any]) -> None:
        for headers, status in (
            ({"Authorization": ""}, 401),
            ({"Authorization": "Bearer nonsense"}, 401),
            ({"Authorization": f"Bearer {token(Role.COORDINATOR, exp=1)}"}, 401),
            ({"Authorization": f"Bearer {token(Role.COORDINATOR, aud='other')}"}, 401),
            (bearer(Role.CLERK, township_code="330381101000"), 403),
        ):
            response = await self.http.request(method, path, json=body, headers=headers)
            assert response.status_code in (status, 404), response.text

    async def look(self, no: str) -> None:
        for path in ("", f"/{no}", f"/{no}/requests", "/V-999999", "?team_code=nobody", "?limit=0"):
            await self.http.get(VOLUNTEERS + path)
        reveal = {"purpose": "contact", "reason": "通知改期"}
        for name in ("name", "phone", "identity"):
            shown = await self.call(
                "POST", f"{VOLUNTEERS}/{no}/reveal", reveal | {"field": name}, status=200
            )
            self.revealed.append(shown["value"])
        for reason in (f"联系{NAME}", f"拨打{PHONE}", f"核对{IDENTITY}"):
            body = reveal | {"field": "phone", "reason": reason}
            await self.call("POST", f"{VOLUNTEERS}/{no}/reveal", body, status=422)
            await self.call("POST", f"{VOLUNTEERS}/{no}/erase", {"reason": reason}, status=422)
        await self.call("POST", f"{VOLUNTEERS}/{no}/reveal", reveal | {"field": NAME}, status=422)
        await self.call(
            "POST",
            f"{VOLUNTEERS}/{no}/reveal",
            reveal | {"field": "name", "purpose": PHONE},
            status=422,
        )

    async def address(self, recipient: str, mail: str) -> None:
        path = f"/api/notify/recipients/{recipient}"
        client = Client(self.http)
        await client.until(f"notify knows {recipient}", lambda: self._has(path + "/messages"))
        await self.call("PUT", path, {"language": "zh-CN", "email": mail}, status=200)
        for wrong in (f"{mail}@@", MAIL_LOCAL, f"{mail} {NAME}", mail * 20, [mail], {"to": mail}):
            await self.call("PUT", path, {"language": "zh-CN", "email": wrong}, status=422)
        await self.call("PUT", path, {"language": mail, "email": mail}, status=422)
        await self.call(
            "PUT",
            "/api/notify/recipients/volunteer.V-999999",
            {"language": "en", "email": mail},
            status=404,
        )
        await self.wrong_tokens("PUT", path, {"language": "en", "email": mail})
        await self.http.get("/api/notify/recipients?limit=500")

    async def be_reached(self, no: str) -> None:
        """Gives addresses that a code is to confirm, tries channels, and enters a gateway and a robot. The mail server
        takes nothing here, and no gateway answers."""
        addresses = f"/api/notify/recipients/volunteer.{no}/addresses"
        robot = {"recipient_id": "coordinator", "vendor": "wecom", "name": "值班群"}
        key = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={PHONE}"
        gateway = {"is_active": False, "url": "https://sms.example/send", "secret": PHONE}
        gateway["body"] = '{"mobile": "{phone}", "content": "{text}"}'
        asked: list[tuple[str, str, Any]] = [
            ("POST", addresses, {"channel": "email", "address": MAIL}),
            ("POST", addresses, {"channel": "sms", "address": PHONE}),
            ("POST", "/api/notify/channels/email/test", {"address": MAIL}),
            ("POST", "/api/notify/channels/sms/test", {"address": PHONE}),
            ("POST", "/api/notify/robots", robot | {"address": key, "secret": PHONE}),
            ("PUT", "/api/notify/sms-gateway", gateway),
        ]
        wrong: list[tuple[str, str, Any]] = [
            ("POST", addresses, {"channel": "sms", "address": f"{PHONE}9"}),
            ("POST", addresses, {"channel": MAIL, "address": [MAIL]}),
            ("POST", "/api/notify/channels/sms/test", {"address": f"{PHONE} {NAME}"}),
            ("POST", "/api/notify/robots", robot | {"address": PHONE}),
            ("PUT", "/api/notify/sms-gateway", gateway | {"body": PHONE}),
        ]
        for method, path, body in wrong:
            await self.call(method, path, body, status=422)
        for method, path, body in asked:
            await self.http.request(method, path, json=body)
            await self.wrong_tokens(method, path, body)

    async def _has(self, path: str) -> bool:
        return (await self.http.get(path)).status_code == 200

    async def order(self) -> None:
        """Places an order, so that the coordinator and the township are written to."""
        demonstration = Demonstration(Client(self.http))
        body = demonstration.order_body(ruian_2014().townships[0])
        body |= {"place": f"{uuid4().hex}村", "contact": "村委会", "phone": PHONE}
        orders = "/api/requests/orders"
        order = await self.call("POST", orders, body, status=201)
        for wrong in (f"{PHONE}9", [PHONE], {"to": PHONE}):
            await self.call("POST", orders, body | {"phone": wrong}, status=422)
            await self.call("PUT", f"{orders}/{order['id']}", body | {"phone": wrong}, status=422)
        overwriting = {"If-Match": "*"}
        await self.call("PUT", f"{orders}/{order['id']}", body, status=200, headers=overwriting)
        await self.wrong_tokens("POST", orders, body)
        for step in ("submit", "accept"):
            await self.call("POST", f"/api/requests/orders/{order['id']}/{step}", {}, status=200)
        contact = {"contact": "村委会", "phone": PHONE}
        path = f"{orders}/{order['id']}/contact"
        for wrong in (f"{PHONE}9", [PHONE], {"to": PHONE}):
            changed = contact | {"phone": wrong}
            await self.call("POST", path, changed, status=422, headers=overwriting)
        await self.call("POST", path, contact, status=200, headers=overwriting)
        await self.wrong_tokens("POST", path, contact)

    async def call_on(self) -> None:
        """Enters whom the corps may call, corrects the numbers, and looks at them. A coordinator reads names."""
        contacts = "/api/catalog/contacts"
        team = {"holder": "team", "code": ruian_2014().teams[0]["code"]}
        entry = {"name": "值班室", "office_phone": OFFICE, "mobile_phone": OTHER_MOBILE}
        made = await self.call("POST", contacts, team | entry, status=201)
        path = f"{contacts}/{made['id']}"
        for wrong in (f"{OTHER_MOBILE}9", [PHONE], {"to": PHONE}):
            change = {"mobile_phone": wrong}
            await self.call("POST", contacts, team | entry | change, status=422)
            await self.call("PUT", path, change, status=422, headers={"If-Match": "*"})
        await self.call("PUT", path, {"name": NAME * 40}, status=422, headers={"If-Match": "*"})
        await self.call("PUT", path, entry, status=200, headers={"If-Match": "*"})
        await self.wrong_tokens("POST", contacts, team | entry)
        for number in ("office_phone", "mobile_phone"):
            shown = await self.call("POST", f"{path}/reveal", {"field": number}, status=200)
            self.revealed.append(shown["number"])

    async def call_each_other(self) -> None:
        """Says what colleagues call the owner of an account. Here accounts are kept elsewhere; what becomes of a name
        where they are catalog's is tested there."""
        accounts = "/api/catalog/accounts"
        entry = {"login": "zhibanshi", "roles": ["subscriber"], "name": NAME}
        await self.call("POST", accounts, entry, status=404)
        for path, refused in ((f"{accounts}/{uuid4()}/name", 422), (f"{accounts}/self/name", 404)):
            await self.call("POST", path, {"name": NAME}, status=404)
            for wrong in (NAME * 40, [NAME], {"to": NAME}):
                await self.call("POST", path, {"name": wrong}, status=refused)
            await self.wrong_tokens("POST", path, {"name": NAME})

    async def repeat(self) -> None:
        """Orders something that is to come again and again."""
        series = "/api/requests/recurring-orders"
        order = Demonstration(Client(self.http)).order_body(ruian_2014().townships[0])
        body = {name: order[name] for name in ("township_code", "place", "lines")}
        soon = datetime.now(CHINA).date() + timedelta(days=40)
        body |= {"rrule": "FREQ=MONTHLY", "starts_on": soon.isoformat()}
        body |= {"contact": "村委会", "phone": PHONE}
        made = await self.call("POST", series, body, status=201)
        for wrong in (f"{PHONE}9", [PHONE], {"to": PHONE}):
            await self.call("POST", series, body | {"phone": wrong}, status=422)
        await self.call(
            "PUT", f"{series}/{made['id']}", body, status=200, headers={"If-Match": "*"}
        )
        await self.wrong_tokens("POST", series, body)

    async def erase(self, no: str) -> None:
        await self.wrong_tokens("POST", f"{VOLUNTEERS}/{no}/erase", {"reason": "本人要求"})
        done = await self.call(
            "POST", f"{VOLUNTEERS}/{no}/erase", {"reason": "本人要求"}, status=202
        )

        async def settled() -> bool:
            requests = await self.call("GET", f"{VOLUNTEERS}/{no}/requests", status=200)
            return not next(entry for entry in requests if entry["id"] == done["id"])["awaited"]

        await Client(self.http).until("every service has deleted", settled)
        for method, path, body in (
            ("POST", "reveal", {"field": "name", "purpose": "contact", "reason": "通知"}),
            ("POST", "erase", {"reason": "再次"}),
            ("POST", "export", {}),
        ):
            await self.call(method, f"{VOLUNTEERS}/{no}/{path}", body, status=409)
        await self.call("PUT", f"{VOLUNTEERS}/{no}", {"phone": PHONE}, status=409)

    async def read_everything(self) -> None:
        """All that the four services show to those who may see all."""
        for service in PUBLISHERS:
            document = await self.call("GET", f"/api/{service}/openapi.json", status=200)
            for path, operations in document["paths"].items():
                if "get" in operations and "{" not in path and "stream" not in path:
                    await self.http.get(f"/api/{service}{path}", params={"limit": 500})
            position = 0
            while True:
                batch = await self.call(
                    "GET", f"/api/{service}/events?after={position}&limit=1000", status=200
                )
                if not batch:
                    break
                position = batch[-1]["position"]
        messages = "/api/notify/recipients/coordinator/messages?limit=500"
        await self.call("GET", messages, status=200)
        await self.http.get("/metrics")


@pytest.fixture
async def played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> Played:
    # First the test's own mail server, which knows whom it gets mail for: each call sets the handler's level too.
    caplog.set_level(logging.WARNING, logger="mail.log")
    caplog.set_level(logging.DEBUG)
    traffic, sink = Traffic(), Sink()
    async with (
        sink.listening() as port,
        system(tmp_path, smtp_url=f"smtp://127.0.0.1:{port}") as http,
    ):
        http.event_hooks = {"request": [], "response": [traffic.note]}
        player = Player(http)
        await player.prepare()
        no = await player.enter()
        await player.look(no)
        await player.import_people()
        await player.address(f"volunteer.{no}", MAIL)
        await player.address("coordinator", MAIL)
        township = f"township.{ruian_2014().townships[0]['code']}"
        await player.address(township, REFUSED_MAIL)
        await player.call_on()
        await player.call_each_other()
        await player.repeat()
        await player.order()
        await Client(http).until("mail has come", lambda: _came(sink))
        sink.answer = f"550 <{REFUSED_MAIL}> {NAME} has no mailbox"
        await player.order()
        await Client(http).until("mail was refused", lambda: _failed(http))
        await player.be_reached(no)
        document = await export_person(Client(http), no)
        await player.read_everything()
        before = stores(tmp_path)
        await player.erase(no)
        await player.read_everything()
    written = capsys.readouterr()
    log = written.out + written.err + caplog.text
    assert not leaks(before)
    return Played(tmp_path, traffic, sink, log, document, player.revealed)


@asynccontextmanager
async def system(data: Path, *, smtp_url: str = "") -> AsyncIterator[httpx.AsyncClient]:
    """All four services in this process, their stores in ``data``; asked on behalf of whoever may see all."""
    settings: dict[str, dict[str, Any]] = {
        name: {"database_url": f"sqlite:///{data / name}.db"} for name in PUBLISHERS
    }
    async with running_house(
        lambda b, c, t: build_catalog(
            CatalogSettings(**settings["catalog"]), broker=b, cache=c, clock=t
        ),
        lambda b, c, t: build_requests(
            RequestsSettings(**settings["requests"]), broker=b, cache=c, clock=t
        ),
        lambda b, c, t: build_dispatch(
            DispatchSettings(**settings["dispatch"]), broker=b, cache=c, clock=t
        ),
        lambda b, c, t: build_notify(
            NotifySettings(**settings["notify"], smtp_url=smtp_url), broker=b, cache=c, clock=t
        ),
    ) as house:
        yield house.client


async def _came(sink: Sink) -> bool:
    return MAIL in sink.recipients


async def _failed(http: httpx.AsyncClient) -> bool:
    counts = (await http.get("/api/notify/events/counts")).json()
    return bool(counts.get("notify.message_failed.v1"))


async def test_no_mark_leaves_and_none_stays_in_clear(played: Played, figures: Figures) -> None:
    assert played.revealed == [NAME, PHONE, IDENTITY, OFFICE, OTHER_MOBILE]
    assert {200, 201, 202, 401, 403, 404, 409, 422} <= played.traffic.statuses
    assert not [status for status in played.traffic.statuses if status >= 500]
    assert not leaks(played.traffic.seen)
    assert "personal value shown" in played.log
    assert "mail refused" in played.log
    assert "INSERT INTO volunteer" in played.log, (
        "what the driver is given shows in the log at this level"
    )
    assert not [
        (leak, line) for line in played.log.splitlines() for leak in leaks([("log", line.encode())])
    ]
    assert not leaks(stores(played.data))
    for mail in played.mails.mails:
        del mail["To"]
        assert not leaks(
            [(f"mail {mail['Message-ID']}", mail.as_bytes() + mail["Message-ID"].encode())]
        )
    assert len(played.mails.mails) >= 1
    size = sum(len(content) for _, content in played.traffic.seen) + len(played.log)
    answers, lines = len(played.traffic.seen) // 3, len(played.log.splitlines())
    sought = f"{len(MARKS)} marks in {len(FORMS)} forms"
    figures.note(
        "personal data",
        f"{sought} sought in {answers} answers and {lines} lines of log, {size / 1e6:.1f} MB",
    )
    services = played.export["services"]
    assert sorted(services) == sorted(PUBLISHERS)
    (entry,) = services["catalog"]
    assert (entry["name"], entry["phone"], entry["identity"]) == (NAME, PHONE, IDENTITY)
    assert services["notify"][0]["email"] == MAIL
    assert (services["requests"], services["dispatch"]) == ([], [])


async def test_every_operation_that_takes_personal_values_is_played(tmp_path: Path) -> None:
    """A new field for personal values is a new place to plant marks in."""
    async with system(tmp_path) as http:
        found = set()
        for service in PUBLISHERS:
            schemas = (
                (await http.get(f"/api/{service}/openapi.json"))
                .json()
                .get("components", {})
                .get("schemas", {})
            )
            for schema, body in schemas.items():
                for name, said in body.get("properties", {}).items():
                    alternatives = [said, *said.get("anyOf", [])]
                    if any(kind.get("x-personal") for kind in alternatives):
                        found.add((service, schema, name))
    personal = ("name", "phone", "identity")
    assert found == {
        *(
            ("catalog", body, name)
            for body in ("VolunteerBody", "CorrectionBody")
            for name in personal
        ),
        ("catalog", "VolunteerBody", "born_on"),
        ("catalog", "ServiceBody", "born_on"),
        ("notify", "PreferenceBody", "email"),
        ("notify", "ClaimBody", "address"),
        ("notify", "TestBody", "address"),
        ("notify", "RobotBody", "address"),
        ("notify", "RobotBody", "secret"),
        ("notify", "GatewayBody", "secret"),
        *(
            ("catalog", body, name)
            for body in ("ContactBody", "ContactCorrectionBody")
            for name in ("name", "office_phone", "mobile_phone")
        ),
        *(("catalog", body, "name") for body in ("AccountBody", "NameBody", "OwnNameBody")),
        *(
            ("requests", body, "phone")
            for body in ("NewOrderBody", "OrderBody", "ContactBody", "NewSeriesBody", "SeriesBody")
        ),
    }


async def test_the_search_finds_a_mark_that_is_planted_in_the_open(tmp_path: Path) -> None:
    traffic = Traffic()
    async with system(tmp_path) as http:
        http.event_hooks = {"request": [], "response": [traffic.note]}
        await http.put("/api/catalog/agencies/bureau", json={"name": "局", "name_en": "Bureau"})
        await http.get("/api/catalog/agencies")
        assert not leaks(traffic.seen)
        with sqlite3.connect(tmp_path / "catalog.db") as store:
            store.execute("UPDATE agency SET name = ?", (f"{NAME} {PHONE}",))
        store.close()
        await http.get("/api/catalog/agencies")
        for places in (traffic.seen, stores(tmp_path)):
            assert {"name as it is", "phone as it is"} <= {
                leak.rpartition(": ")[2] for leak in leaks(places)
            }


@pytest.mark.parametrize("value", [NAME, PHONE, IDENTITY, MAIL])
def test_the_search_finds_every_form(value: str) -> None:
    for content in (
        value.encode(),
        json.dumps({"a": value}).encode(),
        quote(value).encode(),
        value.encode().hex().encode(),
        value.encode("utf-16-le"),
        *(base64.b64encode(b"x" * offset + value.encode()) for offset in range(3)),
    ):
        assert leaks([("here", content)]), content
    assert not leaks([("here", "张三 13800138000 zhang@example.org".encode())])


@pytest.mark.long
async def test_a_person_is_exported_and_erased_across_processes(
    new_deployment: Callable[[str], Deployment], rabbit_url: NewUrl
) -> None:
    """Four services as processes of their own, on PostgreSQL and RabbitMQ."""
    deployment = new_deployment(rabbit_url())
    for part in deployment.parts:
        deployment.start(part)
    await deployment.ready()
    async with deployment.client() as http:
        http.headers.update(bearer(*EVERYTHING))
        player = Player(http)
        await player.prepare()
        no = await player.enter()
        await player.address(f"volunteer.{no}", MAIL)
        services = (await export_person(Client(http), no))["services"]
        assert {name: len(records) for name, records in services.items()} == {
            "catalog": 1, "requests": 0, "dispatch": 0, "notify": 1,
        }  # fmt: skip
        assert services["notify"][0]["email"] == MAIL
        done = await erase_person(Client(http), no, "本人要求")
        assert done["answers"] == {"catalog": 2, "requests": 0, "dispatch": 0, "notify": 2}
    for part in deployment.parts:
        assert not leaks([(str(part), deployment.log_of(part).encode())])
