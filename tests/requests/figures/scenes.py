"""The scenes of the operations on a campaign's figures."""

from collections.abc import Mapping

from tests.access.scene import Scene

SCENES: Mapping[str, Scene] = {
    "GET /campaigns/{campaign_id}/figures": Scene(),
    "GET /campaigns/{campaign_id}/figures.xlsx": Scene(),
    "GET /open/campaigns/{campaign_id}/figures": Scene(),
}
