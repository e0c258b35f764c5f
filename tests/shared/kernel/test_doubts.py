"""What may be a mistake is asked about once, with every doubt, and goes on when it is confirmed."""

import httpx
import pytest
from fastapi import FastAPI

from shared.http import problems
from shared.http.inputs import Confirmed
from shared.http.texts import Texts
from shared.kernel.doubts import ConfirmationNeeded, Doubts


def test_all_doubts_are_said_at_once() -> None:
    doubts = Doubts()
    doubts.add("too_slow", "on")
    doubts.add("unavailable", "place")
    with pytest.raises(ConfirmationNeeded) as refused:
        doubts.settle()
    assert [(reason.code, reason.where) for reason in refused.value.reasons] == [
        ("too_slow", "on"),
        ("unavailable", "place"),
    ]


def test_what_is_confirmed_is_no_doubt_any_more_and_the_rest_is() -> None:
    doubts = Doubts({"too_slow", "of_another_request"})
    doubts.add("too_slow", "on")
    doubts.settle()
    doubts.add("unavailable", "place")
    with pytest.raises(ConfirmationNeeded):
        doubts.settle()


async def test_over_http_the_codes_are_in_the_answer_and_in_the_next_request() -> None:
    app = FastAPI()
    problems.install(app, Texts())

    @app.post("/do")
    async def do(confirmed: Confirmed = frozenset()) -> str:
        doubts = Doubts(confirmed)
        doubts.add("too_slow", "on")
        doubts.add("unavailable", "place")
        doubts.settle()
        return "done"

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://it"
    ) as client:
        asked = await client.post("/do")
        assert asked.status_code == 409
        problem = asked.json()
        assert problem["code"] == "confirmation_needed"
        codes = [entry["code"] for entry in problem["errors"]]
        assert codes == ["too_slow", "unavailable"]
        assert (await client.post("/do", params={"confirm": codes[:1]})).status_code == 409
        assert (await client.post("/do", params={"confirm": codes})).json() == "done"
