"""Idempotency-Key on both stores: one key, one thing, however often and however close together it comes."""

import asyncio

import pytest
from pydantic import BaseModel

from shared.db.idempotency import claim
from shared.kernel.access import Actor, Policy, Role, everyone_with_an_account
from shared.kernel.errors import Conflict
from shared.kernel.ids import new_id
from tests.support.rolls import Roll, Rolls


class Wish(BaseModel):
    text: str


GAOLOU, XIANJIANG = Wish(text="高楼镇义诊"), Wish(text="仙降街道义诊")


async def make(rolls: Rolls, key: str | None, wish: Wish) -> str:
    """A use case: makes a roll for the wish, once a key."""
    wanted = new_id()
    async with rolls.uow.transaction() as tx:
        code = await claim(tx, key, wish, wanted)
        if code == wanted:
            tx.add(Roll(code=code))
        return code


async def test_the_same_key_and_body_give_the_same_thing(rolls: Rolls) -> None:
    assert await make(rolls, "key-1", GAOLOU) == await make(rolls, "key-1", GAOLOU)


async def test_other_keys_and_no_key_give_other_things(rolls: Rolls) -> None:
    made = [await make(rolls, key, GAOLOU) for key in ("key-1", "key-2", None, None)]
    assert len(set(made)) == 4


async def test_the_same_key_with_another_body_is_refused(rolls: Rolls) -> None:
    await make(rolls, "key-1", GAOLOU)
    with pytest.raises(Conflict) as raised:
        await make(rolls, "key-1", XIANJIANG)
    assert (raised.value.code, raised.value.status) == ("idempotency_key_reused", 409)


async def test_requests_at_the_same_moment_make_one_thing(rolls: Rolls) -> None:
    made = await asyncio.gather(*(make(rolls, "key-1", GAOLOU) for _ in range(8)))
    assert len(set(made)) == 1


async def test_a_request_that_failed_leaves_its_key_free(rolls: Rolls) -> None:
    with pytest.raises(ZeroDivisionError):
        await _claim_and_fail(rolls)
    assert await make(rolls, "key-1", XIANJIANG)


async def _claim_and_fail(rolls: Rolls) -> None:
    async with rolls.uow.transaction() as tx:
        await claim(tx, "key-1", GAOLOU, new_id())
        raise ZeroDivisionError


async def test_a_key_is_an_account_s_own(rolls: Rolls) -> None:
    """Another account neither gets what the first has made, nor learns that the key was used."""

    async def make_as(subject: str, wish: Wish) -> str:
        unit = rolls.uow.acting(Actor(subject, frozenset({Role.OFFICER})))
        unit.permit(Policy({"make": everyone_with_an_account()}), "make")
        wanted = new_id()
        async with unit.transaction() as tx:
            return await claim(tx, "order-0001", wish, wanted)

    first = await make_as("gaolou", GAOLOU)
    assert await make_as("xianjiang", GAOLOU) != first
    assert await make_as("huling", XIANJIANG), "and no refusal"
    assert await make_as("gaolou", GAOLOU) == first


async def test_a_key_is_an_operation_s_own(rolls: Rolls) -> None:
    class Plan(Wish):
        """The body of another operation."""

    assert await make(rolls, "key-1", GAOLOU) != await make(rolls, "key-1", Plan(text=GAOLOU.text))
