"""What an Excel file says of each campaign."""

from collections.abc import Sequence
from typing import Any

from shared.http.exports import Fields, Sheet
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork


async def _themes_of(_uow: UnitOfWork, campaigns: Sequence[Any], wording: Wording) -> list[Fields]:
    return [
        {
            "themes": wording.listed(
                wording.named(theme.name, theme.name_en) for theme in campaign.themes
            )
        }
        for campaign in campaigns
    ]


CAMPAIGNS = Sheet(
    "campaigns",
    {
        "code": 24,
        "name": 30,
        "name_en": 30,
        "starts_on": 12,
        "ends_on": 12,
        "themes": 40,
        "state": 12,
    },
    words={"state": "states.campaign"},
    complete=_themes_of,
)
