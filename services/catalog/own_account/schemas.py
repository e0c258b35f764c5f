"""Bodies and answers about one's own account."""

from typing import Annotated

from pydantic import Field, SecretStr

from services.catalog.accounts.use_cases.second_factor import Enrolment
from shared.http.inputs import PERSONAL, Answer, Body

LONGEST_PASSWORD_FIELD = 200
LONGEST_CODE_FIELD = 24

PasswordField = Annotated[str, Field(max_length=LONGEST_PASSWORD_FIELD)]
CodeField = Annotated[
    str,
    Field(
        max_length=LONGEST_CODE_FIELD,
        description="a one-time code or a recovery code, where the account has a second factor",
    ),
]


class OwnNameBody(Body):
    name: (
        Annotated[
            SecretStr,
            Field(
                min_length=1,
                max_length=80,
                json_schema_extra=PERSONAL,
                description="what colleagues call one; null: the login name",
            ),
        ]
        | None
    )

    def in_clear(self) -> str | None:
        """For the use case, which seals it."""
        return self.name.get_secret_value() if self.name is not None else None


class PasswordBody(Body):
    old_password: PasswordField
    new_password: PasswordField
    code: CodeField = ""


class EnrolmentBody(Body):
    offered: Annotated[str, Field(max_length=400, description="as the offer has it")]
    new_code: Annotated[str, Field(max_length=12, description="what the authenticator app shows")]
    password: PasswordField
    code: CodeField = ""


class ProofBody(Body):
    password: PasswordField
    code: CodeField = ""


class SecondFactorAnswer(Answer):
    is_enrolled: bool
    is_needed: Annotated[bool, Field(description="whether a role asks for one")]
    recovery_codes_left: int


class OwnAccountAnswer(Answer):
    login: str
    name: Annotated[str | None, Field(description="what colleagues call one")]
    roles: list[str]
    second_factor: SecondFactorAnswer


class QrAnswer(Answer):
    """A QR code to draw: a path of SVG in a square of ``size`` units, with the quiet zone."""

    size: int
    path: str


class OfferAnswer(Answer):
    """Nothing is stored yet; ``offered`` comes back with the first code."""

    secret: Annotated[str, Field(description="Base32, to type where the QR code can't be scanned")]
    uri: Annotated[str, Field(description="otpauth, as the QR code holds it")]
    offered: str
    qr: QrAnswer

    @classmethod
    def of(cls, enrolment: Enrolment, qr: QrAnswer) -> "OfferAnswer":
        return cls(secret=enrolment.secret, uri=enrolment.uri, offered=enrolment.sealed, qr=qr)


class RecoveryCodesAnswer(Answer):
    """Said once. Each code takes the place of a one-time code, once."""

    recovery_codes: list[str]
