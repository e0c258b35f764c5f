"""Sixty texts that break careless systems, at every free-text field of every operation of every service: no fault, no
silent loss, and every refusal in words in both languages. The operations and fields come from the OpenAPI documents."""

import copy
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from shared.kernel.access import Role, Scope
from shared.kernel.text import UnreadableText, shown
from shared.privacy.personal_data import personal_data_in
from tests.access.scene import NAMES, Place
from tests.access.scenes import SCENES, path_of
from tests.access.story import house_after, place_of
from tests.catalog.activities.scenes import ACTIVITY
from tests.catalog.programmes.scenes import STAGE
from tests.support.fixtures import Figures
from tests.support.hostile_texts import HALF_A_CHARACTER, HOSTILE_TEXTS
from tests.support.story import Told
from tests.support.tokens import bearer
from tests.support.tree import SERVICES

FREE_TEXT = "x-free-text"
SAID_NOWHERE = {"reveal", "erase", "discard", "take-over", "subscriptions", "look"}
"""The last words of operations that keep a text in the audit log or in something else, or say it as part of a message,
and do not repeat it."""

SERVED_ONCE = {
    "postpone", "cancel", "decline", "ratings", "start", "reports", "merge", "another-day", "keep-day", "amendment",
    "refuse", "revoke", "qualifications", "correction", "end", "leave", "/recurring-orders/{series_id}/return",
    "/honours/{honour_id}/award", "/honours/{honour_id}/withdraw",
    "/hours-claims", "/hours/{hours_id}/decide", "/hours-claims/{claim_id}/answer", "/hours-claims/{claim_id}/decide",
}  # fmt: skip
"""The last words, or the paths, of operations that the story has no object left for; tests of their services put the
texts there."""

GONE = {
    "illegal_transition",
    "already_rated",
    "confirmation_needed",
    "proposed_already",
    "merged_entries_changed",
    "amendment_decided",
    "qualification_unknown",
    "correction_decided",
    "hours_claimed",
    "course_over",
    "publicity_not_over",
    "subscriptions_too_many",
}
"""Why an object of the story does not take a step that it has taken before, or is not made again."""

REFUSED_FOR_GOOD = {
    (422, "reason_is_personal"),
    (409, "illegal_transition"),
    (404, "parked_event.not_found"),
}

NO_FREE_TEXT = {
    "login", "old_password", "new_password", "password", "volunteer_no", "line_id", "assignment_id", "run_id", "to",
    "candidate_id", "aggregate_id", "team_code", "stop_id", "code", "token", "secret", "subject", "redirect_uri",
    "new_code", "offered", "after", "finished", "wish_ids", "credit_code", "follows", "party_code", "lease",
    "publisher", "campaign_id", "email", "opinion_ids", "about", "colleague", "holder", "instead_of", "born_on",
    "ticket_id", "session_id", "topic", "qualification", "holding_ids", "post_id", "message_id",
}  # fmt: skip
"""Strings of bodies that are keys or secrets: one has to know them."""

AT_A_WINDOW = {
    "/windows/{code}/posts", "/window-stages/{stage_id}/evidence", "/window-stages/{stage_id}/return", "/honours",
    "/holdings/{holding_id}/pledge/return", "/honours/{honour_id}/objections", "/honours/{honour_id}/decline",
}  # fmt: skip
"""Paths of what a window, a stage or a post takes once, or only a few times: each text gets a window of its own."""

ENDLESS = "/recipients/{recipient_id}/stream"


