"""Public stops as GeoJSON (RFC 7946), for maps."""

from datetime import date
from typing import Literal

from shared.http.inputs import Answer


class StopPoint(Answer):
    """Longitude and latitude in degrees (WGS 84), in this order."""

    type: Literal["Point"] = "Point"
    coordinates: tuple[float, float]


class StopItem(Answer):
    code: str
    name: str
    name_en: str


class StopProperties(Answer):
    """What is public of a stop: no reasons, figures or persons."""

    township_code: str
    township_name: str
    township_name_en: str
    place: str
    on: date
    part: Literal["morning", "afternoon"]
    state: Literal["planned", "under_way", "completed"]
    items: list[StopItem]


class StopFeature(Answer):
    """A stop. ``id`` stays the same when it moves; calendars call it the same."""

    type: Literal["Feature"] = "Feature"
    id: str
    geometry: StopPoint
    properties: StopProperties


class StopFeatures(Answer):
    """Stops that were announced and not called off, in the order of time."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: list[StopFeature]
