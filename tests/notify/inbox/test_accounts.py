"""What concerns one coordinator alone is told to that account, and shown to nobody else."""

from shared.contracts.catalog import CoordinatorChanged
from shared.contracts.requests import TaskHolderChanged
from shared.kernel.access import Role
from tests.notify.rui_an import ORDER, tell
from tests.support.house import House
from tests.support.tokens import bearer

RECIPIENTS = "/api/notify/recipients"
WANG, LI, AUDITOR = (
    bearer(Role.COORDINATOR, sub="wang"),
    bearer(Role.COORDINATOR, sub="li"),
    bearer(Role.AUDITOR, sub="auditor"),
)
HANDED = TaskHolderChanged(
    code="order_to_accept", about=f"order:{ORDER}", step="handed_over", told_id="wang", by_id="li"
)


async def announce(notify: House, name: str, *, active: bool = True) -> None:
    await tell(notify, (f"account:{name}", CoordinatorChanged(subject=name, active=active)))


async def test_it_is_ones_own(anywhere: House) -> None:
    for name in ("wang", "li"):
        await announce(anywhere, name)
    await tell(anywhere, ("task_holder_change:c1", HANDED))
    client, path = anywhere.client, f"{RECIPIENTS}/account.wang/messages"
    (message,) = (await client.get(path, headers=WANG)).json()["items"]
    assert (message["about"], message["colleague"]) == (f"order:{ORDER}", "li")
    assert "受理点单" in message["subject"]
    reading = f"/api/notify/messages/{message['id']}/read"
    for other in (LI, AUDITOR):
        assert (await client.get(path, headers=other)).status_code == 404
        listed = (await client.get(RECIPIENTS, headers=other)).json()["items"]
        assert "account.wang" not in [each["id"] for each in listed]
    assert (await client.post(reading, headers=LI)).status_code == 404
    address = {"language": "en", "email": "li@example.org"}
    answer = await client.put(f"{RECIPIENTS}/account.wang", json=address, headers=LI)
    assert answer.status_code == 404
    own = {
        each["id"]: each for each in (await client.get(RECIPIENTS, headers=WANG)).json()["items"]
    }
    assert own["account.wang"]["unread"] == 1
    assert (await client.post(reading, headers=WANG)).status_code == 200


async def test_a_task_of_a_later_release_is_told_in_general_words(notify: House) -> None:
    await tell(notify, ("task_holder_change:c1", HANDED.model_copy(update={"code": "new_act"})))
    path = f"{RECIPIENTS}/account.wang/messages"
    (message,) = (await notify.client.get(path, headers=WANG)).json()["items"]
    assert "一件待办" in message["subject"]


async def test_a_closed_account_gets_no_mail(notify: House) -> None:
    await announce(notify, "wang")
    address = {"language": "en", "email": "wang@example.org"}
    path = f"{RECIPIENTS}/account.wang"
    kept = await notify.client.put(path, json=address, headers=WANG)
    assert kept.json()["has_email"]
    await announce(notify, "wang", active=False)
    (own,) = [
        each
        for each in (await notify.client.get(RECIPIENTS, headers=WANG)).json()["items"]
        if each["id"] == "account.wang"
    ]
    assert not own["has_email"]
