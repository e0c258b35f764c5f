"""The console as the embedded mode serves it: what ``make web`` built, and the same page at each of its addresses."""

import re
from os import PathLike, stat_result

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSET = re.compile(r"assets/[A-Za-z0-9_-]+\.[a-z0-9]+")
FILE = re.compile(r"[a-z0-9-]+\.(svg|webmanifest|js)")
ADDRESS = re.compile(r"(?!(api|gateway|assets|metrics)(/|$))[A-Za-z0-9_/-]*")
"""Addresses within the console have no dot, and none begins as a service's or the gateway's."""

PAGE = "index.html"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
"""``no-cache``: browsers ask each time, and get 304 when nothing changed."""

FOR_EVER = "public, max-age=31536000, immutable"
"""For files that are named by the hash of what they hold."""


class ConsoleFiles(StaticFiles):
    """Serves the files of a built console, and its page at every other address that may be one of
    its own; the page itself says when there is none.

    The same rules stand in ``deploy/nginx/nginx.conf.template``.
    """

    async def get_response(self, path: str, scope: Scope) -> Response:
        """:raises HTTPException: 404 for whatever is not the console's."""
        if ASSET.fullmatch(path):
            response = await super().get_response(path, scope)
            response.headers["Cache-Control"] = FOR_EVER
            return response
        if FILE.fullmatch(path):
            return await super().get_response(path, scope)
        if path != "." and not ADDRESS.fullmatch(path):
            raise HTTPException(404)
        return await super().get_response(PAGE, scope)

    def file_response(
        self,
        full_path: str | PathLike[str],
        stat_result: stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers.update(HEADERS)
        return response