@dataclass(frozen=True)
class Field:
    """A free-text field of an operation: where in the body, as the refusals name it, and what its schema says."""

    service: str
    method: str
    path: str
    steps: tuple[str | int, ...]
    kind: str
    limit: int

    @property
    def name(self) -> str:
        said = ""
        for step in self.steps:
            said += f"[{step}]" if isinstance(step, int) else f".{step}" if said else step
        return said

    def expected(self, text: str) -> str | None:
        """What is stored of ``text``; None where it is refused."""
        try:
            treated = shown(text, lines=self.kind != "public" or self.name in self.words_of_message)
        except UnreadableText:
            return None
        if self.is_of_template and re.search("[{}｛｝]", treated):
            return None  # in braces stand the names of facts
        refused = (
            not treated
            or len(treated) > self.limit
            or (self.kind == "public" and personal_data_in(treated))
        )
        return None if refused else treated

    @property
    def is_of_template(self) -> bool:
        return self.path.startswith("/message-templates")

    @property
    def words_of_message(self) -> tuple[str, ...]:
        """The texts for everybody that keep their lines."""
        return ("text", "text_en") if self.is_of_template else ()

    def put(self, body: dict[str, Any], text: object) -> dict[str, Any]:
        body = copy.deepcopy(body)
        part: Any = body
        for step in self.steps[:-1]:
            part = part[step]
        part[self.steps[-1]] = text
        return body


