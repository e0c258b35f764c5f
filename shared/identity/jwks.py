"""The keys of a JWK Set (RFC 7517). Each is read on its own, so that an unusable one does not
affect the others.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, OKPKey, RSAKey

ALGORITHMS = ("ES256", "ES384", "RS256", "PS256", "Ed25519", "EdDSA")
"""Asymmetric ones only: no ``none``, and no HMAC that a public key could be passed off as."""

SHORTEST_RSA_BITS = 2048  # RFC 7518, 3.3

_RSA = ("RS256", "PS256")
_CURVES = {"P-256": ("ES256",), "P-384": ("ES384",), "Ed25519": ("Ed25519", "EdDSA")}
_TYPES: dict[str, tuple[type[ECKey] | type[RSAKey] | type[OKPKey], tuple[str, ...]]] = {
    "EC": (ECKey, ("crv", "x", "y")),
    "OKP": (OKPKey, ("crv", "x")),
    "RSA": (RSAKey, ("n", "e")),
}


class KeyUnusable(ValueError):
    """An entry is not a usable signature key; the text says why, and contains nothing of the key."""


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A public key for signatures.

    ``ends_at`` (seconds since 1970) is the ``exp`` of OpenID Federation 1.0, 8.7.2: from then on
    its signatures are no longer valid. None: they are valid as long as it is published.
    """

    key: Key
    kid: str | None
    algorithms: frozenset[str]
    ends_at: float | None = None

    def fits(self, algorithm: str, now: float) -> bool:
        return algorithm in self.algorithms and (self.ends_at is None or now < self.ends_at)


class PublishedKeys:
    """The usable keys of a set, found by id and algorithm."""

    def __init__(self, keys: Iterable[PublishedKey] = ()) -> None:
        self._keys = tuple(keys)
        self._by_kid: dict[str | None, tuple[PublishedKey, ...]] = {}
        for key in self._keys:
            self._by_kid[key.kid] = (*self._by_kid.get(key.kid, ()), key)

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, kid: str | None, algorithm: str, now: float) -> tuple[PublishedKey, ...]:
        """Returns the keys that may have signed a token.

        Several have one id when a provider assigns ids twice. A token without an id is accepted
        when exactly one key fits (by RFC 7515, 4.1.4 the id is optional).
        """
        if kid is not None:
            return tuple(key for key in self._by_kid.get(kid, ()) if key.fits(algorithm, now))
        fitting = tuple(key for key in self._keys if key.fits(algorithm, now))
        return fitting if len(fitting) == 1 else ()


def read_key_set(document: object) -> tuple[PublishedKeys, list[str]]:
    """Returns the usable keys of a set, and a warning for each entry that is left out or has
    another's id.

    :raises ValueError: this is no JWK Set, or none of its keys can be used.
    """
    entries = document.get("keys") if isinstance(document, Mapping) else None
    if not isinstance(entries, list):
        raise ValueError("this is not a JWK Set: it has no list of keys (RFC 7517, 5)")
    found: list[PublishedKey] = []
    warnings: list[str] = []
    for number, entry in enumerate(entries):
        try:
            found.append(read_key(entry))
        except KeyUnusable as error:
            warnings.append(f"entry {number} {_named(entry)}: {error}")
    warnings += _named_twice(found)
    if not found:
        raise ValueError("; ".join(warnings) or "the JWK Set is empty")
    return PublishedKeys(found), warnings


def read_key(entry: object) -> PublishedKey:
    """Returns the key of one entry, by its ``kty``, ``use``, ``key_ops`` and ``alg`` (RFC 7517, 4).

    Its private part, if it has one, is ignored.

    :raises KeyUnusable: it is not for checking signatures here.
    """
    if not isinstance(entry, Mapping):
        raise KeyUnusable("is no object")
    kind, members = _type_of(entry)
    kid = entry.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise KeyUnusable("its kid is no text")
    use, operations = entry.get("use"), entry.get("key_ops")
    if use not in (None, "sig"):
        raise KeyUnusable(f"its use is {_short(use)}, not sig")
    needed = (
        {"verify", "sign"} if "d" in entry else {"verify"}
    )  # a file of private keys signs with them, too
    if operations is not None and not (
        isinstance(operations, list) and needed & _texts(operations)
    ):
        raise KeyUnusable("its key_ops leave out verify")
    if kind is RSAKey:
        _check_size(entry.get("n"))
    try:
        key = kind.import_key({"kty": entry["kty"]} | {name: entry[name] for name in members})
        key.get_op_key("verify")  # a point that is not on the curve shows here
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise KeyUnusable(f"its values make no key ({type(error).__name__})") from None
    return PublishedKey(key, kid, _algorithms(entry, key), _end_of(entry))


def _type_of(
    entry: Mapping[Any, Any],
) -> tuple[type[ECKey] | type[RSAKey] | type[OKPKey], tuple[str, ...]]:
    kty, crv = entry.get("kty"), entry.get("crv")
    if not isinstance(kty, str) or kty not in _TYPES:
        raise KeyUnusable(f"its kty is {_short(kty)}")
    if kty != "RSA" and (not isinstance(crv, str) or crv not in _CURVES):
        raise KeyUnusable(f"its curve is {_short(crv)}")
    return _TYPES[kty]


def _check_size(modulus: object) -> None:
    bits = (
        6 * len(modulus.rstrip("=")) if isinstance(modulus, str) else 0
    )  # base64url: six bits a character
    if bits < SHORTEST_RSA_BITS:
        raise KeyUnusable(f"it has {bits} bits, fewer than {SHORTEST_RSA_BITS}")


def _algorithms(entry: Mapping[Any, Any], key: Key) -> frozenset[str]:
    possible = frozenset(_RSA if isinstance(key, RSAKey) else _CURVES[entry["crv"]])
    named = entry.get("alg")
    if named is None:
        return possible
    if not isinstance(named, str) or named not in possible:
        raise KeyUnusable(f"its alg is {_short(named)}")
    return (
        possible if named in {"EdDSA", "Ed25519"} else frozenset({named})
    )  # one algorithm, two names (RFC 9864)


def _end_of(entry: Mapping[Any, Any]) -> float | None:
    end = entry.get("exp")
    if end is None:
        return None
    if isinstance(end, bool) or not isinstance(end, (int, float)) or math.isnan(end):
        raise KeyUnusable("its exp is no moment")
    return min(end, 1e12)


def _named_twice(keys: Iterable[PublishedKey]) -> Iterator[str]:
    for kid, count in Counter(key.kid for key in keys if key.kid is not None).items():
        if count > 1:
            yield f"kid {_short(kid)} stands for {count} keys; each of them is tried"


def _named(entry: object) -> str:
    return f"(kid {_short(entry.get('kid'))})" if isinstance(entry, Mapping) else ""


def _texts(values: list[Any]) -> set[str]:
    return {value for value in values if isinstance(value, str)}


def _short(value: object) -> str:
    return repr(value)[:40]
