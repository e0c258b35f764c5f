"""How many segments a text message takes, which is what it costs (3GPP TS 23.038 and 23.040)."""

from collections.abc import Iterable

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Each takes two places of the seven-bit alphabet."""

SEVEN_BIT = 160, 153
UCS2 = 70, 67
"""Places of a message of one segment, and of each segment where there are several."""


def is_seven_bit(text: str) -> bool:
    return all(character in _BASIC or character in _EXTENDED for character in text)


def segments_of(text: str) -> int:
    """The segments of a text: of 160 or 153 places in the seven-bit alphabet, else of 70 or 67 UTF-16 units. What takes
    two places is never parted."""
    if is_seven_bit(text):
        widths = [2 if character in _EXTENDED else 1 for character in text]
        alone, joined = SEVEN_BIT
    else:
        widths = [2 if ord(character) > 0xFFFF else 1 for character in text]
        alone, joined = UCS2
    return 1 if sum(widths) <= alone else _packed(widths, joined)


def _packed(widths: Iterable[int], room: int) -> int:
    segments, left = 1, room
    for width in widths:
        if width > left:
            segments, left = segments + 1, room
        left -= width
    return segments


def fitted(text: str, most: int) -> str:
    """The text, or as much of its beginning as ``most`` segments hold, with marks of omission."""
    if segments_of(text) <= most:
        return text
    mark = "..." if is_seven_bit(text) else "…"
    low, high = 0, len(text)
    while low < high:  # longer is never fewer segments
        middle = (low + high + 1) // 2
        if segments_of(text[:middle] + mark) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low] + mark
