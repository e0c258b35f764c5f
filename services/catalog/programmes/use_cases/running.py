"""Programmes: entered, begun, ended by the corps; and what a new day brings to the teams of their windows."""

from services.catalog.directory.queries import require_known
from services.catalog.directory.use_cases import spelled
from services.catalog.policy import POLICY
from services.catalog.programmes.domain import Programme, WindowStage
from services.catalog.programmes.queries import running_programmes, stages_of
from services.catalog.windows.domain import Window
from services.catalog.windows.queries import windows_among
from shared.contracts.catalog import StageOpened, StageOverdue
from shared.kernel.errors import InvalidInput
from shared.kernel.ids import new_id
from shared.unit_of_work import Transaction, UnitOfWork


async def enter_programme(uow: UnitOfWork, wanted: Programme) -> Programme:
    """Enters a programme, or corrects the one of the same code to be like it. Of one that runs, windows may join and
    days may change.

    :raises InvalidInput: stages are not possible, or a window is not known or named twice.
    :raises Conflict: it runs, and stages or windows would go. :raises IllegalTransition: it has ended.
    """
    uow.permit(POLICY, "run_programmes")
    async with uow.transaction() as tx:
        codes = wanted.window_codes
        if twice := sorted({one for one in codes if codes.count(one) > 1}):
            raise InvalidInput("repeated_code", field="window_codes", codes=", ".join(twice))
        await require_known(tx, Window, codes, field="window_codes")
        found = await tx.find(Programme, wanted.code)
        if found is None:
            tx.add(found := wanted)
        else:
            found.change(
                name=wanted.name,
                name_en=wanted.name_en,
                stages=wanted.stages,
                window_codes=wanted.window_codes,
            )
        found.spelling = spelled(found.name)
        if found.state == "running":
            await _add_stages(tx, found)
            await _tell_of_stages(tx, found)
        return found


async def begin_programme(uow: UnitOfWork, code: str) -> Programme:
    """Asks the windows from now on; of stages that have begun their teams are told at once.

    :raises NotFound: there is none. :raises IllegalTransition: it began before. :raises Conflict: no window is in it.
    """
    uow.permit(POLICY, "run_programmes")
    async with uow.transaction() as tx:
        found = await tx.get(Programme, code)
        found.begin()
        await _add_stages(tx, found)
        await _tell_of_stages(tx, found)
        return found


async def end_programme(uow: UnitOfWork, code: str) -> Programme:
    """Nothing more is asked; what was handed in stays. :raises IllegalTransition: it does not run."""
    uow.permit(POLICY, "run_programmes")
    async with uow.transaction() as tx:
        found = await tx.get(Programme, code)
        found.end()
        return found


async def see_to_programmes(uow: UnitOfWork) -> None:
    """Tells teams of stages that begin, and of those that are overdue, once each; it may run any number of times."""
    async with uow.reading() as session:
        codes = [each.code for each in await running_programmes(session)]
    for code in codes:
        async with uow.transaction() as tx:
            found = await tx.get(Programme, code)
            if found.state == "running":
                await _tell_of_stages(tx, found)


async def _add_stages(tx: Transaction, found: Programme) -> None:
    known = {(each.window_code, each.number) for each in await stages_of(tx.session, found.code)}
    for window_code in found.window_codes:
        for number in range(len(found.stages)):
            if (window_code, number) not in known:
                tx.add(
                    WindowStage(
                        id=new_id(),
                        programme_code=found.code,
                        window_code=window_code,
                        number=number,
                    )
                )
    await tx.flush()


async def _tell_of_stages(tx: Transaction, found: Programme) -> None:
    ids = [each.id for each in await stages_of(tx.session, found.code)]
    stages = sorted(
        (await tx.find_all(WindowStage, ids)).values(), key=lambda each: (each.number, each.id)
    )
    windows = await windows_among(tx.session, {each.window_code for each in stages})
    for each in stages:
        window = windows.get(each.window_code)
        first, last = found.first_day(each.number), found.last_day(each.number)
        due = each.due_notice(first, last, tx.today)
        if window is None or window.state != "open" or due is None:
            continue
        facts = stage_facts(found, each, window)
        if due == "overdue":
            each.overdue_for = last
            tx.record(each, StageOverdue(until_on=last, **facts))
        else:
            each.opened_for = first
            tx.record(each, StageOpened(until_on=last, **facts))


def stage_facts(found: Programme, each: WindowStage, window: Window) -> dict[str, str]:
    """What every event about a window's stage repeats."""
    stage = found.stages[each.number]
    return {
        "stage_id": each.id,
        "programme_code": found.code,
        "stage_name": stage["name"],
        "stage_name_en": stage["name_en"],
        "window_code": window.code,
        "window_name": window.name,
        "window_name_en": window.name_en,
        "team_code": window.team_code,
    }