@dataclass
class Outcome:
    sent: Counter[int] = field(default_factory=Counter)
    came_back: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def strings_of(
    document: dict[str, Any],
) -> Iterator[tuple[str, str, tuple[str | int, ...], dict[str, Any]]]:
    """Every string in the JSON bodies of a document's operations, with its operation, place and schema."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                for steps, schema in _strings(document, content["application/json"]["schema"], ()):
                    yield method.upper(), path, steps, schema


def _strings(
    document: dict[str, Any], schema: dict[str, Any], steps: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    if schema.get("type") == "string":
        yield steps, schema
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        yield from _strings(document, part, steps)
    for name, part in schema.get("properties", {}).items():
        yield from _strings(document, part, (*steps, name))
    if "items" in schema:
        yield from _strings(document, schema["items"], (*steps, 0))


@pytest.mark.long
async def test_sixty_hostile_texts_at_every_free_text_field(
    told: Told, tmp_path: Path, figures: Figures
) -> None:
    assert len(HOSTILE_TEXTS) >= 60
    outcome = Outcome()
    async with house_after(told, tmp_path / "data") as house:
        http = house.client
        place = await place_of(told.outcome, http)
        fields = []
        for service in SERVICES:
            document = (await http.get(f"/api/{service}/openapi.json")).json()
            for method, path, steps, schema in strings_of(document):
                if FREE_TEXT in schema:
                    fields.append(
                        Field(service, method, path, steps, schema[FREE_TEXT], schema["maxLength"])
                    )
                else:
                    is_bound = schema.keys() & {"pattern", "enum", "const", "format", "x-personal"}
                    name = next(step for step in reversed(steps) if isinstance(step, str))
                    assert is_bound or name in NO_FREE_TEXT, (
                        f"{service} {method} {path}: is {steps} free text?"
                    )
            await put_at_parameters(http, place, service, document, outcome)
        assert {f.service for f in fields} == {"catalog", "requests", "dispatch", "notify"}
        for each in fields:
            await put_at(http, place, each, outcome)
            is_there = not SCENES[each.service][f"{each.method} {each.path}"].absent
            said_as = {each.path, each.path.rsplit("/", 1)[-1]}
            if is_there and not said_as & (SAID_NOWHERE | SERVED_ONCE):
                said = f"{each.method} {each.path} {each.name}"
                if outcome.came_back[said] < 20:
                    outcome.wrong.append(f"hardly ever taken: {said}")
    figures.note(
        "hostile texts", f"{outcome.sent.total()} requests: {dict(sorted(outcome.sent.items()))}"
    )
    assert outcome.wrong == [], f"{len(outcome.wrong)} findings\n" + "\n".join(outcome.wrong[:30])


@dataclass(frozen=True)
class Attempt:
    """One text at one field: what was sent where, and what came of it."""

    http: httpx.AsyncClient
    each: Field
    url: str
    body: dict[str, Any]
    text: str
    outcome: Outcome

    async def make(self) -> None:
        answer = await self.send()
        expected = self.each.expected(self.text)
        if expected is None:
            await self.refused(answer)
        elif self.each.kind == "audited" and personal_data_in(expected):
            self.expect(
                (answer.status_code, answer.json()["code"]) in REFUSED_FOR_GOOD,
                "refused as personal",
                answer,
            )
        else:
            if personal_data_in(expected):
                answer = await self.asked(answer)
            self.taken(answer, expected)

    async def send(self, language: str = "zh-CN", confirm: str | None = None) -> httpx.Response:
        codes = [confirm] if confirm else []
        if self.each.path == "/wishes/{wish_id}":
            codes.append("wish_like_another")  # each text is put at a wish by two operations
        headers = {"Accept-Language": language}
        if self.each.method == "PUT":
            headers["If-Match"] = "*"  # what is there may be replaced
        if self.each.path == "/subscriptions":
            headers |= bearer(Role.SUBSCRIBER)
        if self.each.path.endswith("/reply"):
            headers |= bearer(Role.LEADER, team_code="health")  # nobody else speaks for a team
        answer = await self.http.request(
            self.each.method, self.url, json=self.body, params={"confirm": codes}, headers=headers
        )
        self.outcome.sent[answer.status_code] += 1
        self.expect(answer.status_code < 500, "no fault", answer)
        return answer

    async def refused(self, answer: httpx.Response) -> None:
        self.expect(
            answer.status_code == 422 and self.each.name in _fields(answer),
            "refused by its name",
            answer,
        )
        await self.in_words(answer)

    async def asked(self, answer: httpx.Response) -> httpx.Response:
        """The answer once "go on anyway?" was answered with yes."""
        code = answer.json().get("code")
        if code != "confirmation_needed":
            is_gone = answer.status_code == 404 or (answer.status_code == 409 and code in GONE)
            self.expect(is_gone, "asked about", answer)
            return answer
        self.expect(self.each.name in _fields(answer), "asked about by its name", answer)
        await self.in_words(answer)
        return await self.send(confirm="personal_data_in_text")

    def taken(self, answer: httpx.Response, expected: str) -> None:
        last = self.each.path.rsplit("/", 1)[-1]
        if not answer.is_success:
            self.expect(answer.status_code == 404 or answer.json()["code"] in GONE, "taken", answer)
        elif last not in SAID_NOWHERE:
            self.expect(expected in set(_values(answer.json())), "given back", answer)
            self.outcome.came_back[f"{self.each.method} {self.each.path} {self.each.name}"] += 1

    async def in_words(self, answer: httpx.Response) -> None:
        """In either language: what is wrong and what to do, without repeating a number or showing code."""
        for language, said in (("zh-CN", answer), ("en", await self.send("en"))):
            problem = said.json()
            for part in (problem, *problem.get("errors", ())):
                words = f"{part.get('title', '')} {part['detail']} {part['remedy']}"
                is_chinese = re.search("[\u4e00-\u9fff]", words) is not None
                is_plain = not re.search(r"[{}]|\\[a-z]|\^\[|pydantic|Traceback", words)
                self.expect(is_chinese == (language == "zh-CN") and is_plain, "said in words", said)
                self.expect(
                    not (personal_data_in(self.text) and personal_data_in(words)),
                    "said without it",
                    said,
                )

    def expect(self, holds: bool, what: str, answer: httpx.Response) -> None:
        if not holds:
            where = f"{self.each.method} {self.url} {self.each.name}={self.text[:40]!a}"
            self.outcome.wrong.append(
                f"should be {what}: {where}: {answer.status_code} {answer.text[:400]}"
            )


async def put_at(http: httpx.AsyncClient, place: Place, each: Field, outcome: Outcome) -> None:
    scene = SCENES[each.service][f"{each.method} {each.path}"]
    assert scene.body is not None, each
    for text in HOSTILE_TEXTS.values():
        place = await with_what_is_answered(http, place, each.path)
        body = like_no_other(each.path, scene.body(place, Scope.ANY))
        url = await url_of(http, place, each)
        await Attempt(http, each, url, each.put(body, text), text, outcome).make()
    whole = json.dumps(each.put(body, "HERE"), ensure_ascii=False).replace(
        '"HERE"', HALF_A_CHARACTER
    )
    url = await url_of(http, place, each)
    answer = await http.request(
        each.method, url, content=whole, headers={"content-type": "application/json"}
    )
    outcome.sent[answer.status_code] += 1
    if answer.status_code != 422:
        outcome.wrong.append(f"half a character: {each} {answer.status_code} {answer.text[:300]}")


def like_no_other(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body with another address, where two of one address can't be entered."""
    other = uuid4()
    if path == "/allowed-networks":
        return body | {"network": f"10.{other.bytes[0]}.{other.bytes[1]}.0/24"}
    if path == "/robots":
        return body | {"address": f"{body['address']}{other.hex}"}
    return body


