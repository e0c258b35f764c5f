"""Text that people enter: what is shown, what is matched, what is kept, and codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.text import UnreadableText, kept, matched, shown, typed_code

MARKS = [
    "\u200b", "\u200c", "\u200d", "\u200e", "\u200f", "\u061c",
    "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069",
    "\u00ad", "\u2060", "\u2061", "\u2064", "\u206a", "\ufeff", "\u180e", "\u180b", "\ufe0e", "\ufe0f",
    "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\ufff9", "\ufffb", "\U000e0001", "\U000e0041", "\U000e0100",
]  # fmt: skip
FAMILY = "👨\u200d👩\u200d👧"
STAY = [
    "高楼镇西村桥头路口",
    FAMILY,
    "❤\ufe0f🏳\ufe0f\u200d🌈👍🏽1\ufe0f\u20e3",
    "👩🏽\u200d⚕\ufe0f",
    "葛\U000e0100城",
    "禰\ufe00",
    "ℹ\ufe0f",
    "می\u200cخواهم",
    "ᠠᠷᠪᠠᠨ\u180eᠠ ᠮᠣᠩᠭᠣᠯ\u180b",
    "क\u094d\u200dष",
    "\u0600\u0661",
    "隣\uf9f1",
    "𠮷㛃·阿依古丽·买买提",
    "Ａｎｎａ　ﾐﾅ ①Ⅷ㎡ﬁ",
    "Zoe\u0308 e\u0301",
    "a  b\u00a0c",
    "🫨𱍐",  # newer than the Unicode of the oldest Python that we run on
]


@pytest.mark.parametrize("text", STAY)
def test_what_can_be_seen_stays_as_it_was_typed(text: str) -> None:
    assert shown(text, lines=False) == text
    assert shown(text, lines=True) == text
    assert kept(text) == text


@pytest.mark.parametrize("mark", MARKS, ids=ascii)
def test_marks_that_nobody_sees_are_removed_and_alone_they_are_nothing(mark: str) -> None:
    assert (
        shown(f"{mark}高{mark}楼{mark}a{mark}镇{mark}", lines=True).replace("\U000e0100", "")
        == "高楼a镇"
    )
    assert shown(f"a{mark}b", lines=True) == "ab"
    assert shown(mark * 3, lines=True) == kept(mark) == matched(mark) == ""
    assert shown(f" {mark}　{mark} ", lines=True) == ""


def test_nothing_can_be_hidden_in_selectors_joiners_or_tags() -> None:
    assert shown("👍" + "\ufe0f" * 9 + "\U000e0101" * 9, lines=False) == "👍\ufe0f"
    assert shown("👩" + "\u200d" * 9 + "👧", lines=False) == "👩\u200d👧"
    assert shown("🏴\U000e0067\U000e0062\U000e007f", lines=False) == "🏴"


@pytest.mark.parametrize(
    "end", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x85", "\v", "\f"], ids=ascii
)
def test_lines_are_parted_alike_and_a_title_has_one(end: str) -> None:
    assert shown(f"桌子{end}椅子", lines=True) == "桌子\n椅子"
    assert shown(f"桌子{end}椅子", lines=False) == "桌子 椅子"


@pytest.mark.parametrize(
    ("character", "fault"),
    [
        ("\0", "control_character"),
        ("\x1b", "control_character"),
        ("\x7f", "control_character"),
        ("\x9f", "control_character"),
        ("\ue000", "private_character"),
        ("\U0010fffd", "private_character"),
        ("\ud83d", "broken_character"),
        ("\u0378", "unassigned_character"),
        ("\ufffe", "unassigned_character"),
        ("\U0001ffff", "unassigned_character"),
        ("\U00050000", "unassigned_character"),
    ],
)
def test_what_means_nothing_to_others_is_refused_by_its_code_point(
    character: str, fault: str
) -> None:
    for treat in (kept, lambda text: shown(text, lines=True)):
        with pytest.raises(UnreadableText) as refused:
            treat(f"高{character}楼")
        assert (refused.value.fault, refused.value.character) == (fault, f"U+{ord(character):04X}")


@given(st.text())
def test_treating_twice_is_treating_once_and_only_marks_and_blanks_go(text: str) -> None:
    try:
        once = shown(text, lines=True)
    except UnreadableText:
        return
    assert shown(once, lines=True) == once
    assert kept(kept(text)) == kept(text)
    assert matched(once) == matched(text)
    assert matched(matched(text)) == matched(text)
    assert not any("\u202a" <= mark <= "\u202e" for mark in once)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("２０２６", "2026"),
        ("红七月、服务月", "红七月､服务月"),
        ("红七月 2014", "红　七　月２０１４"),
        ("Summer  Camp", "ｓｕｍｍｅｒ\u00a0CAMP"),
        ("红七月\u200b", "\ufeff红七月"),
        ("STRASSE", "straße"),
        ("ﾌｪｽﾀ", "フェスタ"),
    ],
)
def test_what_is_the_same_to_a_reader_matches(one: str, other: str) -> None:
    assert matched(one) == matched(other)


@pytest.mark.parametrize(
    ("one", "other"), [("红七月", "红八月"), ("summer camp", "summercamp"), ("服务月1", "服务月 2")]
)
def test_what_is_another_thing_to_a_reader_does_not(one: str, other: str) -> None:
    assert matched(one) != matched(other)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("３３０３８１００１０００", "330381001000"),
        ("\u202a330381001000\u202c", "330381001000"),
        ("\ufeffhealth\u200b", "health"),
        ("ｈｅａｌｔｈ－ｃｈｅｃｋ", "health-check"),
        ("health\u2011check", "health-check"),
        ("health–check", "health-check"),
        ("　health ", "health"),
    ],
)
def test_a_code_is_taken_as_it_is_meant(typed: str, meant: str) -> None:
    assert typed_code(typed) == meant
