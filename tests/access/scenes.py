"""For every operation, a request that is right: what it takes to find out who may make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from shared.kernel.access import Scope


class Kind(StrEnum):
    """What someone gets whose scope does not hold the object."""

    OBJECT = "object"  # 404, as if there were none
    LIST = "list"  # 200, and nothing in it
    PARTS = "parts"  # 200, without the parts that are others'
    MAKE = "make"  # 403, for it would be made for somebody else


@dataclass(frozen=True)
class Place:
    """What the scenes are about: all of it belongs to one township, one team and one volunteer."""

    township: str
    team: str
    volunteer: str
    order: str
    line: str
    plan: str
    stop: str
    assignment: str
    message: Mapping[Scope, str]
    account: str
    edition: str
    item: str
    category: str
    agency: str
    link: str = ""
    run: str = ""
    candidate: str = ""
    rule: str = ""

    def post(self, scope: Scope) -> str:
        """The recipient that a scope is for."""
        team, volunteer = f"team.{self.team}", f"volunteer.{self.volunteer}"
        return {Scope.OWN_TEAM: team, Scope.SELF: volunteer}.get(scope, f"township.{self.township}")


Fill = Callable[[Place, Scope], dict[str, Any]]


@dataclass(frozen=True)
class Scene:
    kind: Kind = Kind.LIST
    body: Fill | None = None
    query: Fill | None = None
    form: Fill | None = None
    absent: bool = False
    """What is asked for is not there: 404 is the answer of those who get in."""


def _body(**fields: Any) -> Fill:
    return lambda place, scope: fields


def _order(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "township_code": place.township,
        "edition_id": place.edition,
        "campaign_id": "hongqiyue-2014",
        "place": "高楼镇西村桥头路口",
        "lines": [{"item_code": place.item, "expected_attendance": 80}],
    }


def _plan(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "campaign_id": "no-orders",
        "starts_on": "2014-06-27",
        "ends_on": "2014-07-16",
        "start_township_code": place.township,
    }


def _volunteer(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "team_code": place.team,
        "name": "王小明",
        "phone": "１３８００１３８０００",
        "consent_at": "2014-06-01T08:00:00+08:00",
        "consent_version": "v1",
    }


OBJECT, MAKE = Kind.OBJECT, Kind.MAKE
REASON = _body(reason_code="other", reason="台风预警")
CLIENT = {"client_id": "diancai-cli", "redirect_uri": "http://127.0.0.1:9/", "code_challenge": "a" * 43}
NAMES = {"name": "名称", "name_en": "Name"}

PATHS: Mapping[str, Callable[[Place, Scope], str]] = {
    "township_code": lambda p, s: p.township,
    "order_id": lambda p, s: p.order,
    "plan_id": lambda p, s: p.plan,
    "stop_id": lambda p, s: p.stop,
    "assignment_id": lambda p, s: p.assignment,
    "recipient_id": lambda p, s: p.post(s),
    "message_id": lambda p, s: p.message.get(s, p.message[Scope.OWN_TOWNSHIP]),
    "account_id": lambda p, s: p.account,
    "token": lambda p, s: "nobodys-invitation",
    "volunteer_no": lambda p, s: p.volunteer,
    "edition_id": lambda p, s: p.edition,
    "link": lambda p, s: p.link,
    "run_id": lambda p, s: p.run,
    "candidate_id": lambda p, s: p.candidate,
    "rule_id": lambda p, s: p.rule,
}
CODES: Mapping[str, Callable[[Place], str]] = {
    "agencies": lambda p: p.agency,
    "categories": lambda p: p.category,
    "townships": lambda p: p.township,
    "teams": lambda p: p.team,
    "items": lambda p: p.item,
    "campaigns": lambda p: "hongqiyue-2014",
    "editions": lambda p: p.edition,
}

_OPERATIONS: Mapping[str, Scene] = {
    "GET /health/live": Scene(),
    "GET /health/ready": Scene(),
    "GET /events": Scene(),
    "GET /events/position": Scene(query=_body(since="2014-06-27T00:00:00+08:00")),
    "GET /events/counts": Scene(),
    "GET /events/subscriptions": Scene(),
    "GET /events/applied": Scene(),
    "POST /events/replay": Scene(body=_body(to="notify", after=10**9)),
    "GET /events/parked": Scene(),
    "GET /events/parked/event": Scene(
        query=_body(publisher="catalog", aggregate_id="none", aggregate_seq=1), absent=True
    ),
    "POST /events/parked/redrive": Scene(body=_body(publisher="catalog", aggregate_id="none")),
    "POST /events/parked/discard": Scene(
        body=_body(publisher="catalog", aggregate_id="none", aggregate_seq=1, reason="无法办理"), absent=True
    ),
    "GET /events/queues": Scene(),
    "PUT /events/queues": Scene(body=_body(partitions=2)),
    "GET /audit": Scene(),
    "GET /people/{volunteer_no}/export": Scene(OBJECT),
}
SCENES: Mapping[str, Mapping[str, Scene]] = {
    "catalog": {
        **_OPERATIONS,
        "PUT /agencies/{code}": Scene(body=_body(**NAMES)),
        "GET /agencies": Scene(),
        "GET /agencies/{code}": Scene(),
        "PUT /categories/{code}": Scene(body=_body(**NAMES)),
        "GET /categories": Scene(),
        "GET /categories/{code}": Scene(),
        "PUT /townships/{code}": Scene(body=_body(**NAMES, lat=27.8, lon=120.3)),
        "GET /townships": Scene(),
        "GET /townships/{code}": Scene(),
        "PUT /teams/{code}": Scene(body=lambda p, s: NAMES | {"agency_code": p.agency, "members": 9}),
        "POST /teams/{code}/retire": Scene(),
        "POST /teams/{code}/reinstate": Scene(),
        "GET /teams": Scene(),
        "GET /teams/{code}": Scene(),
        "PUT /items/{code}": Scene(
            body=lambda p, s: (
                NAMES
                | {"category_code": p.category, "teams": [p.team], "volunteers_needed": 2, "minutes_per_resident": 5}
            )
        ),
        "GET /items": Scene(),
        "GET /items/{code}": Scene(),
        "PUT /campaigns/{code}": Scene(
            body=lambda p, s: (
                {"name": "红七月、服务月", "name_en": "Red July, Month of Service"}
                | {"starts_on": "2014-06-27", "ends_on": "2014-07-16"}
                | {"themes": [{"name": "志愿服务月", "name_en": "Volunteer Month", "item_codes": [p.item]}]}
            )
        ),
        "GET /campaigns": Scene(),
        "GET /campaigns/{code}": Scene(),
        "POST /campaigns/{code}/close": Scene(),
        "POST /campaigns/{code}/reopen": Scene(),
        "PUT /editions/{code}": Scene(
            body=lambda p, s: {
                "title": "目录",
                "effective_on": "2014-06-01",
                "retires_on": "2014-12-31",
                "item_codes": [p.item],
            }
        ),
        "POST /editions/{code}/publish": Scene(),
        "POST /editions/{code}/withdraw": Scene(),
        "GET /editions": Scene(),
        "GET /editions/{code}": Scene(),
        "POST /volunteers": Scene(MAKE, body=_volunteer),
        "GET /volunteers": Scene(),
        "GET /volunteers/{volunteer_no}": Scene(OBJECT),
        "PUT /volunteers/{volunteer_no}": Scene(OBJECT, body=_body(phone="13800138001")),
        "POST /volunteers/{volunteer_no}/reveal": Scene(
            OBJECT, body=_body(field="phone", purpose="emergency", reason="站点有急事")
        ),
        "POST /volunteers/{volunteer_no}/export": Scene(OBJECT),
        "POST /volunteers/{volunteer_no}/erase": Scene(OBJECT, body=_body(reason="本人要求")),
        "GET /volunteers/{volunteer_no}/requests": Scene(OBJECT),
        "GET /.well-known/openid-configuration": Scene(),
        "GET /oidc/jwks": Scene(),
        "GET /oidc/authorize": Scene(query=_body(**CLIENT, response_type="code", code_challenge_method="S256")),
        "POST /oidc/authorize": Scene(
            form=_body(**CLIENT, login="x", response_type="code", code_challenge_method="S256")
        ),
        "GET /oidc/userinfo": Scene(),
        "POST /oidc/userinfo": Scene(),
        "GET /oidc/end-session": Scene(),
        "POST /oidc/end-session": Scene(form=_body(state="x")),
        "POST /oidc/token": Scene(form=_body(grant_type="refresh_token", refresh_token="x")),
        "POST /oidc/revoke": Scene(form=_body(token="x")),
        "GET /invitations/{token}": Scene(),
        "POST /invitations/{token}": Scene(form=_body(password="x", password_again="x")),
        "POST /accounts": Scene(body=_body(login="重名", roles=["subscriber"])),
        "GET /accounts": Scene(),
        "POST /accounts/self/password": Scene(body=_body(old_password="x", new_password="y" * 3)),
        "POST /accounts/{account_id}/disable": Scene(),
        "POST /accounts/{account_id}/enable": Scene(),
        "POST /accounts/{account_id}/erase": Scene(),
        "POST /accounts/{account_id}/sign-out": Scene(),
        "POST /accounts/{account_id}/reset": Scene(),
    },
    "requests": {
        **_OPERATIONS,
        "GET /editions": Scene(),
        "GET /editions/{edition_id}": Scene(),
        "GET /campaigns": Scene(),
        "GET /townships": Scene(),
        "POST /orders": Scene(MAKE, body=_order),
        "GET /orders": Scene(),
        "GET /orders/counts": Scene(),
        "GET /orders/{order_id}": Scene(OBJECT),
        "PUT /orders/{order_id}": Scene(MAKE, body=_order),
        "POST /orders/{order_id}/submit": Scene(OBJECT),
        "POST /orders/{order_id}/accept": Scene(OBJECT),
        "POST /orders/{order_id}/return": Scene(OBJECT, body=REASON),
        "POST /orders/{order_id}/cancel": Scene(OBJECT, body=REASON),
        "POST /orders/{order_id}/close": Scene(OBJECT),
        "POST /orders/{order_id}/ratings": Scene(OBJECT, body=lambda p, s: {"line_id": p.line, "score": 5}),
    },
    "dispatch": {
        **_OPERATIONS,
        "GET /townships": Scene(),
        "GET /teams": Scene(),
        "GET /items": Scene(),
        "GET /demand": Scene(),
        "POST /plans": Scene(body=_plan),
        "POST /planning-runs": Scene(body=_plan),
        "GET /planning-runs": Scene(),
        "GET /planning-runs/{run_id}": Scene(),
        "GET /planning-runs/{run_id}/stream": Scene(),
        "POST /planning-runs/{run_id}/cancel": Scene(),
        "GET /candidates": Scene(),
        "GET /candidates/{candidate_id}": Scene(),
        "GET /candidates/{candidate_id}/comparison": Scene(query=lambda p, s: {"with": p.candidate}),
        "GET /candidates/{candidate_id}/diff": Scene(),
        "POST /candidates/{candidate_id}/check": Scene(body=_body(steps=[])),
        "POST /candidates/{candidate_id}/edits": Scene(body=_body(steps=[], revision=1)),
        "POST /candidates/{candidate_id}/discard": Scene(),
        "POST /candidates/{candidate_id}/publish": Scene(body=_body(revision=1)),
        "GET /planning-rules": Scene(),
        "POST /planning-rules": Scene(
            body=lambda p, s: {"campaign_id": "no-orders", "does": "forbid", "team_code": p.team, "on": "2014-06-27"}
        ),
        "DELETE /planning-rules/{rule_id}": Scene(absent=True),
        "GET /plans": Scene(Kind.PARTS),
        "GET /plans/{plan_id}": Scene(Kind.PARTS),
        "POST /plans/{plan_id}/publish": Scene(),
        "POST /plans/{plan_id}/withdraw": Scene(),
        "GET /stops": Scene(),
        "GET /stops/{stop_id}": Scene(OBJECT),
        "POST /stops/{stop_id}/link": Scene(OBJECT),
        "GET /public/stops/{link}": Scene(),
        "POST /stops/{stop_id}/postpone": Scene(OBJECT, body=REASON),
        "POST /stops/{stop_id}/cancel": Scene(OBJECT, body=REASON),
        "POST /stops/{stop_id}/start": Scene(OBJECT, body=_body(off_day_reason="补录")),
        "POST /stops/{stop_id}/reports": Scene(
            OBJECT,
            body=lambda p, s: {
                "booths": [{"assignment_id": p.assignment, "served": 1, "leaflets": 0, "follow_ups": 0}]
            },
        ),
        "GET /assignments": Scene(),
        "POST /assignments/{assignment_id}/accept": Scene(OBJECT),
        "POST /assignments/{assignment_id}/decline": Scene(OBJECT, body=REASON),
    },
    "notify": {
        **_OPERATIONS,
        "GET /recipients": Scene(),
        "PUT /recipients/{recipient_id}": Scene(OBJECT, body=_body(language="zh-CN", email=None)),
        "GET /recipients/{recipient_id}/messages": Scene(OBJECT),
        "GET /recipients/{recipient_id}/stream": Scene(OBJECT),
        "POST /messages/{message_id}/read": Scene(OBJECT),
        "GET /messages/counts": Scene(),
    },
}


def path_of(template: str, place: Place, scope: Scope) -> str:
    """A path with its parameters filled in."""
    for name, value in PATHS.items():
        template = template.replace(f"{{{name}}}", value(place, scope))
    if "{code}" in template:
        template = template.replace("{code}", CODES[template.split("/")[1]](place))
    return template
