"""Transactions that apply parts of one thing at the same moment: a revision is told once and whole, and no township
misses an edition."""

from datetime import date

import pytest
from sqlalchemy import func, select

from services.notify.digests.tables import digest_entry
from shared.contracts.catalog import EditionRetired
from tests.notify.overlapping import apply, one_inside_the_other, side_by_side
from tests.notify.rui_an import (
    GAOLOU,
    HULING,
    Told,
    assigned,
    codes,
    directory,
    edition,
    everything,
    first_revision,
    ordered,
    published,
    scheduled,
    tell,
    township,
    unserved,
)
from tests.support.house import House

TOWN = f"township.{GAOLOU}"
LASTING = edition(retires_on=date(2999, 12, 31))
WITHDRAWN: Told = (
    LASTING[0],
    EditionRetired(edition_id="summer-2014", title="瑞安市2014年夏季菜单", cause="withdrawn"),
)


async def gathered(house: House) -> int:
    async with house.uow("notify").reading() as session:
        return await session.scalar(select(func.count()).select_from(digest_entry)) or 0


@pytest.mark.parametrize("announced_last", [True, False])
async def test_the_last_two_parts_of_a_revision_at_once_complete_it(
    on_postgres: House, announced_last: bool
) -> None:
    *parts, announced = first_revision()
    story = [*parts, announced] if announced_last else [announced, *parts]
    await tell(on_postgres, *directory(), *story[:-2])
    await one_inside_the_other(on_postgres, story[-2:-1], story[-1:])
    assert len(await everything(on_postgres)) == 5
    assert await gathered(on_postgres) == 0


async def test_the_first_two_parts_of_a_revision_at_once_begin_one_digest(
    on_postgres: House,
) -> None:
    first, *others = first_revision()
    second = others.pop(2)  # another stop
    await one_inside_the_other(on_postgres, [first], [second])
    await apply(on_postgres, others)
    assert len(await everything(on_postgres)) == 5


async def test_a_stop_that_comes_while_its_digest_is_written_is_not_kept(
    on_postgres: House,
) -> None:
    *parts, announced = first_revision()
    await tell(on_postgres, *directory(), *parts)
    await one_inside_the_other(on_postgres, [announced], [scheduled(f"s-{HULING}", 2)])
    assert len(await everything(on_postgres)) == 5
    assert await gathered(on_postgres) == 0


@pytest.mark.parametrize("is_edition_first", [True, False])
async def test_an_edition_and_a_township_that_come_at_once_find_each_other(
    on_postgres: House, is_edition_first: bool
) -> None:
    first, second = (LASTING, township(GAOLOU)) if is_edition_first else (township(GAOLOU), LASTING)
    await one_inside_the_other(on_postgres, [first], [second])
    assert await codes(on_postgres, TOWN) == ["message.edition_published"]


@pytest.mark.parametrize("is_withdrawn_first", [True, False])
async def test_a_withdrawal_and_a_township_that_come_at_once_find_each_other(
    on_postgres: House, is_withdrawn_first: bool
) -> None:
    await tell(on_postgres, LASTING)
    first, second = (
        (WITHDRAWN, township(GAOLOU)) if is_withdrawn_first else (township(GAOLOU), WITHDRAWN)
    )
    await one_inside_the_other(on_postgres, [first], [second])
    assert sorted(await codes(on_postgres, TOWN)) == [
        "message.edition_published",
        "message.edition_withdrawn",
    ]


async def test_batches_that_reach_digests_recipients_and_editions_in_another_order_both_commit(
    on_postgres: House,
) -> None:
    await tell(on_postgres, *directory())
    one, two = (
        unserved(GAOLOU, "farm-policy", revision=1),
        unserved(HULING, "farm-policy", revision=2),
    )
    _, known = township(GAOLOU)
    for number in range(5):
        code = f"33038112{number}000"
        new = f"township:{code}", known.model_copy(update={"code": code})
        menu = edition(f"menu-{number}", retires_on=date(2999, 12, 31))
        await side_by_side(on_postgres, [ordered(), one, two, menu], [new, two, one, ordered()])
    await apply(
        on_postgres, [published(revision=1, unserved=10), published(revision=2, unserved=10)]
    )
    told = await codes(on_postgres, "coordinator")
    assert sorted(told) == [
        "message.plan_published_coordinator",
        "message.plan_revised_coordinator",
        *["message.service_ordered"] * 10,
    ]
    assert len(await codes(on_postgres, "township.330381124000")) == 5


async def test_a_batch_tells_of_a_revision_before_what_came_after_it(on_postgres: House) -> None:
    """Messages of one transaction have positions in the order of events, though digests are written at its end."""
    await tell(on_postgres, *directory())
    stop = f"s-{GAOLOU}"
    story = [
        scheduled(stop, 1),
        assigned(stop, "health-clinic", "health"),
        published(stops=1, assignments=1),
        ordered(),
    ]
    await apply(on_postgres, story)
    assert await codes(on_postgres, "coordinator") == [
        "message.plan_published_coordinator",
        "message.service_ordered",
    ]