async def with_what_is_answered(http: httpx.AsyncClient, place: Place, path: str) -> Place:
    """The place with one more wish, or one more proposal of a team, where ``path`` is about one: these are answered
    once. Each is like no other."""
    unlike = "".join(chr(0x4E00 + byte) for byte in uuid4().bytes)
    if path.startswith("/wish-groups/") or path == "/wishes/{wish_id}":
        wish = {"township_code": place.township, "what": unlike, "residents": 80}
        made = await http.post("/api/requests/wishes", json=wish | {"came_by": "visit"})
    elif path.startswith("/item-proposals/"):
        proposals = f"/api/catalog/survey-replies/{place['survey_reply']}/proposals"
        made = await http.post(proposals, json={"name": unlike, "text": unlike})
    else:
        if path == "/contacts":
            await remove_contacts(http, place)
        if path in AT_A_WINDOW:
            place = replace(place, objects={**place.objects, **await window_for(http, place, path)})
        return place
    assert made.status_code == 201, made.text
    said = made.json()
    if "group_id" in said:
        wish_id = said["id"]
        objects = {"wish": wish_id, "kept_wish": wish_id, "wish_group": said["group_id"]}
    else:
        objects = {"item_proposal": said["id"]}
    return replace(place, objects={**place.objects, **objects})


async def window_for(http: httpx.AsyncClient, place: Place, path: str) -> dict[str, str]:
    """A new window with a post, and what ``path`` is about at it: a stage, a pledge."""
    code = f"hostile-{uuid4().hex[:16]}"

    async def done(method: str, said: str, body: Any = None) -> Any:
        url, asked = f"/api/catalog/{said}", {"confirm": "holds_another_post"}
        answer = await http.request(
            method, url, json=body, params=asked if said.endswith("/holders") else None
        )
        assert answer.is_success, f"{said}: {answer.text}"
        return answer.json()

    window = NAMES | {"kind_code": "scene-stages", "team_code": place.team, "place": "一楼"}
    await done("PUT", f"windows/{code}", window)
    post = (await done("POST", f"windows/{code}/posts", NAMES))["id"]
    found = {"new_window": code, "honoured_window": code, "honoured_post": post}
    if path.startswith("/window-stages/"):
        await done("PUT", f"programmes/{code}", NAMES | {"stages": [STAGE], "window_codes": [code]})
        await done("POST", f"programmes/{code}/begin")
        (stage,) = (await done("GET", f"programmes/{code}/stages"))["items"]
        found["window_stage"] = stage["id"]
        if path.endswith("/return"):
            await done("POST", f"window-stages/{stage['id']}/evidence", {"text": "已佩戴工作牌。"})
            await done("POST", f"window-stages/{stage['id']}/hand-in")
    if path.startswith("/honours/"):
        nomination = {"award": "model_post", "window_code": code, "post_id": post}
        honour = await done("POST", "honours", nomination | {"citation": "全年零投诉。"})
        shown_until = date.fromisoformat(honour["nominated_at"][:10]) + timedelta(days=10)
        until = {"until_on": shown_until.isoformat()}
        await done("POST", f"honours/{honour['id']}/publicise", until)
        found["honour"] = honour["id"]
    if path.startswith("/holdings/"):
        held = {"volunteer_no": place.volunteer, "first_on": "2014-06-27"}
        holding = await done("POST", f"window-posts/{post}/holders", held)
        await done("POST", f"holdings/{holding['id']}/pledge", {"text": "微笑服务"})
        found["holding"] = holding["id"]
    return found


