"""What waits for coordinators, officers and leaders, put together from what each capability knows."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.catalog.activities.domain import CONFIRM_DAYS
from services.catalog.activities.queries.activities import (
    ACTIVITY_ID,
    activities_to_confirm,
    activities_without_attendance,
)
from services.catalog.activities.queries.photos import photos_to_replace
from services.catalog.badges.queries import badges_to_renew
from services.catalog.consultation.queries import editions_to_answer, unheard_consultations
from services.catalog.courses.queries.courses import courses_to_end, tests_to_sit
from services.catalog.editions.domain import Edition
from services.catalog.editions.queries import first_drafts
from services.catalog.honours.domain import Honour
from services.catalog.honours.queries import honours_objected_to, honours_to_decide
from services.catalog.policy import POLICY
from services.catalog.programmes.queries import StageView, stages_handed_in, stages_to_hand_in
from services.catalog.survey.queries.surveys import surveys_to_answer, surveys_to_take_over
from services.catalog.volunteers.domain import EXPIRING_DAYS
from services.catalog.volunteers.queries import expiring_of_teams
from services.catalog.windows.domain import Window
from services.catalog.windows.queries import (
    pledges_to_decide,
    pledges_to_make,
    waiting_pledge_windows,
    windows_among,
)
from shared.kernel.access import Role
from shared.kernel.clock import CHINA
from shared.tasks.kinds import SharedKind, SharedKinds, only
from shared.tasks.queries import Choice, HeldBy, choice_of, with_holders
from shared.tasks.task import MOST_OF_A_KIND, Task, Tasks
from shared.unit_of_work import UnitOfWork

Group = tuple[str, int, list[Task]]

MOST_WINDOWS = 500
"""Windows whose pledges are looked at; a city has some hundred."""


async def _waiting_drafts(session: AsyncSession, _today: date, codes: Collection[str]) -> set[str]:
    rows, _ = await first_drafts(session, chosen=only(codes), limit=len(codes))
    return {row.code for row in rows}


async def _waiting_answers(session: AsyncSession, _today: date, codes: Collection[str]) -> set[str]:
    return {edition.code for edition, _ in await editions_to_answer(session)} & set(codes)


async def _waiting_surveys(session: AsyncSession, _today: date, codes: Collection[str]) -> set[str]:
    return {edition.code for edition, _ in await surveys_to_take_over(session)} & set(codes)


async def _waiting_activities(
    session: AsyncSession, today: date, codes: Collection[str]
) -> set[str]:
    chosen = only(codes)(ACTIVITY_ID)
    rows, _ = await activities_to_confirm(session, today, chosen, limit=len(codes))
    return {row.id for row in rows}


async def _waiting_photos(session: AsyncSession, _today: date, codes: Collection[str]) -> set[str]:
    return {row[0] for row in await photos_to_replace(session, only(codes)(ACTIVITY_ID))}


async def _waiting_pledges(session: AsyncSession, _today: date, codes: Collection[str]) -> set[str]:
    return await waiting_pledge_windows(session, codes)


async def _waiting_stages(session: AsyncSession, _today: date, ids: Collection[str]) -> set[str]:
    return {each.found.id for each in await stages_handed_in(session)} & set(ids)


async def _waiting_honours(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    return {each.id for each in await honours_to_decide(session, today)} & set(ids)


async def _waiting_objections(
    session: AsyncSession, _today: date, ids: Collection[str]
) -> set[str]:
    return {each.id for each in await honours_objected_to(session)} & set(ids)


async def _waiting_courses(session: AsyncSession, today: date, ids: Collection[str]) -> set[str]:
    return {each.id for each in await courses_to_end(session, today)} & set(ids)


SHARED_KINDS: SharedKinds = {
    "activity_to_confirm": SharedKind("activity", _waiting_activities),
    "photo_to_replace": SharedKind("activity", _waiting_photos),
    "edition_to_publish": SharedKind("edition", _waiting_drafts),
    "survey_to_take_over": SharedKind("survey", _waiting_surveys),
    "opinions_to_answer": SharedKind("opinions", _waiting_answers),
    "pledges_to_decide": SharedKind("window", _waiting_pledges),
    "stage_to_decide": SharedKind("window_stage", _waiting_stages),
    "honour_to_decide": SharedKind("honour", _waiting_honours),
    "objections_to_answer": SharedKind("honour", _waiting_objections),
    "course_to_end": SharedKind("course", _waiting_courses),
}


async def list_tasks(uow: UnitOfWork, held_by: HeldBy | None = None) -> Tasks:
    """For the corps: drafts to publish, surveys to take over, opinions to answer, courses to end, activities to
    confirm, photos to replace, and what windows hand in, pledge and nominate; with ``held_by`` only those that the
    asker works on, or nobody. For teams: surveys to answer, qualifications and badges to renew, stages of their
    windows, and attendance to note. For volunteers: pledges to make, and tests to sit. For townships and teams: the
    consultations in which they have not spoken yet."""
    grant = uow.permit(POLICY, "read_tasks")
    choice = choice_of(uow, held_by)
    async with uow.reading() as session:
        groups: list[Group] = []
        if Role.COORDINATOR in uow.actor.roles:
            groups += [
                await _drafts(session, choice),
                await _to_take_over(session, choice),
                await _to_answer(session, choice),
                await _to_confirm(session, choice),
                await _to_replace(session, choice),
                await _pledges(session, choice),
                await _stages(session, choice),
                await _honours(session, choice),
                await _objections(session, choice),
                await _to_end(session, choice),
            ]
        if choice.is_all:
            if uow.actor.volunteer_no is not None:
                groups.append(await _own_pledges(session, choice.today, uow.actor.volunteer_no))
                groups.append(await _to_sit(uow, session, uow.actor.volunteer_no))
            if grant.teams:
                groups.append(await surveys_to_answer(session, grant.teams))
                groups.append(await _expiring(session, choice.today, grant.teams))
                groups.append(await _attendance(session, choice.today, grant.teams))
                groups.append(await _to_hand_in(session, choice.today, grant.teams))
                groups.append(await _badges(session, choice.today, grant.teams))
            groups.append(await _consultations(session, choice.today, grant.townships, grant.teams))
        return await with_holders(session, SHARED_KINDS, choice, Tasks.of(*groups))


async def _consultations(
    session: AsyncSession, today: date, townships: frozenset[str], teams: frozenset[str]
) -> Group:
    unheard = await unheard_consultations(session, today, townships=townships, teams=teams)
    code = "consultation_open"
    consultations = [
        Task(code, f"consultation:{each.code}", {"title": each.title}, each.consultation_until)
        for each in unheard
    ]
    return code, len(consultations), consultations[:MOST_OF_A_KIND]


async def _to_sit(uow: UnitOfWork, session: AsyncSession, volunteer_no: str) -> Group:
    """The tests that a volunteer may sit now, and has not sat yet."""
    code = "test_to_sit"
    found = await tests_to_sit(session, volunteer_no, uow.business_now())
    tasks = [
        Task(
            code,
            f"course:{each.id}",
            {"title": each.name},
            due_on=each.rules.closes_at.astimezone(CHINA).date() if each.rules else None,
        )
        for each in found
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _to_end(session: AsyncSession, choice: Choice) -> Group:
    """The courses that are over and that nobody has ended."""
    code = "course_to_end"
    waiting = await courses_to_end(session, choice.today)
    chosen = await choice.among(session, code, {each.id for each in waiting})
    tasks = [
        Task(code, f"course:{each.id}", {"title": each.name}, due_on=each.last_on)
        for each in waiting
        if each.id in chosen
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _expiring(session: AsyncSession, today: date, teams: frozenset[str]) -> Group:
    """What volunteers of these teams hold that ends soon, or has ended, and was not renewed."""
    code = "qualification_to_renew"
    until = today + timedelta(days=EXPIRING_DAYS)
    found, count = await expiring_of_teams(session, teams, until, limit=MOST_OF_A_KIND)
    tasks = [
        Task(code, f"volunteer:{no}", {"number": no, "qualification": name}, due_on=last)
        for no, name, last in found
    ]
    return code, count, tasks


async def _drafts(session: AsyncSession, choice: Choice) -> Group:
    code = "edition_to_publish"
    rows, count = await first_drafts(session, chosen=choice.of(code), limit=MOST_OF_A_KIND)
    drafts = [
        Task(
            code,
            f"edition:{row.code}",
            {"title": row.title, "count": len(row.item_codes)},
            due_on=row.effective_on,
        )
        for row in rows
    ]
    return code, count, drafts


async def _to_confirm(session: AsyncSession, choice: Choice) -> Group:
    """Activities whose day has come, until the corps says that they were held or called off."""
    code = "activity_to_confirm"
    rows, count = await activities_to_confirm(
        session, choice.today, choice.of(code)(ACTIVITY_ID), limit=MOST_OF_A_KIND
    )
    return code, count, [_about_activity(code, *row) for row in rows]


async def _to_replace(session: AsyncSession, choice: Choice) -> Group:
    """Group photos that are hidden, because somebody in them does not agree any more."""
    code = "photo_to_replace"
    found = await photos_to_replace(session, choice.of(code)(ACTIVITY_ID))
    tasks = [_about_activity(code, *each, is_due=False) for each in found[:MOST_OF_A_KIND]]
    return code, len(found), tasks


async def _attendance(session: AsyncSession, today: date, teams: frozenset[str]) -> Group:
    """Activities of which a leader has still to say who of the own people was there."""
    code = "attendance_to_note"
    rows, count = await activities_without_attendance(session, today, teams, limit=MOST_OF_A_KIND)
    return code, count, [_about_activity(code, *row) for row in rows]


def _about_activity(
    code: str, activity_id: str, name: str, name_en: str, on: date, *, is_due: bool = True
) -> Task:
    due_on = on + timedelta(days=CONFIRM_DAYS) if is_due else None
    facts = {"item": name, "item_en": name_en, "on": on.isoformat()}
    return Task(code, f"activity:{activity_id}", facts, due_on=due_on)


async def _to_take_over(session: AsyncSession, choice: Choice) -> Group:
    waiting = await surveys_to_take_over(session)
    return await _of_editions(session, choice, "survey_to_take_over", waiting)


async def _to_answer(session: AsyncSession, choice: Choice) -> Group:
    waiting = await editions_to_answer(session)
    return await _of_editions(session, choice, "opinions_to_answer", waiting)


async def _of_editions(
    session: AsyncSession, choice: Choice, code: str, waiting: Sequence[tuple[Edition, int]]
) -> Group:
    """Tasks about editions, each with how many of its parts wait."""
    chosen = await choice.among(session, code, {edition.code for edition, _ in waiting})
    found = [each for each in waiting if each[0].code in chosen]
    tasks = [
        Task(
            code,
            f"{SHARED_KINDS[code].about}:{edition.code}",
            {"title": edition.title, "count": count},
            due_on=edition.survey_until
            if code == "survey_to_take_over"
            else edition.consultation_until,
        )
        for edition, count in found
    ]
    return code, len(found), tasks[:MOST_OF_A_KIND]


async def _pledges(session: AsyncSession, choice: Choice) -> Group:
    code = "pledges_to_decide"
    found = await pledges_to_decide(session, limit=MOST_WINDOWS)
    chosen = await choice.among(session, code, {place.code for place, _ in found})
    tasks = [
        Task(
            code,
            f"window:{place.code}",
            {"window": place.name, "window_en": place.name_en, "count": count},
        )
        for place, count in found
        if place.code in chosen
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _stages(session: AsyncSession, choice: Choice) -> Group:
    code = "stage_to_decide"
    waiting = await stages_handed_in(session)
    chosen = await choice.among(session, code, {each.found.id for each in waiting})
    tasks = [_stage_task(code, each) for each in waiting if each.found.id in chosen]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _to_hand_in(session: AsyncSession, today: date, teams: frozenset[str]) -> Group:
    code = "stage_to_hand_in"
    found = await stages_to_hand_in(session, teams, today)
    return code, len(found), [_stage_task(code, each) for each in found[:MOST_OF_A_KIND]]


def _stage_task(code: str, view: StageView) -> Task:
    facts = _window_facts(view.found.window_code, view.window)
    return Task(
        code,
        f"window_stage:{view.found.id}",
        facts | {"stage": view.stage["name"], "stage_en": view.stage["name_en"]},
        due_on=date.fromisoformat(view.stage["ends_on"]),
    )


def _window_facts(code: str, window: Window | None) -> dict[str, str | int]:
    """What a task says of a window: its name in both languages, its code where it is not there."""
    if window is None:
        return {"window": code, "window_en": code}
    return {"window": window.name, "window_en": window.name_en}


async def _honours(session: AsyncSession, choice: Choice) -> Group:
    code = "honour_to_decide"
    return await _of_honours(session, choice, code, await honours_to_decide(session, choice.today))


async def _objections(session: AsyncSession, choice: Choice) -> Group:
    code = "objections_to_answer"
    return await _of_honours(session, choice, code, await honours_objected_to(session))


async def _of_honours(
    session: AsyncSession, choice: Choice, code: str, waiting: Sequence[Honour]
) -> Group:
    chosen = await choice.among(session, code, {each.id for each in waiting})
    windows = await windows_among(session, {each.window_code for each in waiting})
    tasks = [
        Task(
            code,
            f"honour:{each.id}",
            _window_facts(each.window_code, windows.get(each.window_code)),
            due_on=each.public_until,
        )
        for each in waiting
        if each.id in chosen
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _badges(session: AsyncSession, today: date, teams: frozenset[str]) -> Group:
    code = "badges_to_renew"
    found = await badges_to_renew(session, teams, today)
    tasks = [
        Task(
            code,
            f"window:{place.code}",
            {"window": place.name, "window_en": place.name_en, "count": count},
            due_on=first,
        )
        for place, count, first in found
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]


async def _own_pledges(session: AsyncSession, today: date, no: str) -> Group:
    code = "pledge_to_make"
    found = await pledges_to_make(session, [no], today)
    tasks = [
        Task(code, f"holding:{held.id}", _window_facts(window.code, window))
        for held, window in found
    ]
    return code, len(tasks), tasks[:MOST_OF_A_KIND]
