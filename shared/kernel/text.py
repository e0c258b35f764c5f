"""How text that people type or paste is treated wherever it comes in: one of three ways, by what the text is for.

* :func:`shown` for what people read: titles, places, remarks, reasons. Invisible marks are removed, and nothing else.
* :func:`matched` for what is compared or searched: width, case, spaces and invisible marks make no difference.
* :func:`kept` for legal names: every visible character stays the code point that it is.

:func:`typed_code` is for codes, numbers and ids, which have one spelling only. Text is never normalised where it is
stored: NFC and NFKC replace compatibility ideographs of legal names (U+F9F1 would become U+96A3).

"Invisible" is Unicode's Default_Ignorable_Code_Point (UAX 44, DerivedCoreProperties): zero width marks, BOM,
directional marks, soft hyphens, fillers, tags, and the interlinear annotation marks beside them. A few of these are
part of how something looks, and stay where they stand in their place: the joiner inside an emoji, one variation
selector behind the character that it selects, and joiners inside words of scripts that need them (Uyghur, Mongolian,
Tibetan and those of India). Tags are always removed: they can carry a text that nobody sees.
"""

import re
import unicodedata
from typing import Literal

Fault = Literal[
    "control_character", "private_character", "unassigned_character", "broken_character"
]


class UnreadableText(ValueError):
    """A character can't be shown to others as it was meant. ``character`` is its code point, e.g. ``U+E000``."""

    def __init__(self, fault: Fault, character: str) -> None:
        self.fault: Fault = fault
        self.character = f"U+{ord(character):04X}"
        super().__init__(f"{fault} {self.character}")


_IGNORABLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_INVISIBLE = re.compile(f"[{_IGNORABLE}]")
_UNPRINTED = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""What ``str.isprintable`` takes for visible though it is not."""
_LINE_BREAK = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_BLANKS = re.compile(r"[\s\u2800]+")
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_BLANK = "\u2800"  # a Braille cell without dots: a symbol, but nobody sees it

_ZWJ, _ZWNJ, _MONGOLIAN_VOWEL_SEPARATOR = "\u200d", "\u200c", "\u180e"
_JOINING = (
    "ARABIC",
    "SYRIAC",
    "MONGOLIAN",
    "NKO",
    "TIBETAN",
    "MYANMAR",
    "KHMER",
    "DEVANAGARI",
    "BENGALI",
    "GURMUKHI",
    "GUJARATI",
    "ORIYA",
    "TAMIL",
    "TELUGU",
    "KANNADA",
    "MALAYALAM",
    "SINHALA",
)
"""Scripts, by the first word of their characters' names, whose words may hold joiners."""


def shown(text: str, *, lines: bool) -> str:
    """``text`` without invisible marks and outer blanks. With ``lines`` it may have several, parted by ``\\n``
    however they were parted; without, line breaks and tabs are a blank. Empty when nothing visible is left.

    :raises UnreadableText: it has a control character, or one that means nothing outside the sender's machine.
    """
    if text.isprintable() and not _UNPRINTED.search(text):
        return text.strip()
    text = _LINE_BREAK.sub("\n", text)
    if not lines:
        text = text.replace("\n", " ").replace("\t", " ")
    for character in text:
        if not (" " <= character <= "~"):
            _require_readable(character)
    if _INVISIBLE.search(text):
        text = "".join(_without_invisible(text))
    return _trimmed(text)


def kept(text: str) -> str:
    """A legal name without invisible marks and outer blanks, and otherwise exactly as it is: no width, composition
    or compatibility is folded, middle dots and ideographs of every plane stay.

    :raises UnreadableText: as :func:`shown`.
    """
    return shown(text, lines=False)


def matched(text: str) -> str:
    """What of ``text`` counts when it is compared or searched. Two texts that differ in full or half width, case,
    spaces or invisible marks only give the same. It is for keys and conditions, never shown."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", folded))
    words = _BLANKS.split(folded.strip().strip(_BLANK))
    joined = words[0]
    for word in words[1:]:  # 红 七 月 is 红七月, but "summer camp" is not "summercamp"
        apart = joined and word and joined[-1] < "\u2e80" and word[0] < "\u2e80"
        joined += (" " if apart else "") + word
    return joined


def typed_code(text: str) -> str:
    """A code, number or id as it is meant when it was typed with a Chinese keyboard or pasted: full width folded,
    every kind of dash a hyphen, without invisible marks and outer blanks."""
    if text.isascii():
        return text.strip()
    return _DASHES.sub("-", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))).strip()


def _trimmed(text: str) -> str:
    while text != (text := text.strip().strip(_BLANK)):
        pass
    return text


def _require_readable(character: str) -> None:
    category = unicodedata.category(character)
    if category[0] != "C" or category == "Cf" or character in "\n\t":
        return
    if category == "Cc":
        raise UnreadableText("control_character", character)
    if category == "Co":
        raise UnreadableText("private_character", character)
    if category == "Cs":
        raise UnreadableText("broken_character", character)
    if not _may_be_newer(ord(character)) and not _INVISIBLE.match(character):
        raise UnreadableText("unassigned_character", character)


def _may_be_newer(point: int) -> bool:
    """Whether a newer Unicode than this Python's may have a character here: an emoji, or an ideograph of a name."""
    return (0x1F000 <= point <= 0x1FFFD or 0x20000 <= point <= 0x3FFFD) and point & 0xFFFE != 0xFFFE


def _without_invisible(text: str) -> list[str]:
    visible: list[str] = []
    for place, mark in enumerate(text):
        if not _INVISIBLE.match(mark) or (
            visible and _belongs(visible, mark, text[place + 1] if place + 1 < len(text) else "")
        ):
            visible.append(mark)
    return visible


def _belongs(before: list[str], mark: str, after: str) -> bool:
    """Whether an invisible ``mark`` changes how the characters beside it look."""
    if mark in (_ZWJ, _ZWNJ):
        is_emoji = mark == _ZWJ and _is_emoji(before) and _is_pictograph(after)
        return is_emoji or (_joins(before[-1]) and _joins(after))
    return _selects(before[-1], mark, after)


def _selects(base: str, mark: str, after: str) -> bool:
    """Whether ``mark`` is a variation selector that ``base`` can have, or Mongolian's vowel separator."""
    if "\U000e0100" <= mark <= "\U000e01ef":
        return _is_ideograph(base)
    if "\u180b" <= mark <= "\u180f":
        return _script(base) == "MONGOLIAN" and (
            mark != _MONGOLIAN_VOWEL_SEPARATOR or _script(after) == "MONGOLIAN"
        )
    if not "\ufe00" <= mark <= "\ufe0f":
        return False
    if _is_ideograph(base):
        return mark <= "\ufe02"
    return base == "ℹ" or not (
        base.isspace() or _INVISIBLE.match(base) or unicodedata.category(base)[0] == "L"
    )


def _is_emoji(before: list[str]) -> bool:
    """Whether what was just seen is an emoji, with or without a variation selector or a tone of skin."""
    base = before[-1]
    if base == "\ufe0f" and len(before) > 1:
        base = before[-2]
    return _is_pictograph(base) or "\U0001f3fb" <= base <= "\U0001f3ff"


def _is_pictograph(character: str) -> bool:
    return bool(character) and (
        "\U0001f000" <= character <= "\U0001fffd" or unicodedata.category(character) in ("So", "Sm")
    )


def _is_ideograph(character: str) -> bool:
    return (
        "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003fffd"
    )


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0] if character else ""


def _joins(character: str) -> bool:
    return _script(character) in _JOINING
