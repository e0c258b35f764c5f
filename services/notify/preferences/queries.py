"""What recipients want."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.inbox.domain.recipient import Recipient, require_own
from services.notify.policy import POLICY
from services.notify.preferences.domain.kinds import KINDS, Kind
from services.notify.preferences.domain.preference import Preference
from services.notify.preferences.domain.rhythm import Rhythm
from services.notify.preferences.tables import preference as preference_table
from shared.kernel.errors import NotFound
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class KindView:
    kind: Kind
    channels: Sequence[str]


@dataclass(frozen=True, slots=True)
class PreferenceView:
    """What a recipient wants, all kinds included. ``stand_in_id`` is who is told as well, until
    ``stand_in_until_on``."""

    recipient_id: str
    language: str
    kinds: list[KindView]
    quiet_from: str | None
    quiet_until: str | None
    rhythm: Rhythm
    stand_in_id: str | None
    stand_in_until_on: date | None


async def preferences_of(
    session: AsyncSession, recipient_ids: Collection[str]
) -> dict[str, Preference]:
    """By recipient; the defaults where somebody has set nothing."""
    found = await session.scalars(
        select(Preference).where(preference_table.c.recipient_id.in_(recipient_ids))
    )
    set_so_far = {each.recipient_id: each for each in found}
    return {
        key: set_so_far.get(key) or Preference(recipient_id=key, channels={})
        for key in recipient_ids
    }


async def get_preference(uow: UnitOfWork, recipient_id: str) -> PreferenceView:
    """:raises NotFound: no event has mentioned the recipient, or it is somebody else's."""
    require_own(uow.permit(POLICY, "read_recipients"), recipient_id)
    async with uow.reading() as session:
        recipient = await session.get(Recipient, recipient_id)
        if recipient is None:
            raise NotFound(Recipient.kind, recipient_id)
        wanted = (await preferences_of(session, [recipient_id]))[recipient_id]
        return view_of(recipient, wanted)


def view_of(recipient: Recipient, wanted: Preference) -> PreferenceView:
    return PreferenceView(
        recipient_id=recipient.id,
        language=recipient.language,
        kinds=[KindView(kind, wanted.ways_of(kind)) for kind in KINDS],
        quiet_from=wanted.quiet_from,
        quiet_until=wanted.quiet_until,
        rhythm=wanted.rhythm,
        stand_in_id=recipient.stand_in_id,
        stand_in_until_on=recipient.stand_in_until_on,
    )
