"""What a route declares in its OpenAPI operation: security scheme, row of the policy, and possible
refusals.
"""

from typing import Any

from shared.http.problems import responses

SCHEME = "oidc"
IGNORES_UNKNOWN = "x-ignores-unknown-parameters"
"""Set for operations whose protocol asks that unknown query parameters be ignored (RFC 6749, 3.1).
"""
TAKES_FILE = "x-takes-file"
"""The OpenAPI extension of an operation whose body is a file, which may be longer than other bodies."""
PROBE = "probe"
"""The action of the health checks."""
ACTION = "x-action"
"""The OpenAPI extension that names an operation's row in the policy table of its service."""


def secured(action: str, *refusals: int) -> dict[str, Any]:
    """Returns the keyword arguments of a route that needs an account.

    ``action`` names its row in the service's policy. ``refusals`` are status codes besides those
    that all such operations have.
    """
    return {
        "responses": responses(401, 403, 422, 429, 503, *refusals),
        "openapi_extra": {"security": [{SCHEME: []}], ACTION: action},
    }


def public(action: str, *refusals: int) -> dict[str, Any]:
    """Returns the keyword arguments of a route that anybody may use. The policy must list
    ``action`` as public.
    """
    return {
        "responses": responses(422, 429, 503, *refusals),
        "openapi_extra": {"security": [], ACTION: action},
    }


def taking_file(route: dict[str, Any]) -> dict[str, Any]:
    """Marks a route of :func:`secured` or :func:`public`: its body is a file, whatever its type."""
    content = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    body = {"requestBody": {"required": True, "content": content}}
    route["openapi_extra"] |= body | {TAKES_FILE: True}
    return route


def ignoring_unknown(route: dict[str, Any]) -> dict[str, Any]:
    """Marks a route of :func:`secured` or :func:`public`: it ignores query parameters that it does
    not know.
    """
    route["openapi_extra"][IGNORES_UNKNOWN] = True
    return route
