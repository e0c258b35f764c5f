"""Codes, numbers and ids are taken by every operation however a keyboard or a clipboard spells them."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.notify.inbox.domain.recipient import clean_address
from services.notify.inbox.schemas import Key
from shared.http.inputs import After, AfterCode, Code, Filter, TownshipCode
from shared.http.people import VolunteerNo

APP = FastAPI()


@APP.get("/path/{key}")
async def by_key(key: Key) -> str:
    return key


@APP.get("/code/{code}")
async def by_code(code: Code) -> str:
    return code


@APP.get("/township/{code}")
async def by_township(code: TownshipCode) -> str:
    return code


@APP.get("/volunteer/{no}")
async def by_number(no: VolunteerNo) -> str:
    return no


@APP.get("/query")
async def by_query(team: Filter = None, after: After = None, code: AfterCode = None) -> Any:
    return [team, after, code]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/path/township.３３０３８１１２５０００", "township.330381125000"),
        ("/path/\u202ateam.health\u202c", "team.health"),
        ("/code/ｓｕｍｍｅｒ－２０１４", "summer-2014"),
        ("/code/summer\u20112014\u200b", "summer-2014"),
        ("/township/\ufeff３３０３８１１２５０００", "330381125000"),
        ("/volunteer/ｖ－０００１２３", "V-000123"),
        (
            "/query?team=ｈｅａｌｔｈ&after=\u200bhealth&code=　health",
            ["health", "health", "health"],
        ),
    ],
)
async def test_a_code_is_taken_as_it_is_meant(path: str, meant: Any) -> None:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(APP), base_url="http://it"
    ) as client:
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, meant)


@pytest.mark.parametrize(
    "typed", ["lin＠example．org", "\u202alin@example.org\u202c", "\u200blin@example。org　"]
)
def test_a_mail_address_is_taken_as_it_is_meant(typed: str) -> None:
    assert clean_address(typed) == "lin@example.org"
