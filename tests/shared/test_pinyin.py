"""Names in pinyin, as the library says them by itself."""

import json
import subprocess
import sys

from pypinyin.constants import PHRASES_DICT

from shared.pinyin import initials, syllables

BY_ITSELF = """
import json
from pypinyin.constants import PHRASES_DICT
print(json.dumps(PHRASES_DICT))
"""


def test_names_are_said_as_people_say_them() -> None:
    assert syllables("重庆银行音乐队") == ["chong", "qing", "yin", "hang", "yin", "yue", "dui"]
    assert initials("文化局") == ["w", "h", "j"]
    assert syllables("ABC局") == ["ABC", "ju"]


def test_readings_that_are_shared_are_those_of_the_library() -> None:
    for phrase in PHRASES_DICT:
        syllables(phrase)
        initials(phrase)
    by_itself = subprocess.run(
        [sys.executable, "-c", BY_ITSELF], capture_output=True, text=True, check=True
    )
    assert json.loads(by_itself.stdout) == PHRASES_DICT
    assert len({id(each) for said in PHRASES_DICT.values() for each in said}) < 3000
