"""Every operation crossed with every role, in its own scope and in another's, and with every kind of bad token."""

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import APIRoute
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from services.embedded import build_all
from shared.contracts.catalog import AccessRevoked
from shared.http.authentication import Authenticator
from shared.http.forms import FORM
from shared.http.openapi import ACTION, SCHEME, secured
from shared.identity.revocation import note_revocation
from shared.kernel.access import Policy, Role, Scope
from shared.unit_of_work import UnitOfWork
from tests.access.scene import Kind, Place, Scene
from tests.access.scenes import SCENES, path_of
from tests.access.story import house_after, place_of
from tests.support.fixtures import Figures
from tests.support.house import OVERWRITING, House
from tests.support.story import Told
from tests.support.tokens import AUDIENCE, ISSUER, KEY, bearer, token
from tests.support.tree import policy_of

ELSEWHERE = {"township_code": "330381999000", "team_code": "nobody", "volunteer_no": "V-999999"}
TABLE = "application/octet-stream"
"""A table to import: shared.sheets tells by its content what it is."""

ENDLESS = "/recipients/{recipient_id}/stream"


@dataclass(frozen=True)
class Operation:
    service: str
    method: str
    path: str
    extra: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


def operations_of(name: str, api: FastAPI) -> Iterator[Operation]:
    for route in _routes(api.routes):
        for method in sorted(route.methods or ()):
            yield Operation(name, method, route.path, dict(route.openapi_extra or {}))


