"""Badges: issued within their days, revoked, and verified by anybody, with a connection and without."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from services.catalog.badges.domain import TOKEN_KIND
from services.catalog.badges.use_cases.issuing import see_to_badges
from shared.identity.signing_keys import SigningKeys, rotate
from tests.catalog.counter import (
    CATALOG,
    COORDINATOR,
    LEADER,
    OTHER_LEADER,
    PUBLIC,
    Counter,
    agree,
)
from tests.support.fixtures import on_sqlite

JULY = {"valid_from": "2014-07-01", "valid_until": "2014-09-28"}


async def issued(counter: Counter) -> list[dict[str, Any]]:
    """Badges of both clerks, for ninety days from 1 July on."""
    for place in range(2):
        held = await counter.hold(place)
        await counter.did(f"holdings/{held}/pledge", LEADER, text="十分钟内办好登记")
        await counter.did(f"holdings/{held}/pledge/approve")
    made: list[dict[str, Any]] = await counter.did("windows/registry/badges", LEADER, **JULY)
    return made


async def shown(counter: Counter, url: str) -> str:
    """The page that a code leads to, for whoever has no account."""
    answer = await counter.house.client.get(
        f"{CATALOG}{urlsplit(url).path}", headers={"Authorization": "", "Accept": "text/html"}
    )
    assert answer.status_code == 200
    assert "<script" not in answer.text
    return answer.text


async def url_of(counter: Counter, number: str) -> str:
    return str((await counter.read(f"badges/{number}", LEADER))["url"])


async def test_a_badge_is_verified_by_anybody_and_says_nothing_of_the_person(
    counter: Counter,
) -> None:
    first, second = await issued(counter)
    assert (first["is_named"], second["is_named"]) == (True, False), "by consent"
    assert (first["name"], second["name"]) == ("王小一", "王小二"), "to the own leader"
    url = await url_of(counter, first["number"])
    assert url.startswith(f"{PUBLIC}/public/badges/")
    assert len(url) < 800, "a code that a telephone still reads"
    assert "还没有生效" in await shown(counter, url)
    counter.clock.move(days=4)
    page = await shown(counter, url)
    for text in ("有效", "一号窗口", "市民政局婚姻登记中心", "十分钟内办好登记", first["number"]):
        assert text in page
    for secret in ("王小一", first["volunteer_no"]):
        assert secret not in page
        assert secret not in url
    assert "fuwu.example.gov.cn" in page, "where alone the page is to be trusted"
    counter.clock.move(days=90)
    assert "已过期" in await shown(counter, url)
    counts = await counter.read("badge-checks", first_on="2014-06-01", last_on="2014-12-31")
    assert (counts["not_yet"], counts["valid"], counts["expired"]) == (1, 1, 1)


async def test_a_published_key_verifies_it_without_a_connection(counter: Counter) -> None:
    first, _ = await issued(counter)
    token = (await url_of(counter, first["number"])).rpartition("/")[2]
    published = await counter.house.client.get(f"{CATALOG}/public/badge-keys")
    assert all("d" not in key for key in published.json()["keys"])
    keys = KeySet.import_key_set(published.json())
    found = jwt.decode(token, keys, algorithms=["ES256"])
    assert found.header["typ"] == TOKEN_KIND
    claims = found.claims
    assert claims["iss"] == PUBLIC
    assert claims["jti"] == first["number"]
    assert (claims["post"], claims["pledge"]) == ("一号窗口", "十分钟内办好登记")
    begin, end = (datetime.fromtimestamp(claims[name], UTC) for name in ("nbf", "exp"))
    assert begin == datetime(2014, 6, 30, 16, tzinfo=UTC), "midnight in China"
    assert (end - begin).days == 90
    assert set(claims) == {"iss", "jti", "nbf", "exp", "window", "post", "pledge"}


async def test_what_is_forged_foreign_or_cut_does_not_hold(counter: Counter, tmp_path: Any) -> None:
    first, _ = await issued(counter)
    counter.clock.move(days=5)
    url = await url_of(counter, first["number"])
    token = url.rpartition("/")[2]
    header, body, _ = token.split(".")
    other = ECKey.generate_key("P-256", parameters={"kid": "other"}, private=True)
    claims = jwt.decode(
        token,
        KeySet.import_key_set(counter.house.services["catalog"].api.state.badge_keys.public()),
    ).claims
    ours: SigningKeys = counter.house.services["catalog"].api.state.badge_keys
    said = {
        "signed by another key": jwt.encode({"alg": "ES256", "typ": TOKEN_KIND}, claims, other),
        "another kind of token": ours.sign(claims, kind="at+jwt"),
        "without a signature": f"{header}.{body}.",
        "cut": token[:-7],
        "no token": "你好",
    }
    for name, bad in said.items():
        page = await shown(counter, f"{PUBLIC}/public/badges/{bad}")
        assert "无法核验" in page, name
        assert "一号窗口" not in page, name
    foreign = ours.sign({**claims, "iss": "https://evil.example"}, kind=TOKEN_KIND)
    page = await shown(counter, f"{PUBLIC}/public/badges/{foreign}")
    assert "evil.example" in page
    assert "一号窗口" not in page
    unknown = ours.sign({**claims, "jti": "B-2014-009999"}, kind=TOKEN_KIND)
    assert "无法核验" in await shown(counter, f"{PUBLIC}/public/badges/{unknown}")
    assert "有效" in await shown(counter, url)
    counts = await counter.read("badge-checks", first_on="2014-06-01", last_on="2014-12-31")
    assert (counts["forged"], counts["foreign"], counts["valid"]) == (len(said) + 1, 1, 1)


async def test_a_revoked_badge_is_told_at_once(counter: Counter) -> None:
    first, second = await issued(counter)
    counter.clock.move(days=5)
    urls = [await url_of(counter, each["number"]) for each in (first, second)]
    hidden = await counter.ask(f"badges/{first['number']}/revoke", OTHER_LEADER, reason_code="lost")
    assert hidden.status_code == 404
    by_itself = await counter.ask(
        f"badges/{first['number']}/revoke", LEADER, reason_code="consent_withdrawn"
    )
    assert by_itself.status_code == 422, "that follows from what the person says"
    done = await counter.did(f"badges/{first['number']}/revoke", LEADER, reason_code="lost")
    assert done["standing"] == "revoked"
    assert "已撤销" in await shown(counter, urls[0])
    card = await counter.house.client.get(f"{CATALOG}/badges/{first['number']}/card.pdf")
    assert card.json()["code"] == "badge_holds_no_more"
    assert "有效" in await shown(counter, urls[1])
    (event,) = await counter.events("BadgeRevoked")
    assert (event.badge_no, event.reason_code) == (first["number"], "lost")
    again = await counter.ask(f"badges/{first['number']}/revoke", LEADER, reason_code="lost")
    assert again.json()["code"] == "illegal_transition"


@pytest.mark.parametrize("how", ["post", "consent", "left", "window"])
async def test_a_badge_ends_with_what_it_rests_on(counter: Counter, how: str) -> None:
    """It is shown as revoked at once, and the next day's work says so to others, once."""
    first, _ = await issued(counter)
    counter.clock.move(days=5)
    url = await url_of(counter, first["number"])
    clerk = counter.clerks[0]
    if how == "post":
        await counter.did(f"holdings/{first['holding_id']}/end", LEADER, last_on="2014-07-01")
    elif how == "consent":
        await agree(counter.house, clerk)
    elif how == "left":
        answer = await counter.house.client.put(
            f"{CATALOG}/volunteers/{clerk}", json={"active": False}, headers={"If-Match": "*"}
        )
        assert answer.is_success, answer.text
    else:
        await counter.did("windows/registry/close")
        counter.clock.move(days=1)
    assert "已撤销" in await shown(counter, url)
    assert await counter.events("BadgeRevoked") == []
    for _ in range(2):
        await see_to_badges(counter.house.uow("catalog"))
    told = [
        each for each in await counter.events("BadgeRevoked") if each.badge_no == first["number"]
    ]
    wanted = "consent_withdrawn" if how == "consent" else "post_left"
    assert [each.reason_code for each in told] == [wanted]


