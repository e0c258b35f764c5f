"""The language in which codes are said to the reader."""

from typing import Annotated

from fastapi import Depends, Request

from services.dispatch.plans.queries.wording import Speech
from shared.http.texts import preferred_language


def _speech(request: Request) -> Speech:
    return Speech(request.app.state.texts, preferred_language(request.headers.get("accept-language")))


Spoken = Annotated[Speech, Depends(_speech)]
