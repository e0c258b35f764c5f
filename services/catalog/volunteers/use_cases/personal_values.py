"""What may be entered as a person's name, phone and identity number, however it was typed or pasted."""

import re

import phonenumbers
from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from shared.kernel.errors import InvalidInput
from shared.kernel.text import UnreadableText, kept, typed_code

COUNTRY = "CN"

_PHONE_MARKS = re.compile(r"[0-9+().\-\s/·_]+")
_REACHABLE = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)
_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")


def clean_name(name: str) -> str:
    """A legal name: every visible character as it is; see :func:`shared.kernel.text.kept`.

    :raises InvalidInput: nothing visible is left of it, or a character means nothing on other machines.
    """
    try:
        name = kept(name)
    except UnreadableText as error:
        raise InvalidInput("name_unreadable", field="name", character=error.character) from None
    if not name:
        raise InvalidInput("name_missing", field="name")
    return name


def clean_phone(phone: str) -> str:
    """A mainland mobile or landline number as digits, the latter with its area code and the leading 0.

    :raises InvalidInput: it is none; the text does not repeat it.
    """
    typed = typed_code(phone).removeprefix("tel:")
    try:
        if not _PHONE_MARKS.fullmatch(typed):
            raise InvalidInput("phone_malformed", field="phone")
        number = phonenumbers.parse(typed, COUNTRY)
    except phonenumbers.NumberParseException:
        raise InvalidInput("phone_malformed", field="phone") from None
    if (
        not phonenumbers.is_valid_number_for_region(number, COUNTRY)
        or phonenumbers.number_type(number) not in _REACHABLE
    ):
        raise InvalidInput("phone_malformed", field="phone")
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return "".join(filter(str.isdecimal, national))


def clean_identity(identity: str) -> str:
    """A citizen identity number: 18 places, of which the last checks the others (GB 11643-1999).

    :raises InvalidInput: it is none; the text does not repeat it.
    """
    number = re.sub(r"[\s-]", "", typed_code(identity)).upper()
    # The library's own validate() asks that the division existed in the year of birth. People got their numbers when
    # they were registered, often years later, so it would turn living persons away.
    if not _IDENTITY.fullmatch(number) or ric.calc_check_digit(number) != number[17]:
        raise InvalidInput("identity_malformed", field="identity")
    try:
        ric.get_birth_date(number)
    except InvalidComponent:
        raise InvalidInput("identity_malformed", field="identity") from None
    return number
