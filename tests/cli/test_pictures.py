"""The demonstration's pictures are such as catalog takes, small, and of items that it has."""

import pytest

from cli import scenario as s
from cli.pictures import HEIGHT, PICTURES, WIDTH, drawn
from services.catalog.pictures.domain import checked


@pytest.mark.parametrize("code", PICTURES)
def test_a_picture_is_small_and_of_an_item(code: str) -> None:
    content, width, height = checked(drawn(PICTURES[code]))
    assert (content.media_type, width, height) == ("image/png", WIDTH, HEIGHT)
    assert len(content.data) < 10_000
    assert code in {item["code"] for item in s.ruian_2014().menu}