async def remove_contacts(http: httpx.AsyncClient, place: Place) -> None:
    """Those of the township but the first, for it has room for ten."""
    of_township = {"holder": "township", "code": place.township}
    listed = (await http.get("/api/catalog/contacts", params=of_township)).json()
    for each in listed:
        if each["state"] == "current" and each["id"] != place["contact_of_township"]:
            gone = await http.post(f"/api/catalog/contacts/{each['id']}/remove")
            assert gone.is_success, gone.text


async def url_of(http: httpx.AsyncClient, place: Place, each: Field) -> str:
    """Of an object that can still take the step: an order is made anew for each, and a draft to speak on."""
    path = each.path
    if path == "/editions/{code}/opinions":
        path = f"/editions/{await consulted_draft(http, place)}/opinions"
    if path == "/editions/{code}/answers":
        path = path.replace("{code}", place["consulted"])
    if path == "/windows/{code}/posts":
        path = path.replace("{code}", place["new_window"])
    if path in ("/activities/{activity_id}", "/activities/{activity_id}/call-off"):
        sure = {"confirm": ["activity_in_the_past", "registration_is_over"]}
        made = await http.post("/api/catalog/activities", json=ACTIVITY, params=sure)
        assert made.status_code == 201, made.text
        path = path.replace("{activity_id}", made.json()["id"])  # an announced one moves otherwise
    if path == "/editions/{code}":
        path = "/editions/hostile"  # a published one does not change
    if (
        each.service == "requests"
        and path.startswith("/orders/{order_id}")
        and not path.endswith("/ratings")
    ):
        body = SCENES["requests"]["POST /orders"].body
        assert body is not None
        order = body(place, Scope.ANY) | {"submit": path.endswith(("/return", "/contact"))}
        made = await http.post(
            "/api/requests/orders", json=order, params={"confirm": "order_like_another"}
        )
        assert made.status_code == 201, made.text
        path = path.replace("{order_id}", made.json()["id"])
    return f"/api/{each.service}{path_of(path, place, Scope.ANY)}"


async def consulted_draft(http: httpx.AsyncClient, place: Place) -> str:
    """A draft on which nobody has spoken yet; a township says once what it thinks of one."""
    code = f"consulted-{uuid4().hex[:16]}"
    url = f"/api/catalog/editions/{code}"
    days = {"effective_on": "2198-01-01", "retires_on": "2198-12-31"}
    draft = {"title": "征求意见稿", "item_codes": [place["item"]]} | days
    for made in (
        await http.put(url, json=draft),
        await http.post(f"{url}/consultation", json={"until": "2199-01-01"}),
    ):
        assert made.is_success, made.text
    return code


async def put_at_parameters(
    http: httpx.AsyncClient, place: Place, service: str, document: dict[str, Any], outcome: Outcome
) -> None:
    """Some of the texts as query and path parameters of everything that is read."""
    for path, operations in document["paths"].items():
        for parameter in operations.get("get", {}).get("parameters", ()):
            schemas = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
            if path == ENDLESS or not any(schema.get("type") == "string" for schema in schemas):
                continue
            for text in list(HOSTILE_TEXTS.values())[::5]:
                said, query = path, {}
                if parameter["in"] == "path":
                    said = path.replace(
                        f"{{{parameter['name']}}}", quote(text[:100], safe="") or "%20"
                    )
                elif parameter["in"] == "query":
                    query = {parameter["name"]: text[:2000]}
                else:
                    continue
                url = f"/api/{service}{path_of(said, place, Scope.ANY)}"
                answer = await http.get(url, params=query or None)
                outcome.sent[answer.status_code] += 1
                if answer.status_code >= 500:
                    outcome.wrong.append(f"GET {url!r} {query!r}: {answer.status_code}")


def _fields(answer: httpx.Response) -> list[str]:
    problem = answer.json()
    return [entry["field"] for entry in problem.get("errors", [problem]) if "field" in entry]


def _values(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for value in said.values():
            yield from _values(value)
    elif isinstance(said, list):
        for value in said:
            yield from _values(value)
