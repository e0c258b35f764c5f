"""What the menu can be asked, and what it keeps at hand for orders: what an edition offers never changes, and
campaigns and townships seldom do. That an edition was withdrawn is seen by the store, when an order is handed in."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.requests.menu.domain import Campaign, Edition, Township
from services.requests.menu.tables import campaign as campaigns
from services.requests.menu.tables import edition as editions
from services.requests.menu.tables import township as townships
from services.requests.policy import POLICY
from shared.db.engine import refers_to_nothing
from shared.db.paging import page_of
from shared.kernel.access import Role
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.text import matched
from shared.unit_of_work import UnitOfWork

FRESH_SECONDS = 1.0
"""For so long an open campaign or a township is not looked up again: an order that comes within a second of a
campaign's closing is taken, as one that came before it."""

MOST_NAMED = 20


async def list_copies(
    uow: UnitOfWork,
    kind: type[Campaign] | type[Edition] | type[Township],
    *,
    after: str | None,
    limit: int,
) -> tuple[list[Any], str | None]:
    """In the order of their ids or codes, and the one to go on from."""
    uow.permit(POLICY, "read_menu")
    async with uow.reading() as session:
        return await page_of(
            session, select(kind), inspect(kind).primary_key[0], after=after, limit=limit
        )


async def list_townships(session: AsyncSession, *, valid_on: date) -> Sequence[Township]:
    """Those whose division code is valid on that day."""
    found = await session.scalars(select(Township).order_by(townships.c.code))
    return [
        each
        for each in found
        if (each.valid_from or valid_on) <= valid_on <= (each.valid_to or valid_on)
    ]


async def names_of_townships(
    session: AsyncSession, codes: Collection[str]
) -> dict[str, tuple[str, str]]:
    """The Chinese and the English name of each of those that are known here, by code."""
    if not codes:
        return {}
    found = await session.execute(select(townships).where(townships.c.code.in_(codes)))
    return {row.code: (row.name, row.name_en) for row in found}


async def names_of_campaigns(
    session: AsyncSession, ids: Collection[str]
) -> dict[str, tuple[str, str]]:
    """The Chinese and the English name of each of those that are known here, by id."""
    found = await session.scalars(select(Campaign).where(campaigns.c.id.in_(ids)))
    return {one.id: (one.name, one.name_en) for one in found}


async def names_of_items(
    session: AsyncSession, codes: Collection[str]
) -> dict[str, tuple[str, str]]:
    """The Chinese and the English name of each of those that an edition has, by code: as the latest one says it."""
    found = await session.scalars(select(editions.c["items"]).order_by(editions.c.effective_on))
    return {
        dish["item_code"]: (dish["name"], dish["name_en"])
        for items in found
        for dish in items
        if dish["item_code"] in codes
    }


async def editions_in_force(session: AsyncSession, on: date) -> list[Edition]:
    """Those that can be ordered from on that day."""
    query = select(Edition).where(
        editions.c.state == "open", editions.c.effective_on <= on, editions.c.retires_on >= on
    )
    return list(await session.scalars(query))


async def campaigns_on(session: AsyncSession, day: date) -> list[Campaign]:
    """Those that are open and of which ``day`` is one."""
    query = select(Campaign).where(
        campaigns.c.state == "open", campaigns.c.starts_on <= day, campaigns.c.ends_on >= day
    )
    return list(await session.scalars(query))


async def find_township(session: AsyncSession, said: str) -> Township | None:
    """The township with this code, or else the first of this name, Chinese or English."""
    if (found := await session.get(Township, said)) is not None:
        return found
    every = await session.scalars(select(Township).order_by(townships.c.code))
    names = ((one, (matched(one.name), matched(one.name_en))) for one in every)
    return next((one for one, its in names if matched(said) in its), None)


async def township_codes_named(session: AsyncSession, text: str) -> list[str]:
    """The codes of townships whose Chinese or English name contains ``text``."""
    found = await session.scalars(select(Township).order_by(townships.c.code))
    return [one.code for one in found if _is_named(text, one.name, one.name_en)]


