"""Addresses of pages that people enter."""

from typing import Annotated

from pydantic import BeforeValidator, StringConstraints


def _pasted(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


Link = Annotated[
    str,
    StringConstraints(max_length=500, pattern=r"^https?://[^\s/]+\S*$"),
    BeforeValidator(_pasted),
]
"""The address of a page. It stays with the service that it was given to, and nothing opens it there."""
