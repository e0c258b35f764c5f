"""Attendance and hours follow teams and people that were entered twice, and people who are erased."""

from services.dispatch.attendance.use_cases.people import forget_words, hand_over, move_hours
from services.dispatch.availability.use_cases import erase_availability, merge_volunteers
from services.dispatch.calendars.use_cases import end_of_party
from services.dispatch.rescheduling.use_cases import follow_merger
from services.dispatch.rosters.use_cases.following import drop_volunteer
from shared.contracts.catalog import TeamMerged, VolunteerMerged
from shared.unit_of_work import Transaction, UnitOfWork


async def on_team_merged(uow: UnitOfWork, event: TeamMerged) -> None:
    async with uow.transaction() as tx:
        into = await follow_merger(tx, event)
        await move_hours(tx, event.code, into)
        await end_of_party(tx, "team", event.code)


async def on_volunteer_merged(uow: UnitOfWork, event: VolunteerMerged) -> None:
    """Of two entries of one person the hours are the other's."""
    async with uow.transaction() as tx:
        into = await merge_volunteers(tx, event)
        await drop_volunteer(tx, event.volunteer_no, "merged", by=into)
        await hand_over(tx, event.volunteer_no, into)
        await end_of_party(tx, "volunteer", event.volunteer_no)


async def erase_volunteer(tx: Transaction, no: str) -> int:
    """Forgets when the person can't come, what was said of the hours, and the person's calendar, and takes the number
    off the rosters ahead.
    Number and hours stay for as long as records are kept, for a number alone says nothing."""
    await drop_volunteer(tx, no, "left")
    forgotten = await erase_availability(tx, no) + await forget_words(tx, no)
    return forgotten + await end_of_party(tx, "volunteer", no)
