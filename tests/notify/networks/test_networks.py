"""An operator allows private networks; everything else inside stays out of reach."""

from ipaddress import ip_network

import httpx
import pytest

from services.notify.networks.domain import clean_network
from services.notify.networks.use_cases import Outbound
from shared.http.outbound import AddressRefused
from shared.kernel.access import Role
from shared.kernel.errors import InvalidInput
from shared.tls import trusting
from tests.notify.conftest import NewNotify
from tests.support.house import House
from tests.support.tokens import bearer
from tests.support.web import web_server

OPERATOR = bearer(Role.OPERATOR)
URL = "/api/notify/allowed-networks"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("10.1.2.0/33", "network_malformed"),
        ("10.1.2", "network_malformed"),
        ("::ffff:10.0.0.1", "network_malformed"),
        ("0.0.0.0/0", "network_too_wide"),
        ("::/0", "network_too_wide"),
        ("127.0.0.1", "network_forbidden"),
        ("::1", "network_forbidden"),
        ("169.254.169.254", "network_forbidden"),
        ("fe80::/64", "network_forbidden"),
        ("224.0.0.0/24", "network_forbidden"),
    ],
)
def test_what_nobody_may_be_led_to_is_no_network_to_allow(typed: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        clean_network(typed)
    assert refused.value.code == code


async def test_a_network_is_allowed_once_and_withdrawn(notify: House) -> None:
    body = {"network": "10.1.2.7/24", "in_clear": True, "note": "短信网关"}
    made = await notify.client.post(URL, json=body, headers=OPERATOR)
    assert (made.status_code, made.json()["network"]) == (201, "10.1.2.0/24")
    again = await notify.client.post(URL, json=body | {"network": "10.1.2.0/24"}, headers=OPERATOR)
    assert (again.status_code, again.json()["code"]) == (409, "network_known")
    listed = (await notify.client.get(URL, headers=OPERATOR)).json()
    assert [(each["network"], each["in_clear"]) for each in listed] == [("10.1.2.0/24", True)]
    withdraw = f"{URL}/{made.json()['id']}/withdraw"
    assert (await notify.client.post(withdraw, headers=OPERATOR)).status_code == 200
    assert (await notify.client.get(URL, headers=OPERATOR)).json() == []
    assert (await notify.client.post(withdraw, headers=OPERATOR)).status_code == 404


async def test_what_is_allowed_is_reached_from_the_next_request_on(new_notify: NewNotify) -> None:
    with web_server(lambda path: (204, b"")) as gateway:
        async with new_notify() as house:
            url = f"http://127.0.0.1:{gateway.port}/send"
            uow = house.uow("notify")

            async def ask(outbound: Outbound) -> httpx.Response:
                async with outbound.client() as client:
                    return await client.post(url, json={})

            with pytest.raises(AddressRefused):
                await ask(Outbound(uow, trusting(None)))
            assert gateway.asked == []
            here = Outbound(uow, trusting(None), in_clear=[ip_network("127.0.0.0/8")])
            assert (await ask(here)).status_code == 204
            body = {"network": "10.0.0.0/8", "note": "政务外网"}
            assert (await house.client.post(URL, json=body)).status_code == 201
            with pytest.raises(AddressRefused) as refused:
                async with Outbound(uow, trusting(None)).client() as client:
                    await client.post("http://10.255.255.1/", json={})
            assert refused.value.facts["reason"] == "scheme", "allowed by https alone"
