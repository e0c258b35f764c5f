"""Addresses of pages that people enter."""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from shared.http.inputs import Text

_LINK = re.compile(r"https?://[^\s/]+\S*")


def _link(value: str) -> str:
    if not _LINK.fullmatch(value):
        raise PydanticCustomError("link_malformed", "no address of a page")
    return value


Link = Annotated[Text, AfterValidator(_link)]
"""The address of a page. It stays with the service that it was given to, and nothing opens it there."""
