"""The scenes of the operations on campaigns."""

from collections.abc import Mapping
from typing import Any

from shared.kernel.access import Scope
from tests.access.scene import PathFill, Place, Scene


def _campaign(place: Place, scope: Scope) -> dict[str, Any]:
    return {
        "name": "红七月、服务月",
        "name_en": "Red July, Month of Service",
        "starts_on": "2014-06-27",
        "ends_on": "2014-07-16",
        "themes": [
            {"name": "志愿服务月", "name_en": "Volunteer Month", "item_codes": [place["item"]]}
        ],
    }


SCENES: Mapping[str, Scene] = {
    "PUT /campaigns/{code}": Scene(body=_campaign),
    "GET /campaigns": Scene(),
    "GET /campaigns.xlsx": Scene(),
    "GET /campaigns/{code}": Scene(),
    "POST /campaigns/{code}/close": Scene(),
    "POST /campaigns/{code}/reopen": Scene(),
}
PATHS: Mapping[str, PathFill] = {"campaigns/code": lambda p, s: "hongqiyue-2014"}
