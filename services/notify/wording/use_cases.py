"""Wording a message, taking an earlier wording again, and trying one."""

from collections.abc import Mapping

from services.notify.channels.domain.letter import NO_ADDRESS, UNREACHABLE, Letter, Outcome
from services.notify.channels.use_cases.channel import Channel
from services.notify.inbox.domain.recipient import COORDINATOR, Recipient
from services.notify.policy import POLICY
from services.notify.templates.domain import AS_RELEASED, MessageTemplate, Wording
from services.notify.templates.queries import read_versions
from services.notify.templates.use_cases import reword
from services.notify.wording.queries import (
    filled,
    released,
    require_code,
    stored,
)
from shared.http.texts import Texts
from shared.kernel.errors import NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import UnitOfWork


async def word_message(uow: UnitOfWork, texts: Texts, code: str, typed: Wording) -> None:
    """Words a message anew, for all that are written from now on. The same words again change nothing; those of the
    release are followed when a later one brings others.

    :raises NotFound: there is no such message. :raises InvalidInput: see :func:`stored`.
    """
    uow.permit(POLICY, "word_messages")
    wording = stored(texts, code, typed)
    is_released = wording == released(texts, code)
    async with uow.transaction() as tx:
        await reword(tx, code, None if is_released else wording, restored=None)


async def restore_wording(uow: UnitOfWork, texts: Texts, code: str, number: int) -> None:
    """Takes the words of an earlier version again, 0 for those of the release, as a new version.

    :raises NotFound: there is no such message, or no such version of it.
    """
    uow.permit(POLICY, "word_messages")
    require_code(texts, code)
    async with uow.transaction() as tx:
        wording = None
        if number != AS_RELEASED:
            versions = (await read_versions(tx.session, [code])).get(code, ())
            found = [each for each in versions if each.number == number]
            if not found:
                raise NotFound("template_version", str(number))
            wording = found[0].wording
        await reword(tx, code, wording, restored=number)


async def try_wording(
    uow: UnitOfWork,
    texts: Texts,
    channels: Mapping[str, Channel],
    code: str,
    typed: Wording,
    *,
    channel_code: str,
    language: str,
    message_id: str | None,
) -> Outcome:
    """Sends a wording that need not be saved to the corps' own addresses on a channel. It counts as any other does.

    :raises NotFound: there is no such message, or the channel is not set up. :raises InvalidInput: see :func:`stored`.
    """
    grant = uow.permit(POLICY, "word_messages")
    wording = stored(texts, code, typed)
    if channel_code not in channels:
        raise NotFound("channel", channel_code)
    channel = channels[channel_code]
    async with uow.transaction() as tx:
        tx.note(MessageTemplate.kind, code, tried=channel_code)
        rendered = await filled(tx.session, texts, language, code, wording, message_id, grant)
        targets = (await channel.targets(tx.session, {COORDINATOR})).get(COORDINATOR, ())
        corps = await tx.session.get(Recipient, COORDINATOR)
        addresses = [channel.address_of(corps, each) for each in targets] if corps else []
    mark = texts.render(language, "channel.trial")["text"]
    letters = [
        Letter(
            id=new_id(),
            address=address,
            language=language,
            subject=f"{mark}{rendered.subject}",
            text=rendered.text,
            is_urgent=True,
        )
        for address in addresses
        if address is not None
    ]
    if not letters:
        return NO_ADDRESS
    outcomes = await channel.send(letters)
    found = [outcomes.get(letter.id, UNREACHABLE) for letter in letters]
    return next((each for each in found if each.what != "sent"), found[0])
