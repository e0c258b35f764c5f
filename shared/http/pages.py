"""The console's files as the embedded mode serves them: the page and what it loads, and nothing else of the folder."""

import re
from os import PathLike, stat_result

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

PAGE_FILE = re.compile(r"([a-z0-9-]+\.(html|js|css|svg)|locales/[A-Za-z-]+\.json)")
"""Which files are served, as in ``deploy/nginx/nginx.conf.template``: a dot stands before the suffix alone, so that
neither ``eslint.config.js`` nor a hidden file is one."""

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
    " img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
"""``no-cache``: browsers ask each time, and get 304 when nothing changed."""


class PageFiles(StaticFiles):
    """Serves the files of a folder whose names are on the list, ``index.html`` for the folder itself."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """:raises HTTPException: 404 for whatever is not on the list, whether it exists or not."""
        if path != "." and not PAGE_FILE.fullmatch(path):
            raise HTTPException(404)
        return await super().get_response("index.html" if path == "." else path, scope)

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
