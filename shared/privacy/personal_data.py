"""Finds personal numbers and addresses in free text, in all the spellings in which people paste or
hide them.

A finding is named by its kind only, never repeated: texts of refusals and warnings reach logs and
screens.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from stdnum import luhn

from shared.kernel.errors import Words

Kind = Literal["phone", "identity", "bank_card", "email"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
_EMAIL = re.compile(
    r"[\w+-]\s*(?:@|[(\[<]\s*at\s*[)\]>])\s*[\w-]+(?:\s*[.。]\s*[a-z0-9-]+)+", re.IGNORECASE
)
_MOBILE = re.compile(r"(?:(?:00)?86)?0?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}")
_PROVINCE = "(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|91)"
_MONTH_AND_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_IDENTITY = re.compile(
    f"{_PROVINCE}[0-9]{{4}}(?:(?:18|19|20)[0-9]{{2}}{_MONTH_AND_DAY}[0-9]{{3}}[0-9X]|[0-9]{{2}}{_MONTH_AND_DAY}[0-9]{{3}})"
)
"""Citizens' numbers of 18 places and, before 1999, 15. A mistyped one is still somebody's: it needs
no check digit."""
_CARD = re.compile(r"62[0-9]{14,17}|(?:4|5[1-5]|35)[0-9]{14,15}|9558[0-9]{12,15}")

LEAST_DIGITS = 8
"""Of the shortest number that is looked for, a foreign phone number with its country."""
MOST_DIGITS_ABROAD = 15
"""Of a phone number with its country (E.164)."""
LONGEST = 19
MOST_GROUPS = 19
"""A number may be written with a mark between any two digits; the longest, a bank card's, has 19.
"""

_SPELT_OUT = {
    spelling: digit
    for digit, spellings in zip(
        "0123456789",
        ("〇零Oo", "一壹幺lI", "二贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"),
        strict=True,
    )
    for spelling in spellings
}
"""Chinese numerals, and the letters that are typed in place of digits."""

MOBILE_GROUPS = (3, 4, 4)
"""How everybody writes a mobile number; so grouped it is one whatever the marks."""

_LONG_VOWEL = "ー"
"""A letter of Japanese that a keyboard offers for a dash."""

_ONE_AS_DASH = re.compile(r"(?<=\d)一(?=\d)")
"""The numeral one looks like a dash between digits."""

_LIST_MARKS = frozenset(",、;:/|\\\n")
"""They part what is counted up: dates, times, amounts. Within a number they stand alike in every
gap or not at all."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Digits in a row, or the X that closes an identity number. ``gap`` holds what of the marks
    before it matters, ``is_parted`` says that a word stands between it and the group before.
    """

    digits: str
    gap: str
    is_parted: bool


def personal_data_in(text: str) -> frozenset[Kind]:
    """Returns the kinds of personal numbers and addresses that ``text`` seems to contain.

    Full width, circled and raised digits count as digits, Chinese numerals as well. Dots, dashes,
    blanks, brackets and invisible marks may be between them. Dates, times, amounts, division codes
    and ids are not taken for personal numbers.
    """
    found: set[Kind] = set()
    folded = unicodedata.normalize("NFKC", text) if not text.isascii() else text
    if "@" in folded or "at" in folded:
        visible = "".join(
            character for character in folded if unicodedata.category(character) != "Cf"
        )
        if _EMAIL.search(visible):
            found.add("email")
    if sum(map(str.isdigit, text)) + sum(map(_SPELT_OUT.__contains__, text)) >= LEAST_DIGITS:
        found |= _numbers_in(_groups(text))
        if (dashed := _ONE_AS_DASH.sub("-", text)) != text:
            found |= _numbers_in(_groups(dashed))
    return frozenset(found)


def named(kinds: Collection[Kind]) -> Words:
    """Returns the kinds as a fact for texts in the reader's language."""
    return Words("personal_data.kinds", tuple(sorted(kinds)))


def _groups(text: str) -> list[_Group]:
    groups: list[_Group] = []
    digits, gap, is_parted = "", "", True

    def close() -> None:
        nonlocal digits, gap, is_parted
        if digits:
            groups.append(_Group(digits, gap, is_parted))
            digits, gap, is_parted = "", "", False

    for character in _UUID.sub("#x", text):
        if (
            digit := unicodedata.digit(character, None)
        ) is not None:  # circled, raised and bracketed ones have one too
            digits += str(digit)
            continue
        close()
        if (
            character in _SPELT_OUT
        ):  # each by itself: whoever is called 三 may stand before a number
            digits = _SPELT_OUT[character]
            close()
            continue
        for mark in unicodedata.normalize("NFKC", character):
            if mark in "Xx×":
                groups.append(_Group("X", "", is_parted))
            gap += _gap_mark(mark)
            is_parted = is_parted or (mark.isalnum() and mark != _LONG_VOWEL)
    close()
    return groups


def _gap_mark(mark: str) -> str:
    """A mark between digits as far as it matters: a list mark is itself, a plus is one, all others
    are nothing.
    """
    return mark if mark in _LIST_MARKS or mark == "+" else ""


def _numbers_in(groups: list[_Group]) -> set[Kind]:
    found: set[Kind] = set()
    for first in range(len(groups)):
        digits, gaps, lengths, joined = "", set[str](), tuple[int, ...](), tuple[int, ...]()
        for group in groups[first : first + MOST_GROUPS]:
            lengths = (*lengths, len(group.digits))
            is_new = not digits or group.gap
            joined = (
                (*joined, len(group.digits))
                if is_new
                else (*joined[:-1], joined[-1] + len(group.digits))
            )
            if digits:
                gaps.add(group.gap)
                are_mixed = len(gaps) > 1 and any(gaps) and not _may_be_mobile(lengths, joined)
                if group.is_parted or are_mixed:
                    break
            digits += group.digits
            if len(digits) > LONGEST:
                break
            if len(digits) >= LEAST_DIGITS and (kind := _kind(digits, groups[first])):
                found.add(kind)
    return found


def _may_be_mobile(lengths: tuple[int, ...], joined: tuple[int, ...]) -> bool:
    """Whether groups of these ``lengths`` are those of a mobile number; ``joined`` are the lengths
    of what list marks part, for Chinese numerals are groups of one digit each.
    """
    *whole, last = joined
    begins = len(joined) <= len(MOBILE_GROUPS) and tuple(whole) == MOBILE_GROUPS[: len(whole)]
    return lengths == MOBILE_GROUPS[: len(lengths)] or (
        begins and last <= MOBILE_GROUPS[len(whole)]
    )


def _kind(digits: str, first: _Group) -> Kind | None:
    if _IDENTITY.fullmatch(digits):
        return "identity"
    if not digits.isdigit():
        return None
    # An area code is written by itself, or the number as a whole: 06-27 2014-07-16 is no landline.
    if _MOBILE.fullmatch(digits) or (
        _LANDLINE.fullmatch(digits) and len(first.digits) in (1, 3, 4, len(digits))
    ):
        return "phone"
    if first.gap.endswith("+") and len(digits) <= MOST_DIGITS_ABROAD:
        return "phone"
    if _CARD.fullmatch(digits) and luhn.is_valid(digits):
        return "bank_card"
    return None