@on_sqlite
async def test_days_and_people_that_a_badge_can_t_have(counter: Counter) -> None:
    nobody = await counter.ask("windows/registry/badges", LEADER, **JULY)
    assert nobody.json()["code"] == "no_badge_to_issue"
    first, _ = await issued(counter)
    again = await counter.ask("windows/registry/badges", LEADER, **JULY)
    assert again.json()["code"] == "no_badge_to_issue", "all have one"
    for days, code in (
        ({"valid_from": "2014-07-01", "valid_until": "2014-09-29"}, "badge_lasts_too_long"),
        ({"valid_from": "2014-07-02", "valid_until": "2014-07-01"}, "days_reversed"),
        ({"valid_from": "2014-06-01", "valid_until": "2014-06-20"}, "day_is_past"),
    ):
        refused = await counter.ask("windows/registry/badges", LEADER, **days)
        assert refused.json()["code"] == code
    chosen: dict[str, Any] = JULY | {"holding_ids": [first["holding_id"]]}
    asked = await counter.ask("windows/registry/badges", LEADER, **chosen)
    assert asked.json()["code"] == "confirmation_needed"
    (new,) = await counter.did(
        "windows/registry/badges", LEADER, confirm="badge_replaces", **chosen
    )
    old = await counter.read(f"badges/{first['number']}", LEADER)
    assert (old["state"], old["reason_code"]) == ("revoked", "replaced")
    assert new["number"] != first["number"]
    nobody_s: dict[str, Any] = JULY | {"holding_ids": ["x"]}
    absent = await counter.ask("windows/registry/badges", LEADER, **nobody_s)
    assert absent.json()["code"] == "badge_without_post"


