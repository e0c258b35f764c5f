"""Bodies and answers about volunteers. Answers are masked; a clear value is asked for one by one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.catalog.volunteers.domain import PersonalField, Purpose
from shared.http.inputs import PERSONAL, Answer, AuditedText, Body, Code, Moment

Personal = Annotated[SecretStr, Field(min_length=1, max_length=80, json_schema_extra=PERSONAL)]
"""A personal value as typed. It shows in no log, and in no error."""


class VolunteerBody(Body):
    team_code: Code
    name: Personal
    phone: Annotated[Personal, Field(description="a mainland mobile or landline number")]
    identity: Annotated[
        Personal | None, Field(description="citizen identity number, where insurance needs it")
    ] = None
    consent_at: Annotated[Moment, Field(description="when the person agreed")]
    consent_version: Annotated[
        Code, Field(description="which text about the purpose the person agreed to")
    ]


class CorrectionBody(Body):
    """What is left out stays as it is."""

    team_code: Code | None = None
    active: Annotated[bool | None, Field(description="false: has left the team")] = None
    name: Personal | None = None
    phone: Personal | None = None
    identity: Personal | None = None


class RevealBody(Body):
    field: PersonalField
    purpose: Purpose
    reason: AuditedText


class ErasureBody(Body):
    reason: Annotated[
        AuditedText | None, Field(description="needed unless the person asks in person")
    ] = None


class VolunteerAnswer(Answer):
    no: str
    team_code: str
    state: Literal["active", "left", "erased"]
    name: Annotated[str | None, Field(description="masked: 张*")]
    phone: Annotated[str | None, Field(description="masked: 138****5678")]
    identity: Annotated[str | None, Field(description="masked: 3303**********1234")]
    consent_at: datetime
    consent_version: str


class RevealAnswer(Answer):
    field: PersonalField
    value: str


class PersonRequestAnswer(Answer):
    """``answers`` are the services that are done, with how many records; ``awaited`` those that are not."""

    id: str
    volunteer_no: str
    purpose: Literal["export", "erasure"]
    requested_at: datetime
    answers: dict[str, int]
    awaited: list[str]
