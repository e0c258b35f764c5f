"""What may be entered as a person's identity number, however it was typed or pasted."""

import re

from stdnum.cn import ric
from stdnum.exceptions import InvalidComponent

from shared.kernel.errors import InvalidInput
from shared.kernel.text import typed_code

_IDENTITY = re.compile(r"[1-9][0-9]{16}[0-9X]")


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
