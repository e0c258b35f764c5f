"""What dispatch corrects of booths that were held."""

from services.requests.corrections.use_cases import follow_booth
from shared.contracts.dispatch import BoothCorrected
from shared.unit_of_work import UnitOfWork


async def on_booth_corrected(uow: UnitOfWork, event: BoothCorrected) -> None:
    await follow_booth(uow, event)
