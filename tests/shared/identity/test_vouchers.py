"""Vouchers: one service makes them, another believes them by the public key alone."""

import pytest

from shared.identity.vouchers import make_voucher, new_seed, public_key_of, read_voucher

SEED = "A" * 43
KEY = public_key_of(SEED)
MADE = make_voucher(SEED, "booth-1", 7)


def test_what_was_made_with_a_seed_is_believed_by_its_key() -> None:
    found = read_voucher(MADE)
    assert found is not None
    assert (found.subject, found.number) == ("booth-1", 7)
    assert found.is_signed_by(KEY)
    assert not found.is_signed_by(public_key_of(new_seed()))
    assert public_key_of(SEED) == KEY


@pytest.mark.parametrize(
    "changed",
    [
        MADE.replace("~7~", "~8~"),
        MADE.replace("booth-1", "booth-2"),
        MADE[:-2] + ("AA" if MADE[-2:] != "AA" else "BB"),
        MADE.rpartition("~")[0] + "~",
    ],
)
def test_what_was_changed_is_not(changed: str) -> None:
    found = read_voucher(changed)
    assert found is not None
    assert not found.is_signed_by(KEY)


@pytest.mark.parametrize(
    "text",
    ["", "~", "a~b", "a~x~AA", "a~-1~AA", "a~７~AA", "a~1~é", "a~1~A", "a.b.c", "a~1~" + "A" * 300],
)
def test_what_is_no_voucher_says_nothing(text: str) -> None:
    assert read_voucher(text) is None
