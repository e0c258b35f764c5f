"""Transactions that post to the same recipients at the same moment: nothing is lost, and none ends in a deadlock."""

from services.notify.inbox.domain.recipient import COORDINATOR
from tests.notify.overlapping import one_inside_the_other, side_by_side
from tests.notify.rui_an import GAOLOU, HULING, accepted, codes, directory, ordered, tell
from tests.support.house import House

TOWN = f"township.{GAOLOU}"


async def positions(house: House, after: int | None = None) -> list[int]:
    """Of the coordinator's messages, as a browser asks for those after the last one that it has seen."""
    behind = {} if after is None else {"after": after}
    answer = await house.client.get(f"/api/notify/recipients/{COORDINATOR}/messages", params=behind)
    return [message["position"] for message in answer.json()["items"]]


async def test_whoever_reads_on_after_the_last_message_misses_none(on_postgres: House) -> None:
    """Two orders of one township at once: the message with the lower position is committed first."""
    await tell(on_postgres, *directory(), ordered())
    seen = await positions(on_postgres)

    async def read_on() -> None:
        seen.extend(await positions(on_postgres, after=seen[-1]))

    await one_inside_the_other(on_postgres, [ordered()], [ordered()], meanwhile=read_on)
    await read_on()
    assert seen == await positions(on_postgres)
    assert len(seen) == 3


async def test_two_that_mention_a_recipient_first_both_reach_it(on_postgres: House) -> None:
    await one_inside_the_other(on_postgres, [accepted()], [accepted()])
    assert await codes(on_postgres, TOWN) == ["message.order_accepted"] * 2
    counts = (await on_postgres.client.get("/api/notify/messages/counts")).json()
    assert counts["by_recipient"] == {TOWN: 2}


async def test_batches_that_reach_the_same_recipients_in_another_order_both_commit(
    on_postgres: House,
) -> None:
    await tell(on_postgres, *directory())
    forth, back = [accepted(GAOLOU), accepted(HULING)], [accepted(HULING), accepted(GAOLOU)]
    for _ in range(5):
        await side_by_side(on_postgres, forth, back)
    for code in (GAOLOU, HULING):
        assert await codes(on_postgres, f"township.{code}") == ["message.order_accepted"] * 10


async def test_batches_that_make_the_same_recipients_in_another_order_both_commit(
    on_postgres: House,
) -> None:
    for number in range(5):
        one, two = f"33038112{number}000", f"33038113{number}000"
        await side_by_side(
            on_postgres, [accepted(one), accepted(two)], [accepted(two), accepted(one)]
        )
        assert [await codes(on_postgres, f"township.{code}") for code in (one, two)] == [
            ["message.order_accepted"] * 2
        ] * 2
