"""Another system subscribes to the demonstration's events, and an operator grants it: its server is a page of the same
embedded system, so that what arrives there can be looked at."""

from pathlib import Path

from cli.client import Client
from cli.receiver import HOOKS
from cli.sign_in import demonstration_session
from cli.terminal import language_of

NAME = "城市大脑（演示）"
HOOK = "city-brain"
TYPES = (
    "catalog.edition_published.v1",
    "requests.order_accepted.v1",
    "requests.service_rated.v1",
    "dispatch.plan_published.v1",
    "dispatch.stop_scheduled.v1",
    "dispatch.stop_completed.v1",
)


async def subscribe(url: str, data: Path) -> None:
    """Makes the subscription, unless the subscriber's account has one."""
    session = demonstration_session(url, data, "subscriber")
    async with Client.at(url, session=session, language=language_of()) as subscriber:
        if (await subscriber.get("/api/notify/subscriptions"))["total"]:
            return
        asked = {
            "name": NAME,
            "channel": "webhook",
            "url": f"{url}{HOOKS}/{HOOK}",
            "types": list(TYPES),
        }
        made = await subscriber.post("/api/notify/subscriptions", asked, key="demonstration")
    session = demonstration_session(url, data, "operator")
    async with Client.at(url, session=session, language=language_of()) as operator:
        await operator.post(f"/api/notify/subscriptions/{made['id']}/approve", key="demonstration")
