"""What a channel is to those that send by it."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.channels.domain.letter import Letter, Outcome
from services.notify.inbox.domain.recipient import Recipient


class Channel(Protocol):
    """One way to reach people: e-mail, text messages, robots of chat groups. It composes a letter
    as its readers see it, keeps within its own limits, and says what became of each."""

    @property
    def code(self) -> str:
        """How events, preferences and deliveries name it."""

    async def targets(
        self, session: AsyncSession, recipient_ids: Collection[str]
    ) -> Mapping[str, Sequence[str]]:
        """Where it reaches which of these recipients: its own code for a recipient's own address, or ids of robots.
        Those whom it doesn't reach are left out."""

    async def is_set_up(self, session: AsyncSession) -> bool:
        """Whether it can send anything at all."""

    def address_of(self, recipient: Recipient, target: str | None) -> str | None:
        """The address behind a target; None when there is none any more."""

    async def send(self, letters: Sequence[Letter]) -> Mapping[str, Outcome]:
        """Sends letters; gives what became of each, by id. Never raises for what the other side does."""
