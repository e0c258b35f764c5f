"""What every published event has in common."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

EventType = str
DayPart = Literal["morning", "afternoon"]
TownshipCode = Annotated[str, StringConstraints(pattern=r"^[0-9]{12}$")]
"""The 12-digit division code of the National Bureau of Statistics."""


ReasonCode = Annotated[str, StringConstraints(pattern=r"^[a-z]+(?:[._][a-z]+)*$", max_length=40)]
"""Why, as one of the codes that its publisher's domain lists; notify's locale files say them in words. What somebody
typed stays with the service that it was typed into. A consumer takes codes that it does not know yet."""


class Event(BaseModel):
    """A fact that a service publishes. ``type`` is derived from where and what the class is: module ``catalog``, class
    ``TeamRegistered`` give ``catalog.team_registered.v1``, and a class ``TeamRegisteredV2`` beside it
    ``catalog.team_registered.v2``. An ``abstract`` one only lends its fields.

    Unknown fields are ignored, so that a consumer of version N reads what N+1 of a publisher sends.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: ClassVar[EventType]
    publisher: ClassVar[str]
    version: ClassVar[int]
    abstract: ClassVar[bool] = True

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.abstract = abstract
        cls.publisher = cls.__module__.rsplit(".", 1)[-1]
        fact, version = _split(cls.__name__)
        cls.version = version
        past_tense = re.sub(r"(?<!^)(?=[A-Z])", "_", fact).lower()
        cls.type = f"{cls.publisher}.{past_tense}.v{version}"


def _split(name: str) -> tuple[str, int]:
    """A class's name without its version, and the version: 1 where the name has none."""
    versioned = re.fullmatch(r"(.+[a-z])V([2-9]|[1-9][0-9])", name)
    return (versioned[1], int(versioned[2])) if versioned else (name, 1)


class PersonAnswer(Event, abstract=True):
    """A service's answer to what catalog asked about a person; ``records`` is how many it concerned."""

    volunteer_no: str
    request_id: str
    records: int


class TaskHolderChange(Event, abstract=True):
    """A task that coordinators share went from one to another, who is to be told. ``told_id`` is that account,
    ``by_id`` the one that did it, both by their pseudonymous ids. ``until_on`` is the last day of a delegation."""

    code: str
    about: str
    step: Literal["handed_over", "taken_over", "given_back"]
    told_id: str
    by_id: str
    until_on: date | None = None


class Point(BaseModel):
    """A place on the map, WGS-84 degrees."""

    model_config = ConfigDict(frozen=True)

    lat: float
    lon: float
