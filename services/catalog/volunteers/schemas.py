"""Bodies and answers about volunteers. Answers are masked; a clear value is asked for one by one."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from services.catalog.volunteers.domain import (
    Consent,
    PersonalField,
    Purpose,
    RevokeReason,
)
from shared.http.inputs import (
    PERSONAL,
    Answer,
    AuditedText,
    Body,
    Code,
    Day,
    Moment,
    Name,
    ReasonBody,
)

Personal = Annotated[SecretStr, Field(min_length=1, max_length=80, json_schema_extra=PERSONAL)]
"""A personal value as typed. It shows in no log, and in no error."""


BirthDay = Annotated[
    Personal | None,
    Field(description="YYYY-MM-DD, of minors; of others it is not kept"),
]
GuardianDay = Annotated[Day | None, Field(description="when a minor's guardian agreed")]


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
    novice_until: Annotated[
        Day | None, Field(description="until then beside someone with experience")
    ] = None
    born_on: BirthDay = None
    guardian_consent_on: GuardianDay = None


class ServiceBody(Body):
    """What matters of a volunteer for the work; it replaces what was noted, but for a day of birth."""

    skills: Annotated[
        list[Code], Field(default_factory=list, max_length=20, description="codes of categories")
    ]
    consents: Annotated[list[Consent], Field(default_factory=list, max_length=2)]
    agreement_until: Annotated[
        Day | None, Field(description="until when a written agreement holds")
    ] = None
    novice_until: Annotated[
        Day | None, Field(description="until then beside someone with experience")
    ] = None
    born_on: BirthDay = None
    guardian_consent_on: GuardianDay = None


class QualificationBody(Body):
    qualification: Annotated[Name, Field(description="as a service item calls it")]
    granted_on: Day
    expires_on: Annotated[Day | None, Field(description="its last day; null: without end")] = None


class RevocationBody(ReasonBody):
    reason_code: RevokeReason


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
    state: Literal["active", "left", "erased", "merged"]
    name: Annotated[str | None, Field(description="masked: 张*; not to the leader of the own team")]
    phone: Annotated[str | None, Field(description="masked: 138****5678")]
    identity: Annotated[str | None, Field(description="masked: 3303**********1234")]
    consent_at: datetime
    consent_version: str
    merged_into: Annotated[str | None, Field(description="number of the entry it was a double of")]
    skills: list[str]
    consents: list[Consent]
    agreement_until: date | None
    novice_until: date | None
    novice: bool
    minor: bool
    guardian_consent_on: date | None


class QualificationAnswer(Answer):
    id: str
    name: str
    granted_on: date
    expires_on: date | None
    state: Literal["held", "revoked"]
    reason_code: RevokeReason | None
    reason: str | None
    is_valid: Annotated[bool, Field(description="today")]


class KnownQualificationAnswer(Answer):
    """A qualification that service items need, and which ones."""

    name: str
    item_codes: list[str]


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
