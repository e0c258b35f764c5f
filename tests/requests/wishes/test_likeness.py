"""How alike two wishes are: the same whatever the width and the wrapping, symmetric, and by what is wished for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.requests.wishes.domain.likeness import ALIKE, likeness

SAME = (
    ("希望增加夜间义诊", "夜间义诊，最好每月一次"),
    ("请开展老人手机课", "想要老人手机课，教怎么视频通话"),
    ("能否上门理发", "希望有上门理发的服务"),
    ("ＡＥＤ急救培训", "aed 急救培训"),
)
OTHER = (
    ("希望增加夜间义诊", "希望增加家电维修"),
    ("请志愿者来教老人用手机", "请志愿者来修水管"),
    ("想要一次法律讲座", "想要一次消防演练"),
)


@pytest.mark.parametrize(("one", "other"), SAME)
def test_those_that_mean_the_same_are_alike(one: str, other: str) -> None:
    assert likeness(one, other) >= ALIKE


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_those_that_only_begin_alike_are_not(one: str, other: str) -> None:
    assert likeness(one, other) < ALIKE


def test_wishes_of_nothing_but_usual_words_are_compared_by_these() -> None:
    assert likeness("希望有服务", "希望有服务") == 100


def test_what_has_no_letters_is_like_nothing() -> None:
    assert likeness("！？…", "！？…") == 0


TEXTS = st.text(alphabet="夜间义诊理发上门修家电希望请有，。 ａb", min_size=1, max_size=30)


@given(one=TEXTS, other=TEXTS)
def test_it_is_symmetric_and_a_share(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 100


@given(text=TEXTS)
def test_a_text_is_wholly_like_itself(text: str) -> None:
    assert likeness(text, text) in (0, 100)
    assert likeness(text, text) == 100 or not any(letter.isalnum() for letter in text)
