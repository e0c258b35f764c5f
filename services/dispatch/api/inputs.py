"""Query parameters that dispatch's lists have alike."""

from typing import Annotated

from fastapi import Query

from shared.http.inputs import Typed

After = Annotated[str | None, Query(max_length=40, description="key to begin behind"), Typed]
Limit = Annotated[int, Query(ge=1, le=500)]
Filter = Annotated[str | None, Query(max_length=80), Typed]
