"""A township has another division code: what it was told is in the inbox of the new one, and so is what comes late."""

from datetime import date

from shared.contracts.base import Point
from shared.contracts.catalog import TownshipChanged, TownshipRecoded
from tests.notify.rui_an import GAOLOU, accepted, codes, directory, edition, ordered, tell
from tests.support.house import House

NEW, NEWER = "330381126000", "330381127000"
TOWN, NEW_TOWN = f"township.{GAOLOU}", f"township.{NEW}"
TOLD = ["message.edition_published", "message.order_accepted"]


def recoded(code: str, new_code: str) -> tuple[str, TownshipRecoded]:
    event = TownshipRecoded(code=code, new_code=new_code, valid_from=date(2014, 6, 27))
    return f"township:{code}", event


def entered(code: str, former: str) -> tuple[str, TownshipChanged]:
    names = {"name": "高楼街道", "name_en": "Gaolou"}
    centre = Point(lat=27.81, lon=120.28)
    event = TownshipChanged(code=code, **names, centre=centre, former_code=former)
    return f"township:{code}", event


async def address(house: House, recipient: str) -> tuple[str | None, int, str]:
    listed = (await house.client.get("/api/notify/recipients", params={"limit": 500})).json()
    (found,) = (each for each in listed["items"] if each["id"] == recipient)
    return found["email"], found["unread"], found["name"]


async def test_its_messages_and_its_address_go_with_it(anywhere: House) -> None:
    await tell(anywhere, *directory(), edition(), ordered(), accepted())
    assert await codes(anywhere, TOWN) == TOLD
    path = f"/api/notify/recipients/{TOWN}"
    body = {"language": "zh-CN", "email": "gaolou@example.org"}
    assert (await anywhere.client.put(path, json=body)).status_code == 200
    envelopes = [anywhere.envelope(*told) for told in (entered(NEW, GAOLOU), recoded(GAOLOU, NEW))]
    for envelope in (*envelopes, *envelopes):
        await anywhere.broker.publish([envelope])
    assert (await codes(anywhere, NEW_TOWN), await codes(anywhere, TOWN)) == (TOLD, [])
    assert await address(anywhere, NEW_TOWN) == ("g****@e****.org", 2, "高楼街道")
    assert await address(anywhere, TOWN) == (None, 0, "高楼镇")


async def test_what_comes_late_reaches_the_new_code(anywhere: House) -> None:
    await tell(anywhere, *directory(), recoded(NEW, NEWER), recoded(GAOLOU, NEW))
    await tell(anywhere, ordered(), accepted())
    assert await codes(anywhere, f"township.{NEWER}") == ["message.order_accepted"]
    await tell(anywhere, edition(), entered(NEWER, NEW))
    assert await codes(anywhere, f"township.{NEWER}") == [
        "message.order_accepted",
        "message.edition_published",
    ]
