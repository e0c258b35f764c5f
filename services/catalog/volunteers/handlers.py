"""The other services answer what they collected or deleted of a person's data."""

from services.catalog.volunteers.use_cases.person_requests import note_answer
from shared.contracts.base import PersonAnswer
from shared.unit_of_work import UnitOfWork


async def on_person_data_collected(uow: UnitOfWork, event: PersonAnswer) -> None:
    await note_answer(uow, event.request_id, service=event.publisher, records=event.records)


async def on_person_data_erased(uow: UnitOfWork, event: PersonAnswer) -> None:
    await note_answer(uow, event.request_id, service=event.publisher, records=event.records)
