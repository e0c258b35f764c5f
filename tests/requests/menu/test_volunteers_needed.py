"""How many volunteers a booth needs: the least that the item says, or one for each so many residents."""

import pytest

from services.requests.menu.domain import Dish, volunteers_for


@pytest.mark.parametrize(("attendance", "needed"), [(0, 4), (80, 4), (81, 5), (100, 5), (101, 6)])
def test_more_residents_need_more_volunteers(attendance: int, needed: int) -> None:
    dish = Dish(
        item_code="clinic",
        name="健康义诊",
        name_en="Health check",
        category_code="livelihood",
        volunteers_needed=4,
        residents_per_volunteer=20,
    )
    assert volunteers_for(dish, attendance) == needed
