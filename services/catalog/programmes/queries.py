"""Reading programmes, and where windows stand in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.policy import POLICY
from services.catalog.programmes.domain import Evidence, Programme, Stage, StageState, WindowStage
from services.catalog.programmes.tables import evidence, programme, window_stage
from services.catalog.windows.domain import Window
from services.catalog.windows.queries import windows_among, windows_of_teams
from shared.db.paging import Listed, counted_page_of
from shared.kernel.access import Grant
from shared.kernel.errors import NotFound
from shared.storage.port import FileStore
from shared.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class StageView:
    """Where a window stands in a stage. ``is_overdue``: its last day is over, and the window has still to act."""

    found: WindowStage
    stage: Stage
    window: Window | None
    is_overdue: bool


async def list_programmes(uow: UnitOfWork, *, after: str | None, limit: int) -> Listed[Programme]:
    """Returns a page of programmes, by code."""
    uow.permit(POLICY, "read_programmes")
    async with uow.reading() as session:
        return await counted_page_of(
            session, select(Programme), programme.c.code, after=after, limit=limit
        )


async def get_programme(uow: UnitOfWork, code: str) -> Programme:
    """Returns a programme. :raises NotFound: there is none."""
    uow.permit(POLICY, "read_programmes")
    async with uow.reading() as session:
        return await _programme(session, code)


async def list_stages(uow: UnitOfWork, code: str) -> list[StageView]:
    """Returns where the windows in the actor's reach stand, by window and stage.

    :raises NotFound: there is no such programme.
    """
    grant = uow.permit(POLICY, "read_window_stages")
    async with uow.reading() as session:
        found = await _programme(session, code)
        query = select(WindowStage).where(window_stage.c.programme_code == code)
        rows = await session.scalars(
            query.order_by(window_stage.c.window_code, window_stage.c.number)
        )
        views = await _views(session, found, list(rows), uow.today())
    return [each for each in views if _covers(grant, each.window)]


async def _programme(session: AsyncSession, code: str) -> Programme:
    found = await session.get(Programme, code)
    if found is None:
        raise NotFound(Programme.kind, code, states=Programme.STEPS)
    return found


async def get_stage(uow: UnitOfWork, stage_id: str) -> tuple[StageView, Programme, list[Evidence]]:
    """Returns where a window stands in a stage, with the programme and what the window has given.

    :raises NotFound: there is none, or it is out of the actor's reach.
    """
    grant = uow.permit(POLICY, "read_window_stages")
    async with uow.reading() as session:
        found = await session.get(WindowStage, stage_id)
        parent = None if found is None else await session.get(Programme, found.programme_code)
        if found is None or parent is None:
            raise NotFound(WindowStage.kind, stage_id, states=WindowStage.STEPS)
        (view,) = await _views(session, parent, [found], uow.today())
        if not _covers(grant, view.window):
            raise NotFound(WindowStage.kind, stage_id, states=WindowStage.STEPS)
        return view, parent, await evidence_of(session, stage_id)


async def get_photo(
    uow: UnitOfWork, files: FileStore, stage_id: str, evidence_id: str
) -> tuple[Evidence, bytes]:
    """Returns a photo that a window gave. :raises NotFound: there is none, or it is out of the actor's reach."""
    _, _, given = await get_stage(uow, stage_id)
    found = next((each for each in given if each.id == evidence_id), None)
    if found is None or found.form != "photo":
        raise NotFound(Evidence.kind, evidence_id)
    content = await files.get(found.file_key)
    if content is None:
        raise NotFound(Evidence.kind, evidence_id)
    return found, content


async def evidence_of(session: AsyncSession, stage_id: str) -> list[Evidence]:
    """Returns what a window has given for a stage, in that order."""
    query = select(Evidence).where(evidence.c.stage_id == stage_id)
    return list(await session.scalars(query.order_by(evidence.c.made_at, evidence.c.id)))


async def evidence_among(session: AsyncSession, ids: Collection[str]) -> set[str]:
    """Returns those of these ids that pieces of evidence have."""
    return set(await session.scalars(select(evidence.c.id).where(evidence.c.id.in_(ids))))


async def stages_of(session: AsyncSession, code: str) -> list[WindowStage]:
    """Returns where windows stand in a programme."""
    query = select(WindowStage).where(window_stage.c.programme_code == code)
    return list(await session.scalars(query.order_by(window_stage.c.id)))


async def running_programmes(session: AsyncSession) -> list[Programme]:
    """Returns the programmes whose windows are asked."""
    query = select(Programme).where(programme.c.state == "running")
    return list(await session.scalars(query.order_by(programme.c.code)))


async def stages_handed_in(session: AsyncSession) -> list[StageView]:
    """Returns what waits for the corps, of programmes that run, the first to be handed in first."""
    return await _in_state(session, ("handed_in",))


async def stages_to_hand_in(
    session: AsyncSession, teams: Collection[str], today: date
) -> list[StageView]:
    """Returns what these teams' windows have still to do, of stages that have begun."""
    codes = await windows_of_teams(session, teams)
    found = await _in_state(session, ("waiting", "returned"), codes)
    return [each for each in found if each.stage["starts_on"] <= today.isoformat()]


async def _in_state(
    session: AsyncSession, states: Sequence[StageState], codes: Collection[str] | None = None
) -> list[StageView]:
    programmes = {each.code: each for each in await running_programmes(session)}
    query = select(WindowStage).where(
        window_stage.c.programme_code.in_(programmes), window_stage.c.state.in_(states)
    )
    if codes is not None:
        query = query.where(window_stage.c.window_code.in_(codes))
    order = window_stage.c.handed_in_at, window_stage.c.number, window_stage.c.id
    found = list(await session.scalars(query.order_by(*order)))
    windows = await windows_among(session, {each.window_code for each in found})
    return [
        StageView(
            each,
            programmes[each.programme_code].stages[each.number],
            windows.get(each.window_code),
            False,
        )
        for each in found
    ]


async def _views(
    session: AsyncSession, parent: Programme, found: Sequence[WindowStage], today: date
) -> list[StageView]:
    windows = await windows_among(session, {each.window_code for each in found})
    return [
        StageView(
            each,
            parent.stages[each.number],
            windows.get(each.window_code),
            each.is_open and today > parent.last_day(each.number),
        )
        for each in found
    ]


def _covers(grant: Grant, window: Window | None) -> bool:
    return grant.covers(teams=[] if window is None else [window.team_code])
