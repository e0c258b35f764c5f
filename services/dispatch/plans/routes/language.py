"""The language in which codes are said to the reader."""

from typing import Annotated

from fastapi import Depends, Request

from services.dispatch.plans.queries.wording import Localizer
from shared.http.texts import preferred_language


def _localizer(request: Request) -> Localizer:
    return Localizer(
        request.app.state.texts, preferred_language(request.headers.get("accept-language"))
    )


ReadersLocalizer = Annotated[Localizer, Depends(_localizer)]
