"""Files that an answer brings: under which name a browser keeps them."""

from typing import Literal
from urllib.parse import quote


def disposition(how: Literal["inline", "attachment"], plain: str, name: str) -> dict[str, str]:
    """Returns the header with which a file is shown or kept (RFC 6266): as ``name``, in whatever script (RFC 8187),
    and as ``plain``, in ASCII, by programs that do not read that."""
    said = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    return {"Content-Disposition": said}
