"""Bodies and answers about the directory."""

from typing import Annotated, Literal

from pydantic import Field

from shared.http.inputs import Answer, Body, Code, Name


class EntryBody(Body):
    name: Name
    name_en: Name


class EntryAnswer(Answer):
    code: str
    name: str
    name_en: str


class TownshipBody(EntryBody):
    lat: Annotated[float, Field(ge=-90, le=90, description="degrees, WGS-84")]
    lon: Annotated[float, Field(ge=-180, le=180, description="degrees, WGS-84")]


class TownshipAnswer(EntryAnswer):
    lat: float
    lon: float


class TeamBody(EntryBody):
    agency_code: Code
    members: Annotated[int, Field(ge=1, le=10_000, description="volunteers it can send at once")]


class TeamAnswer(EntryAnswer):
    agency_code: str
    members: int
    state: Literal["active", "retired"]
