"""HTTP answers about townships, teams and items."""

from typing import Literal

from shared.http.inputs import Answer


class CopyAnswer(Answer):
    code: str
    name: str
    name_en: str


class TownshipAnswer(CopyAnswer):
    lat: float
    lon: float


class TeamAnswer(CopyAnswer):
    members: int
    area: list[str]
    state: Literal["active", "retired"]


class ItemAnswer(CopyAnswer):
    teams: list[str]
