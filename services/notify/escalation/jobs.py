"""What runs beside the consumer: whoever has not acknowledged is asked again."""

from collections.abc import Sequence

from services.notify.channels.use_cases.channel import Channel
from services.notify.escalation.use_cases import ask_again
from services.notify.inbox.domain.acknowledgement import Acknowledgement
from services.notify.inbox.use_cases import ACKNOWLEDGEMENT_TOPIC
from shared.cache.port import Cache
from shared.cache.waking import Waking
from shared.jobs.worker import Worker
from shared.service import Job
from shared.unit_of_work import UnitOfWork

BATCH = 20


def asker(uow: UnitOfWork, cache: Cache, channels: Sequence[Channel]) -> Job:
    """Asks again as it falls due."""

    async def carry_out(asked: Sequence[Acknowledgement], _watch: Waking) -> None:
        await ask_again(uow, cache, channels, asked)

    return Worker(
        uow,
        cache,
        Acknowledgement,
        carry_out,
        topic=ACKNOWLEDGEMENT_TOPIC,
        batch=BATCH,
    ).run
