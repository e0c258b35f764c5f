"""The pages without script: letters and contrast that a cheap phone in the sun still shows."""

import re

import pytest

from services.catalog.signing_in.routes.page_layout import STYLE

WHITE = "#ffffff"
LEAST = 7.0
"""WCAG 2.2, success criterion 1.4.6 (AAA)."""


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_defines_it() -> None:
    assert contrast("#000000", WHITE) == pytest.approx(21)
    assert contrast("#767676", WHITE) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("name", ["ink", "quiet", "red", "link"])
def test_text_stands_out_from_the_page(name: str) -> None:
    (colour,) = re.findall(rf"--{name}:(#[0-9a-f]{{6}})", STYLE)
    assert contrast(colour, WHITE) >= LEAST


def test_a_refusal_stands_out_from_its_ground() -> None:
    (ground,) = re.findall(r"\.wrong\{color:var\(--red\);background:(#[0-9a-f]{6})", STYLE)
    (red,) = re.findall(r"--red:(#[0-9a-f]{6})", STYLE)
    assert contrast(red, ground) >= LEAST


def test_letters_are_large() -> None:
    assert "font:18px/" in STYLE