async def test_a_badge_lasts_no_longer_than_the_post(counter: Counter) -> None:
    await counter.hold(0, last_on="2014-07-15")
    (made,) = await counter.did("windows/registry/badges", LEADER, **JULY)
    assert made["valid_until"] == "2014-07-15"


@on_sqlite
async def test_cards_are_printed_with_names_only_of_whoever_agrees(counter: Counter) -> None:
    await issued(counter)
    for language in ("zh-CN", "en"):
        cards = await counter.house.client.get(
            f"{CATALOG}/windows/registry/badges.pdf",
            headers=COORDINATOR | {"Accept-Language": language},
        )
        assert cards.status_code == 200, cards.text
        assert cards.content.startswith(b"%PDF")
        assert cards.headers["cache-control"] == "no-store"
    audit = await counter.house.client.get("/api/catalog/audit", params={"limit": 200})
    noted = [
        change["key"]
        for entry in audit.json()
        for change in entry["changes"]
        if change.get("noted", {}).get("purpose") == "badge"
    ]
    assert set(noted) == {counter.clerks[0]}


async def test_a_rotated_key_still_verifies_and_a_replaced_one_does_not(counter: Counter) -> None:
    first, _ = await issued(counter)
    counter.clock.move(days=5)
    url = await url_of(counter, first["number"])
    file = counter.house.services["catalog"].api.state.badge_keys.file
    rotate(file, days=91)
    assert "有效" in await shown(counter, url)
    assert "有效" in await shown(counter, await url_of(counter, first["number"]))
    rotate(file, at_once=True)
    assert "无法核验" in await shown(counter, url)
    assert "有效" in await shown(counter, await url_of(counter, first["number"])), "printed anew"


async def test_who_is_to_renew_badges_is_asked_in_time(counter: Counter) -> None:
    await issued(counter)
    counter.clock.move(days=78)  # 13 September

    async def waiting() -> list[Any]:
        items = (await counter.read("tasks", LEADER))["items"]
        return [each for each in items if each["code"] == "badges_to_renew"]

    assert await waiting() == []
    counter.clock.move(days=1)
    (task,) = await waiting()
    assert (task["facts"]["count"], task["due_on"]) == (2, "2014-09-28")
    await counter.did(
        "windows/registry/badges", LEADER, valid_from="2014-09-29", valid_until="2014-12-27"
    )
    assert await waiting() == []
