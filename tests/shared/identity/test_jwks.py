"""A foreign JWK Set: each entry on its own, chosen as RFC 7517 says."""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from structlog.testing import capture_logs

from shared.identity.jwks import KeyUnusable, read_key, read_key_set
from shared.identity.keys import KeySource
from shared.identity.tokens import TokenVerifier
from shared.kernel.errors import Unauthenticated
from tests.shared.identity.test_tokens import NOW, SECONDS, verifier
from tests.support.tokens import AUDIENCE, ISSUER

GOOD = ECKey.generate_key("P-256", parameters={"kid": "good"}, private=True)
OTHER = ECKey.generate_key("P-256", parameters={"kid": "good"}, private=True)
RSA = RSAKey.generate_key(2048, parameters={"kid": "good"}, private=True)
SHORT_RSA = {"kty": "RSA", "kid": "short", "e": "AQAB", "n": "A" * 171}


def public(key: Any, **changed: Any) -> dict[str, Any]:
    return dict(key.as_dict(private=False)) | changed


BAD: list[Any] = [
    None,
    7,
    "key",
    [],
    {},
    {"kty": "XYZ", "kid": "x"},
    {"kty": ["EC"], "kid": "x"},
    {"kty": "AKP", "alg": "ML-DSA-44", "kid": "x", "pub": "AAAA"},
    {"kty": "EC", "crv": "P-999", "kid": "x", "x": "AAAA", "y": "AAAA"},
    {"kty": "EC", "crv": {}, "kid": "x", "x": "AAAA", "y": "AAAA"},
    {"kty": "EC", "crv": "P-256", "kid": "x"},
    {"kty": "EC", "crv": "P-256", "kid": "x", "x": "AAAA", "y": "AAAA"},
    {"kty": "EC", "crv": "P-256", "kid": "x", "x": 7, "y": None},
    {"kty": "EC", "crv": "P-256", "kid": "x", "x": "语", "y": "***"},
    {"kty": "EC", "crv": "secp256k1", "kid": "x", "x": "AAAA", "y": "AAAA"},
    {"kty": "OKP", "crv": "X25519", "kid": "x", "x": public(OKPKey.generate_key("X25519"))["x"]},
    {"kty": "RSA", "kid": "x", "n": "", "e": ""},
    dict(OctKey.generate_key(256, parameters={"kid": "x"}).as_dict(private=True)),
    SHORT_RSA,
    public(OTHER, kid="x", use="enc"),
    public(OTHER, kid="x", use=["sig"]),
    public(OTHER, kid="x", key_ops=["deriveKey"]),
    public(OTHER, kid="x", key_ops="verify"),
    public(OTHER, kid="x", alg="ES384"),
    public(OTHER, kid="x", alg="ECDH-ES"),
    public(OTHER, kid="x", alg=256),
    public(OTHER, kid=["good"]),
    public(OTHER, kid="x", exp="soon"),
]


def source(tmp_path: Path, *entries: Any) -> KeySource:
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": entries}), "utf-8")
    return KeySource(ISSUER, file.as_uri())


def signed(
    key: Any = GOOD, algorithm: str = "ES256", kid: str | None = "good", **claims: Any
) -> str:
    header = {"alg": algorithm, "typ": "at+jwt"} | ({"kid": kid} if kid is not None else {})
    body = {"iss": ISSUER, "aud": AUDIENCE, "sub": "a", "iat": 0, "exp": 4102444800} | claims
    return jwt.encode(header, body, key, algorithms=[algorithm])


async def subject(checks: TokenVerifier, token: str) -> str:
    return (await checks.verify(token))[0].subject


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
async def test_one_bad_entry_spoils_none_beside_it(bad: Any, tmp_path: Path) -> None:
    for number, entries in enumerate(([bad, public(GOOD)], [public(GOOD), bad])):
        keys = source(tmp_path, *entries)
        (warning,) = await keys.read()
        assert f"entry {number}" in warning
        assert await subject(verifier(keys), signed()) == "a"
    with pytest.raises(KeyUnusable):
        read_key(bad)


