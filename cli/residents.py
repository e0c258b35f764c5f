"""What residents of the demonstration say of booths, without an account, by the codes on the signs."""

from collections.abc import Iterable
from functools import partial

from cli.client import Client, Refused

Said = tuple[str, int, str]
"""An item, a score and words."""


async def rate_booths(client: Client, stop_id: str, said: Iterable[Said]) -> None:
    """One resident rates booths of a stop; sent again, the first ratings stand. Where no clock plays the stop's year,
    it is too late to rate, and nothing is said."""
    signs = {
        sign["item_code"]: sign["url"]
        for sign in await client.get("/api/requests/signs", stop_id=stop_id)
    }
    # A form that comes too early would be refused, and counts in what an address may send.
    await client.until(
        "requests knows that the stop has started",
        partial(client.has_heard, "requests", "dispatch"),
    )
    for item, score, text in said:
        path = f"/api/requests/public/{signs[item].partition('/public/')[2]}"
        try:
            await client.send_form(path, score=str(score), text=text)
        except Refused as refusal:
            if refusal.problem.get("code") != "rating_too_late":
                raise
