"""Files that come with a request or an answer: what they are called, and what a browser may do with them."""

from typing import Annotated, Literal
from urllib.parse import quote, unquote

from fastapi import Header, Response
from pydantic import AfterValidator

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
"""With these a browser runs nothing of a file on our origin, whatever it holds."""
NOT_KEPT = SAFE | {"Cache-Control": "private, no-store"}
"""No browser keeps it, for whoever asks again may see it no more."""


def _decoded(said: str) -> str:
    return unquote(said, errors="surrogateescape")  # what is no UTF-8 is refused as unreadable


SentName = Annotated[
    str,
    Header(
        alias="File-Name",
        min_length=1,
        max_length=2000,
        description="what the file is called, percent-encoded UTF-8; in no address, for it may name a person",
    ),
    AfterValidator(_decoded),
]


class AnyFile(Response):
    """An answer that is somebody's file."""

    media_type = "application/octet-stream"


def disposition(how: Literal["inline", "attachment"], plain: str, name: str) -> dict[str, str]:
    """Returns the header with which a file is shown or kept (RFC 6266): as ``name``, in whatever script (RFC 8187),
    and as ``plain``, in ASCII, by programs that do not read that."""
    said = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": said}
