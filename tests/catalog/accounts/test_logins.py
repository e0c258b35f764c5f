"""Login names: what may be one, and which spellings are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.catalog.accounts.domain.account import login_of, new_login
from shared.kernel.errors import InvalidInput


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("高楼", "高楼"),
        (" MaYu.2014 ", "mayu.2014"),
        ("ＭａＹｕ２０１４", "mayu2014"),
        ("lin@ruian.example", "lin@ruian.example"),
        ("𠮷野", "𠮷野"),
        ("１３８００１３８０００", "13800138000"),
    ],
)
def test_a_login_is_kept_as_it_is_compared(typed: str, kept: str) -> None:
    assert new_login(typed) == kept
    assert login_of(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "аdmin",  # Cyrillic a
        "админ",
        "αdmin",  # Greek alpha
        "ΑΒΕ",
        "zhang san",
        "zhang　san",
        "zhang\tsan",
        "ad\u200bmin",
        "\ufeffadmin",
        "\u202a13800138000\u202c",
        "ad\u00admin",
        "admın",  # dotless i
        "admin\u0301",
        "高楼\ufe00",
        "⺝夜",  # a radical, no character
        "٠١٢٣",
        "admin\U000e0041",
        "<admin>",
        "ad\x00min",
    ],
)
def test_what_could_be_taken_for_another_login_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        new_login(typed)
    assert (refused.value.code, refused.value.field) == ("login_malformed", "login")


@pytest.mark.parametrize("typed", ["", " ", "a", "高" * 81])
def test_a_login_has_a_length(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        new_login(typed)
    assert refused.value.code == "login_length"


def test_a_login_pasted_from_a_contact_is_the_one_that_was_entered() -> None:
    assert login_of("\u202a138 0013\u00a08000\u202c") == new_login("13800138000")


@given(st.text())
def test_folding_never_fails_and_is_final(typed: str) -> None:
    once = login_of(typed)
    assert login_of(once) == once
