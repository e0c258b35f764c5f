"""The day after its last, an edition is retired."""

from datetime import date

from services.catalog.publication.use_cases import retire_ended_editions
from shared.contracts.catalog import EditionRetired
from tests.catalog.corps import EDITION, post, put, state_of
from tests.support.house import House


async def _retired(house: House) -> list[str]:
    return [
        event.edition_id
        for event in await house.published("catalog")
        if isinstance(event, EditionRetired)
    ]


async def test_an_edition_ends_with_its_last_day_and_once(corps: House) -> None:
    """Business stands at 27 June 2014."""
    await put(corps, "editions/june-2014", EDITION | {"retires_on": "2014-06-27"})
    await put(corps, "editions/spring-2014", EDITION | {"retires_on": "2014-06-26"})
    await post(corps, "editions/june-2014/publish")
    await post(corps, "editions/spring-2014/publish?confirm=edition_over")
    uow = corps.uow("catalog")
    await retire_ended_editions(uow)
    await retire_ended_editions(uow)
    assert await state_of(corps, "editions/june-2014") == "published"
    assert await state_of(corps, "editions/spring-2014") == "retired"
    assert await _retired(corps) == ["spring-2014"]
    refused = await post(corps, "editions/spring-2014/withdraw", status=409)
    assert refused["state"] == "retired"


async def test_a_draft_that_is_over_stays_a_draft(corps: House) -> None:
    await put(
        corps, "editions/summer-2014", EDITION | {"retires_on": date(2014, 6, 26).isoformat()}
    )
    await retire_ended_editions(corps.uow("catalog"))
    assert await state_of(corps, "editions/summer-2014") == "draft"
