"""A JOSE library that others wrote verifies badges by the published keys, and nothing else of ours."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey

from services.catalog.badges.domain import TOKEN_KIND
from tests.catalog.counter import CATALOG, PUBLIC, running_counter
from tests.support.fixtures import NewUrl, on_sqlite

JULY = {"valid_from": "2014-07-01", "valid_until": "2014-09-28"}
WORN, EARLY, LATE = "2014-07-15T04:00:00Z", "2014-06-30T15:59:59Z", "2014-09-28T16:00:00Z"


@on_sqlite
async def test_jose_tells_genuine_badges_from_others(
    new_store_url: NewUrl, tmp_path: Path, run_node: Callable[..., Awaitable[Any]]
) -> None:
    async with running_counter(new_store_url(), tmp_path) as counter:
        await counter.hold(0)
        (badge,) = await counter.did("windows/registry/badges", **JULY)
        url = (await counter.read(f"badges/{badge['number']}"))["url"]
        published = (await counter.house.client.get(f"{CATALOG}/public/badge-keys")).json()
        ours = counter.house.services["catalog"].api.state.badge_keys
    token = url.rpartition("/")[2]
    head, body, signature = token.split(".")
    stranger = ECKey.generate_key("P-256", parameters={"kid": "stranger"}, private=True)
    claims = {"iss": PUBLIC, "jti": "B-2014-999999", "nbf": 1404144000, "exp": 1411920000}
    forged = jwt.encode({"alg": "ES256", "typ": TOKEN_KIND, "kid": "stranger"}, claims, stranger)
    foreign = ours.sign(claims | {"iss": "https://elsewhere.example"}, kind=TOKEN_KIND)
    other_kind = ours.sign(claims, kind="at+jwt")
    tokens = [
        (token, WORN),
        (token, EARLY),
        (token, LATE),
        (f"{head}.{body}.{signature[::-1]}", WORN),
        (forged, WORN),
        (foreign, WORN),
        (other_kind, WORN),
    ]
    said = await run_node(
        "verify_badge.mjs",
        keys=published["keys"],
        issuer=published["issuer"],
        badges=[{"token": each, "at": at} for each, at in tokens],
    )
    assert [each["ok"] for each in said] == [True, *[False] * 6]
    assert said[0]["claims"]["post"] == "一号窗口"
    assert said[0]["kid"] == published["keys"][0]["kid"]
    assert [each["code"] for each in said[1:]] == [
        "ERR_JWT_CLAIM_VALIDATION_FAILED",
        "ERR_JWT_EXPIRED",
        "ERR_JWS_SIGNATURE_VERIFICATION_FAILED",
        "ERR_JWKS_NO_MATCHING_KEY",
        "ERR_JWT_CLAIM_VALIDATION_FAILED",
        "ERR_JWT_CLAIM_VALIDATION_FAILED",
    ]