async def item_codes_named(session: AsyncSession, text: str) -> list[str]:
    """The codes of the items whose name in any edition, Chinese or English, contains ``text``."""
    found = await session.scalars(select(editions.c["items"]))
    dishes = [dish for items in found for dish in items]
    return sorted(
        {dish["item_code"] for dish in dishes if _is_named(text, dish["name"], dish["name_en"])}
    )


def _is_named(text: str, *names: str) -> bool:
    return any(matched(text) in matched(name) for name in names)


async def get_edition(uow: UnitOfWork, edition_id: str) -> Edition:
    """:raises NotFound: no such edition was published."""
    uow.permit(POLICY, "read_menu")
    async with uow.reading() as session:
        found = await session.get(Edition, edition_id)
    if found is None:
        raise NotFound(Edition.kind, edition_id)
    return found


class Menu:
    """The editions, the townships and the open campaigns of this service's store that were asked for before."""

    def __init__(self, fresh_seconds: float = FRESH_SECONDS) -> None:
        self._editions: dict[str, Edition] = {}
        self._townships: dict[str, tuple[float, Township]] = {}
        self._open_until: dict[str, tuple[float, Campaign]] = {}
        self._fresh_seconds = fresh_seconds

    async def edition_for(
        self,
        uow: UnitOfWork,
        *,
        township_code: str,
        edition_id: str,
        campaign_id: str,
        item_codes: Collection[str],
        wished_on: Collection[date],
        doubts: Doubts,
    ) -> Edition:
        """The edition that an order is made from; adds the doubts about its days.

        :raises InvalidInput: the township, the edition or the campaign is not known here.
        :raises Conflict: the township's code is not valid today, the campaign is closed, or the edition was withdrawn
            or is not in force today, and whoever orders may not enter what is past.
        """
        until, township = self._townships.get(township_code, (0.0, None))
        if township is None or time.monotonic() >= until or edition_id not in self._editions:
            township = await self._look_up(uow, township_code, edition_id)
        township.require_valid(uow.today())
        campaign = self._known_as_open(campaign_id)
        if campaign is None:
            async with uow.reading() as session:
                campaign = await self.require_campaign(session, campaign_id)
        edition = self._editions[edition_id]
        await self.require_days(uow, edition.id, campaign, item_codes, wished_on, doubts)
        return edition

    async def edition(self, uow: UnitOfWork, edition_id: str) -> Edition:
        """What an edition offers, whatever became of it."""
        if edition_id not in self._editions:
            async with uow.reading() as session:
                self._editions[edition_id] = await session.get_one(Edition, edition_id)
        return self._editions[edition_id]

    async def require_days(
        self,
        uow: UnitOfWork,
        edition_id: str,
        campaign: Campaign,
        item_codes: Collection[str],
        wished_on: Collection[date],
        doubts: Doubts,
    ) -> None:
        """Of an order of these items that is drafted or handed in today: its menu is in force, and its wished days are
        ahead, among the campaign's, and leave the items' notice.

        :raises Conflict: see :meth:`require_in_force`.
        """
        await self.require_in_force(uow, edition_id, doubts)
        self.doubt_days(
            self._editions.get(edition_id), campaign, item_codes, wished_on, uow.today(), doubts
        )

    @staticmethod
    def doubt_days(
        edition: Edition | None,
        campaign: Campaign,
        item_codes: Collection[str],
        wished_on: Collection[date],
        today: date,
        doubts: Doubts,
    ) -> None:
        """Adds the doubts about wished days: they are ahead, among the campaign's, and leave the items' notice."""
        slowest = edition.longest_notice(item_codes) if edition is not None else None
        for number, day in enumerate(wished_on):
            if day < today:
                doubts.add("day_in_the_past", f"wished_on[{number}]", day=day, today=today)
            elif edition is not None and day > edition.retires_on:
                doubts.add(
                    "day_after_edition", f"wished_on[{number}]", day=day, last=edition.retires_on
                )
            elif not campaign.starts_on <= day <= campaign.ends_on:
                facts = {
                    "campaign": campaign.name,
                    "first": campaign.starts_on,
                    "last": campaign.ends_on,
                }
                doubts.add("day_outside_campaign", f"wished_on[{number}]", day=day, **facts)
            elif slowest is not None and day < (
                first := today + timedelta(days=slowest["notice_days"])
            ):
                doubts.add(
                    "notice_too_short",
                    f"wished_on[{number}]",
                    day=day,
                    item={"zh-CN": slowest["name"], "en": slowest["name_en"]},
                    days=slowest["notice_days"],
                    first=first,
                )

    async def require_in_force(self, uow: UnitOfWork, edition_id: str, doubts: Doubts) -> None:
        """Orders are handed in from menus that are in force today. A coordinator may enter what is past, and is asked.

        :raises Conflict: it is not in force; names those that are.
        """
        today = uow.today()
        edition = self._editions.get(edition_id)
        if edition is not None and edition.is_in_force(today):
            return
        async with uow.reading() as session:
            found = await session.get(Edition, edition_id)
            open_today = await session.scalars(
                select(editions.c.title).where(
                    editions.c.state == "open",
                    editions.c.effective_on <= today,
                    editions.c.retires_on >= today,
                )
            )
            titles = [f"《{title}》" for title in open_today]
        if found is None or found.is_in_force(today):
            return
        if uow.actor.is_system or Role.COORDINATOR in uow.actor.roles:
            doubts.add(
                "edition_not_in_force",
                "edition_id",
                title=found.title,
                first=found.effective_on,
                last=found.retires_on,
                today=today,
                in_force="、".join(titles) or "-",
            )
            return
        if not titles:
            raise Conflict(
                "no_edition_in_force",
                field="edition_id",
                title=found.title,
                first=found.effective_on,
                last=found.retires_on,
                today=today,
            )
        raise Conflict(
            "edition_not_in_force",
            field="edition_id",
            title=found.title,
            first=found.effective_on,
            last=found.retires_on,
            today=today,
            in_force="、".join(titles),
        )

    async def require_campaign(self, session: AsyncSession, campaign_id: str) -> Campaign:
        """The campaign, which is open.

        :raises InvalidInput: the campaign is not known here. :raises Conflict: it is closed. Both name those that
        are open; where none is, they say that.
        """
        if known := self._known_as_open(campaign_id):
            return known
        found = await session.get(Campaign, campaign_id)
        if found is not None and found.state == "open":
            session.expunge(found)  # whose transaction, rolled back, would take its contents
            self._open_until[campaign_id] = time.monotonic() + self._fresh_seconds, found
            return found
        query = (
            select(Campaign)
            .where(campaigns.c.state == "open")
            .order_by(campaigns.c.starts_on.desc())
        )
        names = [f"{one.name} ({one.id})" for one in await session.scalars(query.limit(MOST_NAMED))]
        if not names:
            raise Conflict("no_open_campaign", field="campaign_id")
        can_be_chosen = "、".join(names)
        if found is None:
            raise InvalidInput(
                "unknown_campaign", field="campaign_id", campaign=campaign_id, open=can_be_chosen
            )
        raise Conflict(
            "campaign_closed", field="campaign_id", campaign=found.name, open=can_be_chosen
        )

    def _known_as_open(self, campaign_id: str) -> Campaign | None:
        until, campaign = self._open_until.get(campaign_id, (0.0, None))
        return campaign if time.monotonic() < until else None

    @contextmanager
    def while_open(self) -> Iterator[None]:
        """Around what hands an order in: the store refuses it once its edition is withdrawn.

        :raises Conflict: ``edition_withdrawn``.
        """
        try:
            yield
        except IntegrityError as error:
            if not refers_to_nothing(error):
                raise
            self._editions.clear()
            raise Conflict("edition_withdrawn", field="edition_id") from error

    async def _look_up(self, uow: UnitOfWork, township_code: str, edition_id: str) -> Township:
        async with uow.reading() as session:
            township = await session.get(Township, township_code)
            if township is None:
                raise InvalidInput(
                    "unknown_township", field="township_code", township_code=township_code
                )
            edition = await session.get(Edition, edition_id)
            if edition is None:
                raise InvalidInput("unknown_edition", field="edition_id", edition=edition_id)
            if edition.state == "withdrawn":
                raise Conflict("edition_withdrawn", field="edition_id")
        self._townships[township_code] = time.monotonic() + self._fresh_seconds, township
        self._editions[edition_id] = edition
        return township
