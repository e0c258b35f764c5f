"""What other services' events mean for the inbox: plain notices, names, and volunteers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import insert, select, update

from services.notify.inbox.domain.recipient import (
    COORDINATOR,
    Recipient,
    of_team,
    of_township,
    of_volunteer,
)
from services.notify.inbox.tables import campaign
from services.notify.inbox.use_cases import (
    change_recipient,
    collect_records,
    erase_records,
    mention,
    post_message,
)
from services.notify.templates.domain import Params
from shared.contracts import Event
from shared.contracts.catalog import (
    CampaignChanged,
    ConsultationOpened,
    ConsultationProlonged,
    OpinionAnswered,
    SurveyAnswered,
    SurveyOpened,
    SurveyOverdue,
    SurveyProlonged,
    SurveyReminded,
    TeamChanged,
    TeamRegistered,
    VolunteerChanged,
)
from shared.contracts.notify import PersonDataCollected, PersonDataErased
from shared.contracts.requests import (
    OrderAccepted,
    OrderCancelled,
    OrderReturned,
    ServiceOrdered,
    ServiceRated,
)
from shared.privacy.answering import Holdings
from shared.unit_of_work import UnitOfWork

PEOPLE = Holdings(collect_records, erase_records, PersonDataCollected, PersonDataErased)
"""What notify holds about a volunteer: the recipient ``volunteer.<no>`` with its address, and its messages."""

Order = ServiceOrdered | OrderAccepted | OrderReturned | OrderCancelled

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Notice(Generic[E]):
    """A plain notice: each event of this type is one message with this code to each of ``recipients_of`` the event,
    with the facts that the code's text needs. It is about the stream of the event."""

    event: type[E]
    code: str
    recipients_of: Callable[[E], Iterable[str]]
    facts_of: Callable[[E], Params]


def _by_event(*notices: Notice[Any]) -> Mapping[type[Event], Sequence[Notice[Any]]]:
    table: defaultdict[type[Event], list[Notice[Any]]] = defaultdict(list)
    for notice in notices:
        table[notice.event].append(notice)
    return table


def _coordinator(_event: Event) -> Iterable[str]:
    return (COORDINATOR,)


def _township(event: Order) -> Iterable[str]:
    return (of_township(event.township_code),)


def _asked(event: ConsultationOpened) -> Iterable[str]:
    return [
        *(of_township(code) for code in event.township_codes),
        *(of_team(code) for code in event.team_codes),
    ]


def _speaker(event: OpinionAnswered) -> Iterable[str]:
    """Nobody where a resident spoke, who looks the answer up."""
    if event.township_code is not None:
        return (of_township(event.township_code),)
    return (of_team(event.team_code),) if event.team_code is not None else ()


def _team(event: ServiceRated | SurveyReminded) -> Iterable[str]:
    return (of_team(event.team_code),)


def _teams(event: SurveyOpened) -> Iterable[str]:
    return [of_team(code) for code in event.team_codes]


def _deadline(event: ConsultationOpened | SurveyOpened | SurveyReminded) -> Params:
    return {"title": event.title, "until_on": event.until_on.isoformat()}


def _short(order_id: str) -> str:
    """What people call an order by: the end of a UUID differs, its beginning is the time."""
    return order_id[-8:]


