"""Setting what a recipient wants."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import delete, func, select

from services.notify.inbox.domain.recipient import Recipient, kind_of_post, require_own
from services.notify.inbox.use_cases import release_gathered, release_postponed
from services.notify.policy import POLICY
from services.notify.preferences.domain.kinds import Kind
from services.notify.preferences.domain.preference import Preference, Way
from services.notify.preferences.domain.rhythm import Rhythm
from services.notify.preferences.queries import PreferenceView, view_of
from services.notify.preferences.tables import preference as preference_table
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.privacy.answering import Record
from shared.unit_of_work import Transaction, UnitOfWork


async def set_preferences(
    uow: UnitOfWork,
    recipient_id: str,
    *,
    language: str,
    channels: Mapping[Kind, Sequence[Way]],
    quiet_from: str | None,
    quiet_until: str | None,
    rhythm: Rhythm,
    stand_in_id: str | None,
    stand_in_until_on: date | None,
) -> PreferenceView:
    """Replaces what a recipient wants. It holds for what is still waiting to be sent, too. Whoever sets it need not say
    what stood there before: it is the post's own, set as a whole.

    :raises InvalidInput: the quiet hours are unclear, or the stand-in is none: another kind of post, oneself, or until
        no day or one that is over.
    :raises Conflict: whoever is to stand in is away, too.
    :raises NotFound: no event has mentioned the recipient, or the stand-in.
    """
    require_own(uow.permit(POLICY, "address_recipient"), recipient_id)
    async with uow.transaction() as tx:
        posts = await tx.find_all(Recipient, {recipient_id, *filter(None, [stand_in_id])})
        if recipient_id not in posts:
            raise NotFound(Recipient.kind, recipient_id)
        recipient = posts[recipient_id]
        _require_stand_in(recipient_id, stand_in_id, stand_in_until_on, posts, tx.today)
        wanted = await _made(tx, recipient_id)
        if wanted.rhythm != rhythm:
            await release_gathered(tx, recipient_id)
        wanted.choose(channels, quiet_from, quiet_until, rhythm)
        recipient.language = language
        recipient.be_stood_in_for(stand_in_id, stand_in_until_on if stand_in_id else None)
        await release_postponed(tx, recipient_id)
        return view_of(recipient, wanted)


async def _made(tx: Transaction, recipient_id: str) -> Preference:
    """The recipient's preference, which begins with the defaults. Its recipient is locked, so it is made once."""
    wanted = await tx.find(Preference, recipient_id)
    if wanted is None:
        wanted = Preference(recipient_id=recipient_id)
        tx.add(wanted)
    return wanted


def _require_stand_in(
    recipient_id: str,
    stand_in_id: str | None,
    until_on: date | None,
    posts: Mapping[str, Recipient],
    today: date,
) -> None:
    if stand_in_id is None:
        return
    if until_on is None or until_on < today:
        raise InvalidInput("stand_in_until_unclear", field="stand_in_until_on")
    if stand_in_id == recipient_id or kind_of_post(stand_in_id) != kind_of_post(recipient_id):
        raise InvalidInput("stand_in_unfit", field="stand_in_id")
    if stand_in_id not in posts:
        raise InvalidInput("stand_in_unknown", field="stand_in_id")
    if posts[stand_in_id].stand_in_on(today) is not None:
        raise Conflict("stand_in_away", field="stand_in_id")


async def move_preference(tx: Transaction, former_id: str, new_id: str) -> None:
    """Whoever took a recipient's place wants what that one wanted, unless it has said otherwise."""
    found = await tx.find_all(Preference, [former_id, new_id])
    former = found.get(former_id)
    if former is None:
        return
    if new_id not in found:
        tx.add(former.of(new_id))
    await tx.session.delete(former)


async def collect_records(tx: Transaction, recipient_id: str) -> list[Record]:
    wanted = await tx.find(Preference, recipient_id)
    if wanted is None:
        return []
    return [
        {
            "kind": "preference",
            "id": recipient_id,
            "channels": wanted.channels,
            "quiet_from": wanted.quiet_from,
            "quiet_until": wanted.quiet_until,
            "rhythm": wanted.rhythm,
        }
    ]


async def erase_records(tx: Transaction, recipient_id: str) -> int:
    mine = preference_table.c.recipient_id == recipient_id
    rows = await tx.session.scalar(select(func.count()).select_from(preference_table).where(mine))
    await tx.session.execute(delete(preference_table).where(mine))
    return rows or 0