def _routes(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (included := getattr(route, "original_router", None)) is not None:
            yield from _routes(included.routes)


def holes(operation: Operation, policy: Policy, scenes: dict[str, Scene]) -> list[str]:
    """What is missing for an operation to be known as guarded."""
    action, security = operation.extra.get(ACTION), operation.extra.get("security")
    found = []
    if action is None:
        found.append("names no action")
    elif security == [] and action not in policy.public:
        found.append(f"is public, and {action!r} is not among the public actions")
    elif security and action not in policy.table:
        found.append(f"{action!r} has no row in the policy")
    if security not in ([], [{SCHEME: []}]):
        found.append("does not say whether it needs an account")
    if operation.key not in scenes:
        found.append("has no scene in the scenes.py beside the tests of its capability")
    return [f"{operation.service} {operation.key} {what}" for what in found]


class Watched(Authenticator):
    """An authenticator that remembers on whose unit of work the last request was served."""

    def __init__(self, inner: Authenticator) -> None:
        self._inner = inner
        self.last: UnitOfWork | None = None

    async def count_request(self, request: Request) -> None:
        await self._inner.count_request(request)

    async def acting(self, request: Request, unit: UnitOfWork) -> UnitOfWork:
        self.last = None
        self.last = await self._inner.acting(request, unit)
        return self.last


class City:
    def __init__(self, house: House, place: Place) -> None:
        self.house, self.place = house, place
        self.authenticators: dict[str, Watched] = {}
        for name, service in house.services.items():
            self.authenticators[name] = service.api.state.authenticator = Watched(
                service.api.state.authenticator
            )

    @property
    def own(self) -> dict[str, str]:
        place = self.place
        return {
            "township_code": place.township,
            "team_code": place.team,
            "volunteer_no": place.volunteer,
        }

    async def ask(
        self, operation: Operation, scope: Scope, headers: dict[str, str]
    ) -> httpx.Response:
        scene = SCENES[operation.service][operation.key]
        url = f"/api/{operation.service}{path_of(operation.path, self.place, scope)}"
        sent: dict[str, Any] = {}
        for name, fill in (("json", scene.body), ("params", scene.query), ("data", scene.form)):
            if fill is not None:
                sent[name] = fill(self.place, scope)
        if scene.file is not None:
            sent["content"] = scene.file
        client = self.house.client
        client.headers.pop("Authorization", None)
        overwriting = OVERWRITING if operation.method == "PUT" else {}
        return await client.request(
            operation.method, url, headers=overwriting | dict(scene.headers) | headers, **sent
        )


on_one_loop = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(told: Told, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The four services, with the circuit of 2014 behind them and one volunteer."""
    async with house_after(told, tmp_path_factory.mktemp("city") / "data") as house:
        yield City(house, await place_of(told.outcome, house.client))


def expected(operation: Operation, role: Role, *, own: bool) -> int | str:
    """The status, or "in" for whoever gets in."""
    rules = policy_of(operation.service).table[operation.extra[ACTION]]
    if role not in rules:
        return 403
    if own or rules[role] is Scope.ANY:
        return "in"
    kind = SCENES[operation.service][operation.key].kind
    return {Kind.OBJECT: 404, Kind.MAKE: 403}.get(kind, 200)


def foreign_in(answer: httpx.Response) -> bool:
    """Whether a list that should hold nothing of others does."""
    if answer.headers["content-type"].endswith("spreadsheetml.sheet"):
        with ZipFile(BytesIO(answer.content)) as workbook:
            return workbook.read("xl/worksheets/sheet1.xml").count(b"<row ") > 1  # the headings
    said = answer.json()
    if isinstance(said, dict) and said and all(type(each) is int for each in said.values()):
        return any(said.values())  # totals, of which somebody else has none
    if isinstance(said, dict) and said.keys() & {"items", "stops", "cells"}:
        return bool(
            said.get("stops")
            or said.get("cells")
            or [e for e in said.get("items", []) if "campaign_id" not in e or "stops" not in e]
        )
    return bool(said)


@on_one_loop
async def test_every_operation_answers_every_role_as_the_policies_say(
    city: City, figures: Figures
) -> None:
    wrong: list[str] = []
    asked = 0
    for operation in _guarded(city):
        seen = []
        scene = SCENES[operation.service][operation.key]
        for role in Role:
            scope = policy_of(operation.service).table[operation.extra[ACTION]].get(role, Scope.ANY)
            if operation.path in (ENDLESS, "/messages/{message_id}/read") and scope in (
                Scope.ANY,
                Scope.SELF,
            ):
                continue  # endless; and the volunteer of the story has no message: tests/notify has those
            for own in (True, False):
                if (
                    operation.path == ENDLESS
                    and own
                    and role in (Role.OFFICER, Role.CLERK, Role.LEADER)
                ):
                    continue
                claims = city.own if own else ELSEWHERE
                answer = await city.ask(operation, scope, bearer(role, **claims))
                asked += 1
                seen.append(f"{role}({'own' if own else 'other'})={answer.status_code}")
                wanted = expected(operation, role, own=own)
                whose = "own" if own else "other"
                said = (
                    f"{operation.service} {operation.key} as {role}, {whose}: {answer.status_code}"
                )
                if wanted == "in":
                    action = operation.extra[ACTION]
                    unit = city.authenticators[operation.service].last
                    refusals = {401, 403, 404} - ({404} if scene.absent else set())
                    if answer.status_code in refusals or answer.status_code >= 500:
                        wrong.append(f"{said} instead of in: {answer.text[:200]}")
                    elif answer.status_code != 422 and (
                        unit is None or action not in unit.permitted
                    ):
                        wrong.append(f"{said}, but its use case did not ask for {action!r}")
                    if operation.method == "GET" and answer.status_code != (
                        404 if scene.absent else 200
                    ):
                        wrong.append(f"{said} instead of 200")
                elif answer.status_code != wanted:
                    wrong.append(f"{said} instead of {wanted}: {answer.text[:200]}")
                elif wanted == 200 and foreign_in(answer):
                    wrong.append(f"{said}, and holds what is others': {answer.text[:200]}")
        figures.note(f"{operation.service} {operation.key}", " ".join(seen))
    figures.note("matrix: requests by role", asked)
    assert not wrong, "\n".join(wrong)


@on_one_loop
async def test_no_operation_takes_a_bad_token(city: City, figures: Figures) -> None:
    service = city.house.services
    revoked = AccessRevoked(
        subject="revoked-account", before=datetime.now(UTC) + timedelta(hours=1)
    )
    for each in service.values():
        await note_revocation(each.uow, revoked)
    bad = dict(bad_tokens())
    wrong, asked = [], 0
    for operation in _guarded(city):
        for what, headers in bad.items():
            answer = await city.ask(operation, Scope.ANY, headers)
            asked += 1
            if answer.status_code != 401 or "www-authenticate" not in answer.headers:
                wrong.append(
                    f"{operation.service} {operation.key} with {what}: {answer.status_code}"
                )
    figures.note("matrix: requests with bad tokens", f"{asked}: {', '.join(bad)}")
    assert not wrong, "\n".join(wrong)


def bad_tokens() -> Iterator[tuple[str, dict[str, str]]]:
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "a",
        "iat": 0,
        "exp": 4102444800,
        "roles": [str(r) for r in Role],
    }

    def said(text: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {text}"}

    def raw(header: dict[str, Any]) -> str:
        parts = (
            base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in (header, claims)
        )
        return ".".join(parts)

    yield "no token", {}
    yield "a cookie alone", {"Cookie": f"access_token={token(*Role)}"}
    yield "expired", bearer(*Role, exp=now - 3600)
    yield "not yet valid", bearer(*Role, iat=now + 3600)
    yield "another audience", bearer(*Role, aud="another")
    yield "another issuer", bearer(*Role, iss="https://evil.example")
    yield "alg none", said(raw({"alg": "none", "kid": "test"}) + ".")
    public = OctKey.import_key(json.dumps(KEY.as_dict(private=False)).encode())
    yield (
        "hmac by the public key",
        said(jwt.encode({"alg": "HS256", "kid": "test"}, claims, public)),
    )
    yield "a foreign key", said(token(*Role, key=ECKey.generate_key("P-256")))
    yield "an unknown key", said(token(*Role, header={"kid": "unknown"}))
    yield "revoked", bearer(*Role, sub="revoked-account")
    yield "no subject", bearer(*Role, sub="")
    yield "an id token", said(token(*Role, header={"typ": "JWT"}))
    yield "roles of an odd type, no subject", bearer(sub=["a"], roles={"coordinator": True})
    yield "garbage", said("garbage")
    yield "another scheme", {"Authorization": "Basic eDp5"}


@on_one_loop
async def test_whoever_has_no_account_gets_what_is_public(city: City) -> None:
    for name, service in city.house.services.items():
        for operation in operations_of(name, service.api):
            if operation.extra.get("security") == []:
                answer = await city.ask(operation, Scope.ANY, {"Authorization": "Bearer garbage"})
                missing = () if SCENES[name][operation.key].absent else (404,)
                assert answer.status_code not in (401, *missing), operation
                assert answer.status_code < 500, operation


def test_every_operation_says_who_may_come_in(tmp_path: Path) -> None:
    found = []
    for service in build_all(tmp_path):
        for operation in operations_of(service.name, service.api):
            found += holes(operation, policy_of(service.name), dict(SCENES[service.name]))
        document = service.api.openapi()
        assert document["components"]["securitySchemes"][SCHEME]["type"] == "openIdConnect"
        known = {operation.key for operation in operations_of(service.name, service.api)}
        assert set(SCENES[service.name]) <= known, "a scene of an operation that is gone"
        assert known == {
            f"{method.upper()} {path}"
            for path, methods in document["paths"].items()
            for method in methods
        }
        for path, methods in document["paths"].items():
            for method, said in methods.items():
                guarded = said["security"] == [{SCHEME: []}]
                assert guarded or said["security"] == [], f"{service.name} {method} {path}"
                assert ("401" in said["responses"]) == guarded, f"{service.name} {method} {path}"
                # A new operation that takes files has to check them by their content, and to list their kinds here.
                taken = set(said.get("requestBody", {}).get("content", {}))
                assert taken <= {"application/json", FORM, TABLE}, (
                    f"{service.name} {method} {path} takes {taken}"
                )
    assert found == []


def test_an_operation_without_a_policy_fails_the_build() -> None:
    router = APIRouter()

    async def nothing() -> None: ...

    router.add_api_route("/forgotten", nothing)
    router.add_api_route("/unheard-of", nothing, **secured("unheard_of"))
    api = FastAPI()
    api.include_router(router)
    found = [
        hole for op in operations_of("catalog", api) for hole in holes(op, policy_of("catalog"), {})
    ]
    assert any("/forgotten names no action" in hole for hole in found)
    assert any("/forgotten does not say whether" in hole for hole in found)
    assert any("'unheard_of' has no row" in hole for hole in found)
    assert any("has no scene" in hole for hole in found)


def _guarded(city: City) -> list[Operation]:
    found = [
        operation
        for name, service in city.house.services.items()
        for operation in operations_of(name, service.api)
        if operation.extra.get("security")
    ]
    # What takes the story's objects away comes last; an account that is closed could be erased.
    last = ("/erase", "/reset", "/disable")
    return sorted(
        found, key=lambda operation: [operation.path.endswith(end) for end in reversed(last)]
    )