async def test_what_is_left_out_is_named_once(tmp_path: Path) -> None:
    keys = source(tmp_path, {"kty": "EC", "crv": "P-999", "kid": "2031-pq"}, public(GOOD))
    named = "entry 0 (kid '2031-pq'): its curve is 'P-999'"
    with capture_logs() as logged:
        assert await keys.read() == [named]
        assert await keys.read() == [named]
    assert [(line["log_level"], line["key"]) for line in logged] == [("warning", named)]


async def test_an_id_that_stands_twice_is_told_apart_by_use_and_algorithm(tmp_path: Path) -> None:
    twice = source(tmp_path, public(RSA, use="enc"), public(RSA, alg="PS256"), public(GOOD))
    assert await subject(verifier(twice), signed()) == "a"
    assert await subject(verifier(twice), signed(RSA, "PS256")) == "a"
    with pytest.raises(Unauthenticated):
        await subject(verifier(twice), signed(RSA, "RS256"))


async def test_two_keys_with_one_id_are_both_tried(tmp_path: Path) -> None:
    twice = source(tmp_path, public(OTHER), public(GOOD))
    assert "'good' stands for 2 keys" in (await twice.read())[0]
    for key in (GOOD, OTHER):
        assert await subject(verifier(twice), signed(key)) == "a"


async def test_a_token_without_an_id_is_taken_if_one_key_fits(tmp_path: Path) -> None:
    nameless = {name: value for name, value in public(GOOD).items() if name != "kid"}
    one = source(tmp_path, nameless, public(RSA, kid="other"))
    assert await subject(verifier(one), signed(kid=None)) == "a"
    assert await subject(verifier(one), signed(RSA, "RS256", kid=None)) == "a"
    two = source(tmp_path, public(GOOD), public(OTHER, kid="other"))
    with pytest.raises(Unauthenticated) as refused:
        await subject(verifier(two), signed(kid=None))
    assert refused.value.reason == "key"


async def test_a_token_that_names_a_key_needs_that_key(tmp_path: Path) -> None:
    with pytest.raises(Unauthenticated):
        await subject(verifier(source(tmp_path, public(GOOD))), signed(kid="another"))


async def test_a_key_has_an_end(tmp_path: Path) -> None:
    keys = source(tmp_path, public(GOOD, exp=SECONDS + 60), public(OTHER, kid="other"))
    now = [NOW]
    said: dict[str, Any] = {
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "skew_seconds": 0,
        "roles_claim": "roles",
    }
    checks = TokenVerifier(keys, lambda: now[0], **said)
    token = signed()
    assert await subject(checks, token) == "a"
    now[0] = NOW.fromtimestamp(SECONDS + 60, NOW.tzinfo)
    with pytest.raises(Unauthenticated) as refused:
        await subject(checks, token)  # though its signature was found good before
    assert refused.value.reason == "key"


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": []}, {"keys": [7]}, "x"])
def test_a_set_without_a_key_is_none(document: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_key_set(document)


ODD: Any = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.lists(st.text(max_size=3))
)
MEMBERS = ("kty", "crv", "x", "y", "n", "e", "d", "kid", "use", "key_ops", "alg", "exp")


@settings(
    deadline=None, suppress_health_check=list(HealthCheck)
)  # on a machine that does much else
@given(
    st.dictionaries(
        st.sampled_from(MEMBERS), ODD | st.sampled_from(["EC", "RSA", "OKP", "P-256", "Ed25519"])
    ),
    st.sampled_from([public(GOOD), public(RSA), {}]),
)
def test_any_entry_is_a_key_or_is_left_out(changed: dict[str, Any], whole: dict[str, Any]) -> None:
    with suppress(KeyUnusable):
        assert read_key(whole | changed).algorithms