NOTICES = _by_event(
    Notice[ServiceOrdered](
        ServiceOrdered,
        "message.service_ordered",
        _coordinator,
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "campaign_id": event.campaign_id,
            "lines_ordered": event.line_count,
        },
    ),
    Notice[OrderAccepted](
        OrderAccepted,
        "message.order_accepted",
        _township,
        lambda event: {
            "order": _short(event.order_id),
            "campaign_id": event.campaign_id,
            "place": event.place,
            "lines": [
                {
                    "code": "line.ordered",
                    "item_name": line.item_name,
                    "item_name_en": line.item_name_en,
                    "expected_attendance": line.expected_attendance,
                }
                for line in event.lines
            ],
        },
    ),
    Notice[OrderReturned](
        OrderReturned,
        "message.order_returned",
        _township,
        lambda event: {"order": _short(event.order_id), "reason_code": event.reason_code},
    ),
    Notice[OrderCancelled](
        OrderCancelled,
        "message.order_cancelled",
        _township,
        lambda event: {"order": _short(event.order_id), "reason_code": event.reason_code},
    ),
    Notice[OrderCancelled](
        OrderCancelled,
        "message.order_cancelled_coordinator",
        _coordinator,  # because places come free
        lambda event: {
            "order": _short(event.order_id),
            "township_code": event.township_code,
            "reason_code": event.reason_code,
        },
    ),
    Notice[ServiceRated](
        ServiceRated,
        "message.service_rated",
        _team,
        lambda event: {
            "township_code": event.township_code,
            "item_name": event.item_name,
            "item_name_en": event.item_name_en,
            "score": event.score,
        },
    ),
    Notice[ConsultationOpened](
        ConsultationOpened, "message.consultation_opened", _asked, _deadline
    ),
    Notice[ConsultationProlonged](
        ConsultationProlonged, "message.consultation_prolonged", _asked, _deadline
    ),
    Notice[OpinionAnswered](
        OpinionAnswered,
        "message.opinion_answered",
        _speaker,
        lambda event: {"title": event.title, "number": event.number},
    ),
    Notice[SurveyOpened](SurveyOpened, "message.survey_opened", _teams, _deadline),
    Notice[SurveyProlonged](SurveyProlonged, "message.survey_prolonged", _teams, _deadline),
    Notice[SurveyReminded](SurveyReminded, "message.survey_reminded", _team, _deadline),
    Notice[SurveyOverdue](SurveyOverdue, "message.survey_overdue", _team, _deadline),
    Notice[SurveyOverdue](
        SurveyOverdue,
        "message.survey_overdue_coordinator",
        _coordinator,
        lambda event: _deadline(event) | {"team_code": event.team_code},
    ),
    Notice[SurveyAnswered](
        SurveyAnswered,
        "message.survey_answered",
        _coordinator,
        lambda event: {"title": event.title, "team_code": event.team_code},
    ),
)
"""The plain notices by event: who is told, by which text, and with which facts."""


async def post_notices(uow: UnitOfWork, event: Event) -> None:
    """The handler of every event that has a row in :data:`NOTICES`."""
    async with uow.transaction() as tx:
        for notice in NOTICES[type(event)]:
            for recipient in notice.recipients_of(event):
                post_message(tx, recipient, notice.code, notice.facts_of(event))


async def on_volunteer_changed(uow: UnitOfWork, event: VolunteerChanged) -> None:
    """The volunteer becomes a recipient. Whoever has left gets no more mail, so the address goes."""
    async with uow.transaction() as tx:
        if event.active:
            mention(tx, of_volunteer(event.volunteer_no))
        else:
            change_recipient(tx, of_volunteer(event.volunteer_no), Recipient.forget_address)


async def on_team_registered(uow: UnitOfWork, event: TeamRegistered) -> None:
    await _name_team(uow, event)


async def on_team_changed(uow: UnitOfWork, event: TeamChanged) -> None:
    await _name_team(uow, event)


async def on_campaign_changed(uow: UnitOfWork, event: CampaignChanged) -> None:
    """Texts name it so from now on, those of earlier messages too."""
    names = {"name": event.name, "name_en": event.name_en, "revision": event.revision}
    this = campaign.c.id == event.campaign_id
    async with uow.transaction() as tx:
        mention(tx)
        known = await tx.session.scalar(select(campaign.c.revision).where(this))
        if known is None:
            await tx.session.execute(insert(campaign).values(id=event.campaign_id, **names))
        elif known < event.revision:
            await tx.session.execute(update(campaign).where(this).values(**names))


async def _name_team(uow: UnitOfWork, event: TeamRegistered | TeamChanged) -> None:
    async with uow.transaction() as tx:
        change_recipient(
            tx, of_team(event.code), lambda team: team.rename(event.name, event.name_en)
        )
