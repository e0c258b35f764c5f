"""What happened at stops of the demonstration besides their services, as a coordinator enters it who is telephoned."""

from cli import scenario as s
from cli.client import Client, Json


async def note_incidents(client: Client, stop: Json) -> None:
    """Notes what happened at a stop that has started, if anything did, and what was done about it, if anything was."""
    if (happened := s.INCIDENTS.get(stop["township_name"])) is None:
        return
    path = f"/api/dispatch/stops/{stop['id']}/incidents"
    incident, words = happened

    async def first() -> Json:
        found = await client.get(path)
        return dict(found[-1]) if found else {}

    noted = await client.ensure(first, bool, path, incident)
    if words is not None:
        await client.ensure(
            first,
            lambda found: found["state"] == "closed",
            f"/api/dispatch/incidents/{noted['id']}/close",
            {"words": words},
        )
