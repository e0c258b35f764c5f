"""Access tokens of whichever provider a city has: clock skew, where roles stand, new keys, a provider that is away."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from shared.identity.keys import KeySource, KeysUnavailable
from shared.identity.tokens import TokenVerifier
from shared.kernel.access import Role
from shared.kernel.errors import Unauthenticated
from tests.support.tokens import AUDIENCE, ISSUER, JWKS, KEY, token
from tests.support.waiting import until
from tests.support.web import Answer, web_server

NOW = datetime(2014, 6, 27, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
ES256 = JWSRegistry.algorithms["ES256"]


def verifier(keys: KeySource | None = None, **changed: Any) -> TokenVerifier:
    said: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "skew_seconds": 30,
        "roles_claim": "roles",
    }
    return TokenVerifier(keys or KeySource(ISSUER, JWKS.as_uri()), lambda: NOW, **said | changed)


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": SECONDS - 29}, None),
        ({"exp": SECONDS - 30}, "expired"),
        ({"iat": SECONDS + 30}, None),
        ({"iat": SECONDS + 31}, "not_yet_valid"),
        ({"nbf": SECONDS + 31}, "not_yet_valid"),
        ({"nbf": "soon"}, "not_yet_valid"),
        ({"exp": "4102444800"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": None}, "exp"),
        ({"exp": 1e300}, "exp"),
        ({"iat": -1}, "iat"),
        ({"aud": ["other", AUDIENCE]}, None),
        ({"aud": ["other"]}, "audience"),
        ({"aud": None}, "audience"),
        ({"aud": AUDIENCE + "x"}, "audience"),
        ({"iss": ISSUER + "/"}, "issuer"),
        ({"iss": [ISSUER]}, "issuer"),
        ({"sub": ""}, "subject"),
        ({"sub": 7}, "subject"),
        ({"sub": "a" * 121}, "subject"),
        ({"sub": "a\x00"}, "subject"),
        ({"aud": 7}, "audience"),
        ({"aud": {AUDIENCE: True}}, "audience"),
        ({"exp": 10**400}, "exp"),
        ({"exp": float("nan")}, "exp"),
        ({"exp": float("inf")}, "exp"),
        ({"exp": 253_402_300_799.9999}, "exp"),
        ({"iat": "0"}, "iat"),
    ],
)
async def test_claims_are_checked_one_by_one(claims: dict[str, Any], reason: str | None) -> None:
    checked = verifier().verify(token(Role.CLERK, **claims))
    if reason is None:
        actor, _ = await checked
        assert actor.roles == {Role.CLERK}
        return
    with pytest.raises(Unauthenticated) as refused:
        await checked
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("where", "claims", "roles"),
    [
        ("roles", {"roles": ["clerk", "unheard_of", 7]}, {Role.CLERK}),
        (
            "realm_access.roles",
            {"realm_access": {"roles": ["clerk", "auditor"]}},
            {Role.CLERK, Role.AUDITOR},
        ),
        ("realm_access.roles", {"realm_access": "clerk"}, set()),
        ("realm_access.roles", {}, set()),
        ("roles", {"roles": "coordinator"}, set()),
        ("roles", {"roles": None}, set()),
        ("roles", {"roles": {"clerk": True}}, set()),
        ("roles", {"roles": [["clerk"], {}, None, "clerk"]}, {Role.CLERK}),
        (
            "https://id.ruian.example/roles",
            {"https://id.ruian.example/roles": ["clerk"]},
            {Role.CLERK},
        ),
        (
            "https://id.ruian.example/access.roles",
            {"https://id.ruian.example/access": {"roles": ["clerk"]}},
            {Role.CLERK},
        ),
        (
            "resource_access.diancai.city.roles",
            {"resource_access": {"diancai.city": {"roles": ["clerk"]}}},
            {Role.CLERK},
        ),
        ("a.b", {"a.b": ["clerk"], "a": {"b": ["auditor"]}}, {Role.CLERK}),
        ("a..b", {"a": {"": {"b": ["clerk"]}}}, {Role.CLERK}),
        ("", {"roles": ["clerk"]}, set()),
    ],
)
async def test_roles_stand_where_the_city_says(
    where: str, claims: dict[str, Any], roles: set[Role]
) -> None:
    actor, _ = await verifier(roles_claim=where).verify(token(**claims))
    assert actor.roles == roles


async def test_scopes_that_are_no_text_are_none() -> None:
    actor, _ = await verifier().verify(
        token(Role.CLERK, township_code=["330381125000"], team_code=7, volunteer_no={})
    )
    assert (actor.township_code, actor.team_code, actor.volunteer_no) == (None, None, None)


@pytest.mark.parametrize(
    "text", ["", "a.b", "a.b.c", "高楼.镇.章", "." * 5, "x" * 9000, "e30.e30.e30"]
)
async def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(text)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [
        ("RS256", RSAKey.generate_key(2048, parameters={"kid": "k"}, private=True)),
        ("PS256", RSAKey.generate_key(2048, parameters={"kid": "k"}, private=True)),
        ("ES384", ECKey.generate_key("P-384", parameters={"kid": "k"}, private=True)),
        ("Ed25519", OKPKey.generate_key("Ed25519", parameters={"kid": "k"}, private=True)),
    ],
)
async def test_a_citys_own_provider_may_sign_otherwise(
    algorithm: str, key: Any, tmp_path: Path
) -> None:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    signed = _signed(key, algorithm)
    actor, _ = await verifier(KeySource(ISSUER, file.as_uri())).verify(signed)
    assert actor.subject == "a"


ODD: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.just("at+jwt")
    | st.just("test"),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
CLAIMS = (
    "iss",
    "aud",
    "sub",
    "iat",
    "exp",
    "nbf",
    "roles",
    "township_code",
    "team_code",
    "volunteer_no",
    "sid",
)


@settings(deadline=None, max_examples=300, suppress_health_check=list(HealthCheck))
@given(
    header=st.dictionaries(
        st.sampled_from(["alg", "kid", "typ", "cty", "crit", "b64", "jwk", "x5c"]), ODD, max_size=3
    ),
    claims=st.dictionaries(st.sampled_from(CLAIMS), ODD, max_size=4),
)
@pytest.mark.long
def test_whatever_a_token_says_it_is_taken_or_refused(
    header: dict[str, Any], claims: dict[str, Any]
) -> None:
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": 0, "exp": 4102444800} | claims
    signed = compact({"alg": "ES256", "kid": "test", "typ": "at+jwt"} | header, body)
    try:
        actor, said = asyncio.run(verifier().verify(signed))
    except Unauthenticated:
        return
    assert all(
        isinstance(datetime.fromtimestamp(said[name], UTC), datetime) for name in ("iat", "exp")
    )
    for code in (actor.subject, actor.township_code, actor.team_code, actor.volunteer_no):
        assert code is None or code.encode()


def compact(header: Any, claims: Any) -> str:
    """A JWS (RFC 7515, 7.1) made by hand, for libraries refuse to make odd ones."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, claims)
    ]
    signature = ES256.sign(b".".join(parts), KEY)
    return b".".join([*parts, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


@pytest.mark.parametrize("header", [[], ["alg"], "alg", 7, None, {"alg": ["ES256"]}, {"alg": {}}])
async def test_a_header_that_is_none_is_refused(header: Any) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(compact(header, {}))


@pytest.mark.parametrize("claims", [[], ["exp"], "x", 7, None])
async def test_claims_that_are_none_are_refused(claims: Any) -> None:
    with pytest.raises(Unauthenticated):
        await verifier().verify(compact({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, claims))


@pytest.mark.parametrize("name", ["sub", "iss", "aud", "roles", "township_code"])
async def test_half_a_character_is_no_text(name: str) -> None:
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": 0, "exp": 4102444800} | {
        name: "\ud800"
    }
    checked = verifier().verify(compact({"alg": "ES256", "kid": "test", "typ": "at+jwt"}, body))
    if name in {"sub", "iss", "aud"}:
        with pytest.raises(Unauthenticated):
            await checked
        return
    actor, _ = await checked
    assert not actor.roles
    assert actor.township_code is None


async def test_a_token_nested_without_end_is_refused() -> None:
    deep = base64.urlsafe_b64encode(b'{"a":' * 900 + b"1" + b"}" * 900).decode().rstrip("=")
    for text in (
        f"{deep}.e30.e30",
        f"eyJhbGciOiJFUzI1NiIsImtpZCI6InRlc3QiLCJ0eXAiOiJhdCtqd3QifQ.{deep}.AAAA",
    ):
        with pytest.raises(Unauthenticated):
            await verifier().verify(text)


@pytest.mark.parametrize(
    ("typ", "setting", "claims", "taken"),
    [
        ("at+jwt", "at+jwt", {}, True),
        ("AT+JWT", "at+jwt", {}, True),
        ("application/at+jwt", "at+jwt", {}, True),
        ("JWT", "at+jwt", {}, False),
        (None, "at+jwt", {}, False),
        ("id+jwt", "jwt", {}, False),
        ("logout+jwt", "jwt", {}, False),
        ("dpop+jwt", "jwt", {}, False),
        (["at+jwt"], "jwt", {}, False),
        ("JWT", "jwt", {}, True),
        (None, "jwt", {}, True),
        ("JWT", "jwt", {"nonce": "n"}, False),
        ("JWT", "jwt", {"at_hash": "h"}, False),
        ("JWT", "jwt", {"token_use": "id"}, False),
        ("JWT", "jwt", {"token_use": ["access"]}, False),
        ("JWT", "jwt", {"token_use": "access"}, True),
        ("JWT", "jwt", {"typ": "ID"}, False),
        ("JWT", "jwt", {"typ": "Refresh"}, False),
        ("JWT", "jwt", {"typ": "Bearer", "nonce": "n"}, True),
    ],
)
async def test_only_access_tokens_are_taken(
    typ: Any, setting: str, claims: dict[str, Any], taken: bool
) -> None:
    header = {"alg": "ES256", "kid": "test"} | ({} if typ is None else {"typ": typ})
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": 0, "exp": 4102444800} | claims
    checked = verifier(token_type=setting).verify(compact(header, body))
    if taken:
        assert (await checked)[0].subject == "a"
        return
    with pytest.raises(Unauthenticated) as refused:
        await checked
    assert refused.value.reason == "type"


def _signed(key: Any, algorithm: str) -> str:
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": 0, "exp": 4102444800}
    return jwt.encode(
        {"alg": algorithm, "kid": "k", "typ": "at+jwt"}, claims, key, algorithms=[algorithm]
    )


class Provider:
    """A city's provider: discovery, and keys that change."""

    def __init__(self) -> None:
        self.keys: list[Any] = [KEY]
        self.is_well = True
        self.base = ""
        self.asked: list[str] = []

    @property
    def issuer(self) -> str:
        return f"{self.base}/realm"

    def answer(self, path: str) -> Answer:
        said: dict[str, Any] = {"issuer": self.issuer, "jwks_uri": f"{self.base}/keys"}
        if path == "/keys":
            said = dict(KeySet(self.keys).as_dict(private=False))
        return 200 if self.is_well else 503, json.dumps(said).encode()


@pytest.fixture
def provider() -> Iterator[Provider]:
    provider = Provider()
    with web_server(provider.answer) as server:
        provider.base, provider.asked = f"http://127.0.0.1:{server.port}", server.asked
        yield provider


async def test_keys_are_found_by_discovery_and_asked_for_once(provider: Provider) -> None:
    checks = verifier(KeySource(provider.issuer), issuer=provider.issuer)
    for _ in range(3):
        await checks.verify(token(Role.CLERK, iss=provider.issuer))
    paths = ["/realm/.well-known/openid-configuration", "/keys"]
    assert [
        asked.removeprefix(provider.base.removeprefix("http://")) for asked in provider.asked
    ] == paths


async def test_a_new_key_is_taken_and_one_that_is_gone_is_not(provider: Provider) -> None:
    checks = verifier(KeySource(provider.issuer), issuer=provider.issuer)
    await checks.verify(token(Role.CLERK, iss=provider.issuer))
    second = ECKey.generate_key("P-256", parameters={"kid": "second"}, private=True)
    provider.keys = [second]

    async def accepted() -> bool:
        try:
            await checks.verify(
                token(Role.CLERK, key=second, header={"kid": "second"}, iss=provider.issuer)
            )
        except Unauthenticated:
            return False  # just asked: an unknown key makes it ask again, but not at once
        return True

    await until(accepted)
    with pytest.raises(Unauthenticated) as refused:
        await checks.verify(token(Role.CLERK, iss=provider.issuer))
    assert refused.value.reason == "key"


async def test_unknown_keys_do_not_make_a_flood_of_questions(provider: Provider) -> None:
    checks = verifier(KeySource(provider.issuer), issuer=provider.issuer)
    for number in range(50):
        with pytest.raises(Unauthenticated):
            await checks.verify(
                token(Role.CLERK, header={"kid": f"unknown-{number}"}, iss=provider.issuer)
            )
    assert len(provider.asked) <= 4


async def test_a_provider_that_is_away_keeps_nobody_out_who_was_known(provider: Provider) -> None:
    keys = KeySource(provider.issuer)
    checks = verifier(keys, issuer=provider.issuer)
    provider.is_well = False
    with pytest.raises(KeysUnavailable):
        await checks.verify(token(Role.CLERK, iss=provider.issuer))
    provider.is_well = True
    await checks.verify(token(Role.CLERK, iss=provider.issuer))
    provider.is_well = False
    actor, _ = await checks.verify(token(Role.CLERK, iss=provider.issuer))
    assert actor.roles == {Role.CLERK}
