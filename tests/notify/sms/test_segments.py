"""Text messages are counted as operators bill them."""

import pytest

from services.notify.sms.domain.segments import fitted, segments_of


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("点" * 70, 1),
        ("点" * 71, 2),
        ("点" * 134, 2),
        ("点" * 135, 3),
        ("点" * 201, 3),
        ("点" * 202, 4),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" * 5, 2),
        ("a" * 152 + "€" * 77, 3),  # none of the two places stands alone at the end of a segment
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("😀" * 66, 2),
        ("😀" * 67, 3),  # 67 places hold 33 of them, and one is left over
        ("ａ" * 71, 2),  # full width is no seven-bit letter
        ("a" * 69 + "点", 1),
        ("a" * 70 + "点", 2),
    ],
)
def test_segments_at_their_edges(text: str, segments: int) -> None:
    assert segments_of(text) == segments


@pytest.mark.parametrize("letter", ["点", "a", "€", "😀"])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_what_is_cut_fits_and_not_one_letter_more_would(letter: str, most: int) -> None:
    text = letter * 700
    cut = fitted(text, most)
    mark = "…" if letter in "点😀" else "..."
    assert segments_of(cut) == most
    assert cut.endswith(mark)
    assert segments_of(f"{letter}{cut}") == most + 1
    whole = text[: len(cut) - len(mark)]
    assert fitted(whole, most) == whole
