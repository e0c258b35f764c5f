"""Every filter and every sort of a list of orders has an index on PostgreSQL, which the store reads for it."""

import asyncio
from typing import Any

from bench.lists import FILTERS, SORTS, explained, filled_house, statements_on_orders
from shared.db.engine import STARTUP_OPTIONS
from tests.support.fixtures import NewUrl
from tests.support.tokens import EVERYTHING, bearer

ORDERS = 5000
WITHOUT_TABLE = f"{STARTUP_OPTIONS} -c enable_seqscan=off"
"""A table so small may be read as a whole. So only what has no index is."""

LIST, COUNTS = "/api/requests/orders", "/api/requests/orders/counts"
WITH_ITEMS = f"{COUNTS}/items"

BY_FILTER = {
    "none": {"created"},
    "state": {"state"},
    "rare state": {"state"},
    "campaign": {"campaign", "campaign_state", "campaign_submitted"},
    "edition": {"edition"},
    "edition, item": {"edition", "search_words"},
    "township": {"township"},
    "days": {"created"},
    "number": {"number"},
    "q number": {"number"},
    "q rare place": {"search_words"},
    "q township": {"township"},
    "q nothing": {"search_words"},
    "campaign, state": {"campaign_state"},
    "township, states, year": {"township"},
}
"""One of these is read for a list by age. Of filters that are not here, statistics decide what is."""

BY_SORT = {"created": "created", "submitted": "submitted", "township": "township", "state": "state"}


async def test_every_filter_and_every_sort_reads_an_index(postgres_url: NewUrl) -> None:
    url = postgres_url()
    async with filled_house(url, ORDERS) as house:

        async def indexes_of(path: str, **params: Any) -> set[str]:
            with statements_on_orders() as heard:
                answer = await house.client.get(path, params=params, headers=bearer(*EVERYTHING))
            assert answer.status_code == 200, answer.text
            assert heard, "nothing was asked of the store"
            plans = await asyncio.to_thread(explained, url, heard, WITHOUT_TABLE)
            assert not plans.wrong, (params, plans.wrong)
            return {name.removeprefix("ix_service_order_") for name in plans.indexes}

        for name, filters in FILTERS.items():
            read = await indexes_of(LIST, **filters, sort="created", limit=50)
            assert read & BY_FILTER.get(name, read), (name, read)
            assert await indexes_of(COUNTS, **filters)
        wanted = {"edition_id": "edition-3", "item_code": ["clinic", "law-advice"]}
        assert "edition" in await indexes_of(WITH_ITEMS, **wanted)
        for sort in SORTS:
            assert BY_SORT[sort.removeprefix("-")] in await indexes_of(LIST, sort=sort), sort
