"""What townships of the demonstration say about their stops, as a coordinator enters it who is called by telephone."""

from functools import partial

from cli.client import Client, Json, Refused


async def confirm_stop(client: Client, stop: Json) -> None:
    """The half-day suits the township. A stop about which it has answered, or that has begun, is left as it is."""
    await _say(client, stop, "confirm", {"on": stop["on"], "part": stop["part"]})


async def ask_for_another_day(client: Client, stop: Json, wish: Json) -> None:
    """The township asks for another day. Where no clock plays the stop's year, the days wished for are over, and it is
    left as it is."""
    try:
        await _say(client, stop, "another-day", wish)
    except Refused as refusal:
        if refusal.problem.get("code") != "other_day_is_over":
            raise


async def _say(client: Client, stop: Json, act: str, body: Json) -> None:
    path = f"/api/dispatch/stops/{stop['id']}"
    await client.ensure(
        partial(client.get, path),
        lambda found: (
            found["state"] != "planned" or found["confirmation"]["parties"][0]["state"] != "waiting"
        ),
        f"{path}/{act}",
        body,
    )
