"""What happens to registrations and photos when people and teams are merged, exported or erased."""

from services.catalog.activities.domain import Activity, Photo, Registration
from services.catalog.activities.queries.photos import photos_with
from services.catalog.activities.queries.registrations import (
    activities_of,
    organised_by,
    registered_from,
    registrations_of,
)
from services.catalog.activities.use_cases.announcing import announce_signed
from services.catalog.activities.use_cases.arranging import sign_ups_for
from services.catalog.volunteers.use_cases.person_requests import Held
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction


async def move_registrations(tx: Transaction, no: str, into: str) -> None:
    """They are of the person's other number; where both were registered, the better one stays, and a place that is
    free now goes to whoever waits longest."""
    for activity_id in await activities_of(tx.session, no):
        found = await tx.get(Activity, activity_id)
        sign_ups = await sign_ups_for(tx, found)
        dropped, signed = sign_ups.merge(no, into)
        if dropped is not None:
            stays = sign_ups.all[into]
            stays.volunteer_no = no if dropped.volunteer_no == into else into
            await tx.session.delete(dropped)
            await tx.flush()  # a number is registered once
            stays.volunteer_no = into
        announce_signed(tx, found, signed, by_others=True)
    for photo_id in await photos_with(tx.session, no):
        (await tx.get(Photo, photo_id)).rename(no, into)


async def move_activities_of_team(tx: Transaction, code: str, into: str) -> None:
    """What a team organised, and where its people are registered, is the other one's."""
    for activity_id in await organised_by(tx.session, code):
        (await tx.get(Activity, activity_id)).team_code = into
    found = await tx.find_all(Registration, await registered_from(tx.session, code))
    for each in found.values():
        each.team_code = into


async def _collect(tx: Transaction, no: str) -> list[Record]:
    return [
        {
            "kind": Registration.kind,
            "activity": found.name,
            "on": found.on.isoformat(),
            "place": found.place,
            "state": each.state,
            "entered_at": each.entered_at.isoformat(),
            "attended": each.attended,
        }
        for each, found in await registrations_of(tx.session, no)
    ] + [{"kind": Photo.kind, "id": photo_id} for photo_id in await photos_with(tx.session, no)]


async def _erase(tx: Transaction, no: str) -> int:
    """Places ahead go to those who wait. That a number was at an activity stays, and names nobody; a photo in which the
    person is goes."""
    count = 0
    for activity_id in await activities_of(tx.session, no):
        found = await tx.get(Activity, activity_id)
        if found.state == "announced":
            signed = (await sign_ups_for(tx, found)).withdraw([no])
            announce_signed(tx, found, signed, by_others=True)
            count += len(signed.withdrawn)
    for photo_id in await photos_with(tx.session, no):
        count += (await tx.get(Photo, photo_id)).forget(no)
    return count


PARTICIPATION = Held(_collect, _erase)
"""What is held of a volunteer as a participant."""
