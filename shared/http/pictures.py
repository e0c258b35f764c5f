"""Answers that are pictures: whatever a file holds, a browser runs nothing of it on our origin."""

from fastapi import Response

from shared.http.downloads import SAFE

FOR_ANYBODY = SAFE | {"Cache-Control": "public, max-age=31536000, immutable"}
"""A picture's address never shows another one."""
FOR_WHOEVER_ASKED = SAFE | {"Cache-Control": "private, max-age=3600"}


class AnyPicture(Response):
    """An answer that is a picture."""

    media_type = "image/*"
