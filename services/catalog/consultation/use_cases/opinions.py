"""Asking for opinions on a draft of the menu, giving them, and answering each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.catalog.consultation.domain import (
    Opinion,
    Saying,
    SeenOpinion,
    Stance,
    digest_of,
    new_receipt,
    place_for,
    place_of,
    require_listed,
    require_open,
    require_seen,
)
from services.catalog.consultation.queries import (
    drafted_ids,
    edition_of,
    last_number,
    number_alike,
    number_at,
    opinions_of,
    require_own,
    unanswered_count,
)
from services.catalog.directory.domain import Team, Township
from services.catalog.directory.queries import active_team_codes, require_known, township_codes
from services.catalog.editions.domain import Edition
from services.catalog.policy import POLICY
from shared.contracts.catalog import (
    ConsultationOpened,
    ConsultationProlonged,
    OpinionAnswered,
)
from shared.kernel.access import Grant
from shared.kernel.doubts import Confirmations, Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class Given:
    """An opinion that was taken; with the receipt of a resident for whom the corps entered it."""

    opinion: SeenOpinion
    receipt: str | None


@dataclass(frozen=True, slots=True)
class Published:
    """How many answers were published, and how many opinions still wait for theirs."""

    published: int
    waiting: int


async def open_consultation(
    uow: UnitOfWork, edition_code: str, until: date, *, residents: bool
) -> Edition:
    """Asks townships and teams what they think of a draft, and residents where ``residents`` says so.

    :raises InvalidInput: the day is past. :raises IllegalTransition: it is published, or opinions are asked already.
    """
    uow.permit(POLICY, "hold_consultation")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, edition_code)
        edition.open_consultation(until, today=uow.today(), residents=residents)
        tx.record(edition, await _announced(uow, tx, ConsultationOpened, edition, until))
        return edition


async def prolong_consultation(
    uow: UnitOfWork, edition_code: str, until: date, *, residents: bool
) -> Edition:
    """Takes opinions until another day. Townships and teams are told where the day is another.

    :raises InvalidInput: the day is past. :raises IllegalTransition: no opinions are asked.
    """
    uow.permit(POLICY, "hold_consultation")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, edition_code)
        was = edition.consultation_until
        edition.prolong_consultation(until, today=uow.today(), residents=residents)
        if until != was:
            tx.record(edition, await _announced(uow, tx, ConsultationProlonged, edition, until))
        return edition


async def end_consultation(uow: UnitOfWork, edition_code: str) -> Edition:
    """Takes no further opinions; those that came stay, and are still to be answered.

    :raises Conflict: no opinions are asked.
    """
    uow.permit(POLICY, "hold_consultation")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, edition_code)
        if edition.state != "consultation":  # a survey would be ended by the same step
            raise Conflict("consultation_closed", field="edition_code", title=edition.title)
        edition.return_to_draft()
        return edition


async def give_opinion(
    uow: UnitOfWork, edition_code: str, saying: Saying, confirmed: Confirmations = ()
) -> Given:
    """Takes what a township or a team says of a draft; and from the corps what a township, a team or a resident has
    told it by telephone or letter.

    :raises Conflict: no opinions are taken (any more), or it has an unanswered one on the same item.
    :raises InvalidInput: the draft does not have the item, the speaker is not known, or the corps does not say how the
        opinion reached it.
    :raises ConfirmationNeeded: another resident's opinion says the same.
    """
    grant = uow.permit(POLICY, "give_opinion")
    _require_speaker(grant, saying)
    receipt = new_receipt() if saying.speaker == "resident" else None
    doubts = Doubts(confirmed)
    async with uow.transaction() as tx:
        if saying.township_code is not None:
            await require_known(tx, Township, [saying.township_code], field="township_code")
        if saying.team_code is not None:
            await require_known(tx, Team, [saying.team_code], field="team_code")
        digest = digest_of(receipt) if receipt is not None else None
        opinion = await take_opinion(
            tx, edition_code, saying, today=uow.today(), receipt_digest=digest
        )
        if receipt is not None and (same := await number_alike(tx.session, opinion)) is not None:
            doubts.add("opinion_like_another", "text", number=same)
        doubts.settle()
        tx.add(opinion)
        return Given(opinion.seen(by_corps=grant.everything), receipt)


def _require_speaker(grant: Grant, saying: Saying) -> None:
    """Checks who speaks, and whether whoever asks may enter it.

    :raises InvalidInput: nobody, or two are said to speak; or the corps does not say how it heard of it.
    """
    named = [each for each in (saying.township_code, saying.team_code) if each is not None]
    if len(named) > 1 or (not named and not grant.everything):
        raise InvalidInput("one_speaker", field="township_code")
    if named:
        grant.require_for(
            "township_code" if saying.speaker == "township" else "team_code",
            township=saying.township_code,
            teams=[saying.team_code] if saying.team_code is not None else [],
        )
    if grant.everything and saying.came_by is None:
        raise InvalidInput("came_by_missing", field="came_by")


async def take_opinion(
    tx: Transaction,
    edition_code: str,
    saying: Saying,
    *,
    today: date,
    receipt_digest: str | None = None,
) -> Opinion:
    """Returns the next opinion on an edition, to be added.

    The edition stays locked, so that numbers follow one another, and no opinion comes in behind the end.

    :raises Conflict: :raises InvalidInput: as for :func:`give_opinion`.
    """
    edition = await tx.get(Edition, edition_code)
    by_themselves = saying.came_by is None
    require_open(edition, today, to_residents=saying.speaker == "resident" and by_themselves)
    require_listed(edition, saying.item_code)
    place = place_of(edition_code, saying)
    if place is not None and (number := await number_at(tx.session, place)) is not None:
        raise Conflict("opinion_given_already", field="item_code", number=number)
    number = await last_number(tx.session, edition_code) + 1
    return Opinion.given(
        new_id(), edition, number, saying, tx.now, today=today, receipt_digest=receipt_digest
    )


async def change_opinion(
    uow: UnitOfWork, opinion_id: str, stance: Stance, text: str, confirmed: Confirmations = ()
) -> SeenOpinion:
    """Replaces what was said.

    :raises NotFound: it is somebody else's. :raises IllegalTransition: it is answered or withdrawn.
    :raises Conflict: no opinions are taken any more.
    """
    grant = uow.permit(POLICY, "give_opinion")
    async with uow.transaction() as tx:
        opinion = await _own(tx, grant, opinion_id, uow.today())
        opinion.change(stance, text, tx.now, today=uow.today())
        Doubts(confirmed).settle()
        return opinion.seen(by_corps=grant.everything)


async def withdraw_opinion(uow: UnitOfWork, opinion_id: str) -> SeenOpinion:
    """Takes back what was said. :raises: as :func:`change_opinion`."""
    grant = uow.permit(POLICY, "give_opinion")
    async with uow.transaction() as tx:
        opinion = await _own(tx, grant, opinion_id, uow.today())
        opinion.withdraw()
        return opinion.seen(by_corps=grant.everything)


async def draft_answers(
    uow: UnitOfWork,
    edition_code: str,
    opinion_ids: Sequence[str],
    answer: str | None,
    note: str | None,
    confirmed: Confirmations = (),
    *,
    seen: Sequence[str] | None = None,
) -> list[SeenOpinion]:
    """Drafts the same answer to several opinions, each with its own number where the text has a placeholder, and keeps
    a note with each. Without an ``answer`` the drafts stay; without a ``note`` the notes do. ``seen`` says how each was
    read, in the order of the ids.

    :raises NotFound: one of them is not on this edition. :raises IllegalTransition: one is answered or withdrawn.
    :raises Conflict: one was changed or answered by somebody since it was read.
    """
    uow.permit(POLICY, "answer_opinions")
    if answer is None and note is None:
        raise InvalidInput("answer_or_note", field="answer")
    async with uow.transaction() as tx:
        await tx.get(Edition, edition_code)
        found = await tx.find_all(Opinion, opinion_ids)
        answered = []
        for key in opinion_ids:
            opinion = found.get(key)
            if opinion is None or opinion.edition_code != edition_code:
                raise NotFound(Opinion.kind, key, states=Opinion.STEPS)
            answered.append(opinion)
        if seen is not None:
            require_seen(answered, seen)
        for opinion in dict.fromkeys(answered):
            if answer is not None:
                opinion.draft_answer(answer)
            if note is not None:
                opinion.note = note
        Doubts(confirmed).settle()
        return [opinion.seen(by_corps=True) for opinion in answered]


async def publish_answers(uow: UnitOfWork, edition_code: str) -> Published:
    """Gives all answers that are drafted to those who spoke, together. Asked for twice, it finds none left."""
    uow.permit(POLICY, "answer_opinions")
    async with uow.transaction() as tx:
        edition = await tx.get(Edition, edition_code)
        waiting = await unanswered_count(tx.session, edition_code)
        ready = await tx.find_all(Opinion, await drafted_ids(tx.session, edition_code))
        for opinion in sorted(ready.values(), key=lambda each: each.number):
            opinion.publish_answer(tx.now, today=uow.today())
            tx.record(opinion, _answered(edition, opinion))
        return Published(len(ready), waiting - len(ready))


async def _own(tx: Transaction, grant: Grant, opinion_id: str, today: date) -> Opinion:
    """Locks the edition first, as whoever answers or publishes does."""
    edition = await tx.get(Edition, await edition_of(tx.session, opinion_id))
    opinion = await tx.get(Opinion, opinion_id)
    require_own(grant, opinion)
    opinion.require("change", opinion.state)
    require_open(edition, today)
    return opinion


async def _announced(
    uow: UnitOfWork,
    tx: Transaction,
    kind: type[ConsultationOpened],
    edition: Edition,
    until: date,
) -> ConsultationOpened:
    return kind(
        edition_id=edition.code,
        title=edition.title,
        until_on=until,
        township_codes=tuple(await township_codes(tx.session, uow.today())),
        team_codes=tuple(await active_team_codes(tx.session)),
    )


def _answered(edition: Edition, opinion: Opinion) -> OpinionAnswered:
    return OpinionAnswered(
        edition_id=edition.code,
        title=edition.title,
        opinion_id=opinion.id,
        number=opinion.number,
        speaker=opinion.speaker,
        township_code=opinion.township_code,
        team_code=opinion.team_code,
    )


async def move_opinions(
    tx: Transaction, speaker: Literal["township", "team"], code: str, new_code: str
) -> None:
    """What a township or team said is from now on said by the one that took its place."""
    for opinion_id in await opinions_of(tx.session, speaker, code):
        opinion = await tx.get(Opinion, opinion_id)
        place = opinion.place and place_for(
            opinion.edition_code, speaker, new_code, opinion.item_code
        )
        if place is not None and await number_at(tx.session, place) is not None:
            place = None  # the other one has spoken there too; both opinions stay
        opinion.move(new_code, place)
