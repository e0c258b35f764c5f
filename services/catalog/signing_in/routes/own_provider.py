"""The identity provider, for operations that exist only where this system keeps its own accounts."""

from typing import Annotated

from fastapi import Depends

from services.catalog.signing_in.use_cases.provider import Provider, require_own_provider
from shared.http.inputs import AppState


def _provider(state: AppState) -> Provider:
    return require_own_provider(state.provider)


OwnProvider = Annotated[Provider, Depends(_provider)]
