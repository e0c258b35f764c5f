"""What the tests of mergers do over HTTP: look at two entries, and merge them."""

from typing import Any

from tests.support.house import House


async def compare(house: House, kind: str, code: str, into: str, *, status: int = 200) -> Any:
    step = "joining" if kind == "townships" else "merging"
    answer = await house.client.get(f"/api/catalog/{kind}/{code}/{step}", params={"into": into})
    assert answer.status_code == status, answer.text
    return answer.json()


async def merge(
    house: House, kind: str, code: str, into: str, *, status: int = 200, **said: Any
) -> Any:
    """As somebody who has just looked, unless ``seen`` is given."""
    if "seen" not in said:
        said["seen"] = (await compare(house, kind, code, into))["seen"]
    confirm = {"confirm": said.pop("confirm")} if "confirm" in said else {}
    step = "join" if kind == "townships" else "merge"
    answer = await house.client.post(
        f"/api/catalog/{kind}/{code}/{step}", json={"into": into, **said}, params=confirm
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def values_of(entry: dict[str, Any], **chosen: Any) -> dict[str, Any]:
    """What a team's entry says, with what the coordinator chose instead."""
    fields = ("name", "name_en", "agency_code", "members", "area")
    return {field: entry[field] for field in fields} | chosen
