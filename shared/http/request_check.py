"""The checks with which every operation begins."""

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from shared.http.openapi import IGNORES_UNKNOWN
from shared.kernel.errors import InvalidInput, Reason

LONGEST_SHOWN = 60


async def check_request(request: Request) -> None:
    """Counts the request against the limit of its address, and refuses unknown query parameters.

    A misspelt filter must not return everything.

    :raises TooMany: see :mod:`shared.http.limits`.
    :raises InvalidInput: its reasons are ``unknown_parameter`` and ``parameter_twice``, one for
    each.
    """
    await request.app.state.authenticator.count_request(request)
    if query := request.scope["query_string"]:
        _check_query(request.scope["route"], query.decode("latin-1"))


def _check_query(route: APIRoute, query: str) -> None:
    if (route.openapi_extra or {}).get(IGNORES_UNKNOWN):
        return
    known, repeatable = _parameters(route)
    given = Counter(name for name, _ in parse_qsl(query, keep_blank_values=True))
    wrong = [_unknown(name, known) for name in given if name not in known]
    wrong += [
        Reason("parameter_twice", _shown(name), {"name": name})
        for name, count in given.items()
        if count > 1 and name in known - repeatable
    ]
    if wrong:
        names = ", ".join(each.where for each in wrong)
        raise InvalidInput("parameters_refused", field=wrong[0].where, names=names).because(wrong)


def _unknown(name: str, known: frozenset[str]) -> Reason:
    """Names the parameter that was probably meant, or all that exist."""
    near = get_close_matches(name.lower(), known, n=1)
    names = ", ".join(near or sorted(known)) or "-"
    return Reason("unknown_parameter", _shown(name), {"name": _shown(name), "known": names})


def _shown(name: str) -> str:
    return name[:LONGEST_SHOWN]


def _parameters(route: APIRoute) -> tuple[frozenset[str], frozenset[str]]:
    """Returns the query parameters of an operation, and those among them that may be repeated."""
    fields = [field for part in _parts(route.dependant) for field in part.query_params]
    several = {field.alias for field in fields if _takes_several(field.field_info.annotation)}
    return frozenset(field.alias for field in fields), frozenset(several)


def _parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for dependency in dependant.dependencies:
        yield from _parts(dependency)


def _takes_several(annotation: object) -> bool:
    kind = getattr(annotation, "__origin__", annotation)
    return kind in (list, set, frozenset, tuple)
