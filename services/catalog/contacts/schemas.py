"""Bodies and answers about contacts. Numbers are masked; a clear one is asked for one by one."""

from datetime import date
from typing import Annotated, Any

from pydantic import Field, SecretStr

from services.catalog.contacts.domain import Holder, PhoneField, State
from shared.http.inputs import PERSONAL, Answer, Body, Code, Day, Name

Personal = Annotated[SecretStr, Field(min_length=1, max_length=80, json_schema_extra=PERSONAL)]
"""A personal value as typed. It shows in no log, and in no error."""

Duty = Annotated[Name | None, Field(description="what the person does there: 联络员")]
LastDay = Annotated[Day | None, Field(description="last day in the post, where it is known")]


class _Sealed(Body):
    def in_clear(self) -> dict[str, Any]:
        """What is given, with personal values as text for the use case, which seals them."""
        given = {name: getattr(self, name) for name in self.model_fields_set}
        return {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in given.items()
        }


class ContactBody(_Sealed):
    holder: Annotated[Holder, Field(description="what kind of entry it belongs to")]
    code: Annotated[Code, Field(description="the agency's, team's or township's")]
    name: Personal
    duty: Duty = None
    office_phone: Annotated[Personal | None, Field(description="with its area code")] = None
    mobile_phone: Personal | None = None
    valid_until: LastDay = None


class ContactCorrectionBody(_Sealed):
    """What is left out stays as it is; a number that is null is taken away."""

    name: Personal = SecretStr("")
    duty: Duty = None
    office_phone: Personal | None = None
    mobile_phone: Personal | None = None
    valid_until: LastDay = None


class NumberBody(Body):
    field: PhoneField


class NumberAnswer(Answer):
    field: PhoneField
    number: str


class ContactAnswer(Answer):
    """One that has ended has its days only."""

    id: str
    holder: Holder
    code: str
    state: State
    name: Annotated[str | None, Field(description="masked for those who can't have the numbers")]
    duty: str | None
    office_phone: Annotated[str | None, Field(description="masked: 057****2345")]
    mobile_phone: Annotated[str | None, Field(description="masked: 138****5678")]
    entered_on: date
    valid_until: date | None
    ended_on: date | None


class HeldAnswer(Answer):
    """What is held about a contact, for that person."""

    kind: str
    holder: Holder
    code: str
    entered_on: date
    valid_until: date | None
    name: str | None
    duty: str | None
    office_phone: str | None
    mobile_phone: str | None
