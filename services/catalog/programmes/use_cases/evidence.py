"""What windows give for a stage, and what the corps says of it."""

import asyncio
from collections.abc import Sequence

from services.catalog.pictures.domain import checked
from services.catalog.policy import POLICY
from services.catalog.programmes.domain import (
    FOLDER,
    MOST_EVIDENCE,
    Evidence,
    Programme,
    Stage,
    StageReturnReason,
    WindowStage,
    file_key_of,
    require_begun,
)
from services.catalog.programmes.queries import evidence_among, evidence_of
from services.catalog.programmes.use_cases.running import stage_facts
from services.catalog.windows.domain import Window
from shared.contracts.catalog import StageAccepted, StageReturned
from shared.db.engine import store_is_away
from shared.kernel.access import Grant
from shared.kernel.doubts import Doubts
from shared.kernel.errors import Conflict, InvalidInput, NotFound
from shared.kernel.ids import new_id
from shared.storage.orphans import delete_orphans
from shared.storage.port import FileStore
from shared.unit_of_work import Transaction, UnitOfWork


async def give_words(
    uow: UnitOfWork, stage_id: str, *, text: str | None, url: str | None, doubts: Doubts
) -> WindowStage:
    """A window says what it did, or where that can be seen.

    :raises InvalidInput: neither is given, or both are.
    :raises NotFound: there is no such stage, or it is out of the actor's reach.
    :raises IllegalTransition: it waits for the corps, or is accepted. :raises Conflict: it has not begun, its programme
        does not run, or enough is given.
    """
    grant = uow.permit(POLICY, "give_evidence")
    if (text is None) == (url is None):
        raise InvalidInput("text_or_link", field="text")
    async with uow.transaction() as tx:
        found, _, _ = await _to_give(tx, grant, stage_id)
        doubts.settle()
        tx.add(
            Evidence(
                id=new_id(),
                stage_id=stage_id,
                form="link" if url is not None else "text",
                made_at=tx.business_now,
                text=text,
                url=url,
            )
        )
        return found


async def give_photo(uow: UnitOfWork, files: FileStore, stage_id: str, data: bytes) -> WindowStage:
    """A window shows what it did. The photo loses what it says of place, camera and person.

    The file is stored before the row that names it; what a killed process leaves is deleted by :func:`remove_orphans`.

    :raises InvalidInput: it is no photo that can be shown. Otherwise as :func:`give_words`.
    """
    grant = uow.permit(POLICY, "give_evidence")
    content, _, _ = await asyncio.to_thread(checked, data)
    made = Evidence(
        id=new_id(),
        stage_id=stage_id,
        form="photo",
        made_at=uow.business_now(),
        media_type=content.media_type,
        size=len(content.data),
    )
    await files.put(made.file_key, content.data)
    try:
        async with uow.transaction() as tx:
            found, _, _ = await _to_give(tx, grant, stage_id)
            tx.add(made)
    except Exception as error:
        if not store_is_away(error):  # else it may have been committed
            await files.delete(made.file_key)
        raise
    return found


async def take_back(
    uow: UnitOfWork, files: FileStore, stage_id: str, evidence_id: str
) -> WindowStage:
    """A window takes back what it gave. :raises NotFound: it gave no such thing. Otherwise as :func:`give_words`."""
    grant = uow.permit(POLICY, "give_evidence")
    async with uow.transaction() as tx:
        found, _, _, _ = await _in_reach(tx, grant, stage_id)
        found.require("take_back", found.state)
        piece = await tx.find(Evidence, evidence_id)
        if piece is None or piece.stage_id != stage_id:
            raise NotFound(Evidence.kind, evidence_id)
        await tx.session.delete(piece)
    if piece.form == "photo":
        await files.delete(file_key_of(evidence_id))
    return found


async def hand_in(uow: UnitOfWork, stage_id: str) -> WindowStage:
    """A window has done what a stage asks, and the corps looks at it.

    :raises Conflict: a form of evidence is missing. Otherwise as :func:`give_words`.
    """
    grant = uow.permit(POLICY, "give_evidence")
    async with uow.transaction() as tx:
        found, _, _, stage = await _in_reach(tx, grant, stage_id, running=True)
        given = [each.form for each in await evidence_of(tx.session, stage_id)]
        found.hand_in(stage, given, tx.business_now, tx.today)
        return found


async def accept_stage(uow: UnitOfWork, stage_id: str) -> WindowStage:
    """The corps accepts what a window handed in. :raises IllegalTransition: it does not wait."""
    grant = uow.permit(POLICY, "decide_stages")
    async with uow.transaction() as tx:
        found, parent, window, _ = await _in_reach(tx, grant, stage_id)
        found.accept()
        tx.record(found, StageAccepted(**stage_facts(parent, found, window)))
        return found


async def return_stage(
    uow: UnitOfWork,
    stage_id: str,
    reason_code: StageReturnReason,
    reason: str | None,
    doubts: Doubts,
) -> WindowStage:
    """The corps asks a window to do more. :raises IllegalTransition: the window has not handed it in."""
    grant = uow.permit(POLICY, "decide_stages")
    async with uow.transaction() as tx:
        found, parent, window, _ = await _in_reach(tx, grant, stage_id, running=True)
        found.give_back(reason_code, reason)
        doubts.settle()
        tx.record(
            found, StageReturned(reason_code=reason_code, **stage_facts(parent, found, window))
        )
        return found


async def remove_orphans(uow: UnitOfWork, files: FileStore) -> None:
    """Deletes the files that belong to no piece of evidence (any more)."""

    async def known(ids: Sequence[str]) -> set[str]:
        async with uow.reading() as session:
            return await evidence_among(session, ids)

    await delete_orphans(files, FOLDER, known, uow.now())


async def _to_give(
    tx: Transaction, grant: Grant, stage_id: str
) -> tuple[WindowStage, Programme, Window]:
    found, parent, window, stage = await _in_reach(tx, grant, stage_id, running=True)
    found.require("give", found.state)
    require_begun(stage, tx.today)
    if len(await evidence_of(tx.session, stage_id)) >= MOST_EVIDENCE:
        raise Conflict("evidence_full", most=MOST_EVIDENCE)
    return found, parent, window


async def _in_reach(
    tx: Transaction, grant: Grant, stage_id: str, *, running: bool = False
) -> tuple[WindowStage, Programme, Window, Stage]:
    found = await tx.get(WindowStage, stage_id)
    parent = await tx.get(Programme, found.programme_code)
    window = await tx.get(Window, found.window_code)
    if not grant.covers(teams=[window.team_code]):
        raise NotFound(WindowStage.kind, stage_id, states=WindowStage.STEPS)
    if running and parent.state != "running":
        raise Conflict("programme_not_running", name=parent.name)
    return found, parent, window, parent.stages[found.number]
