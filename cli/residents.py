"""What residents of the demonstration say of booths, without an account, by the codes on the signs."""

from collections.abc import Iterable

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
    for item, score, text in said:
        path = f"/api/requests/public/{signs[item].partition('/public/')[2]}"

        async def is_taken(path: str = path, score: int = score, text: str = text) -> bool:
            try:
                await client.send_form(path, score=str(score), text=text)
            except Refused as refusal:
                code = refusal.problem.get("code")
                if code == "rating_too_early":  # requests has not heard yet that the stop started
                    return False
                if code != "rating_too_late":
                    raise
            return True

        await client.until("residents may rate", is_taken)
