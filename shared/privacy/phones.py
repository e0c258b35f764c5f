"""What may be entered as a phone number, however it was typed or pasted."""

import re

import phonenumbers

from shared.kernel.errors import InvalidInput
from shared.kernel.text import typed_code

COUNTRY = "CN"

_PHONE_MARKS = re.compile(r"[0-9+().\-\s/·_]+")
_REACHABLE = frozenset(
    {
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
    }
)


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
