"""Reads of candidates, with names and texts for people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.directory.queries import BothNames, names_of_campaigns
from services.dispatch.planning.problem.comparison import Change, Comparison, Tally, compare
from services.dispatch.planning.problem.problem import Booth
from services.dispatch.planning.problem.score import GOALS
from services.dispatch.plans.domain.candidate import Candidate, ProblemDates, Step
from services.dispatch.plans.domain.run import PlanningRun
from services.dispatch.plans.queries.evaluation import (
    Evaluation,
    content_of,
    evaluate,
    stored_content,
)
from services.dispatch.plans.queries.planning_problem import site_id
from services.dispatch.plans.queries.plans import View
from services.dispatch.plans.queries.wording import (
    TEAMS,
    TOWNSHIPS,
    Localizer,
    Names,
    names_of,
    worded,
)
from services.dispatch.plans.tables import candidate
from services.dispatch.policy import POLICY
from services.dispatch.stops.domain.stop_matching import StopChange
from services.dispatch.stops.queries.confirmation import deadlines_of
from shared.db.paging import page_of
from shared.kernel.errors import NotFound
from shared.tasks.kinds import Chosen, everything
from shared.unit_of_work import UnitOfWork


async def list_candidates(
    uow: UnitOfWork,
    localizer: Localizer,
    *,
    campaign_id: str | None,
    run_id: str | None,
    after: str | None,
    limit: int,
) -> tuple[list[View], str | None]:
    """Without their booths; oldest first."""
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        query = select(Candidate)
        for column, value in ((candidate.c.campaign_id, campaign_id), (candidate.c.run_id, run_id)):
            if value is not None:
                query = query.where(column == value)
        found, next_after = await page_of(session, query, candidate.c.id, after=after, limit=limit)
        named = await names_of_campaigns(session, {entry.campaign_id for entry in found})
    return [_summary(localizer, entry, named, stored_content(entry)) for entry in found], next_after


async def get_candidate(
    uow: UnitOfWork, localizer: Localizer, candidate_id: str, revision: int | None = None
) -> View:
    """:raises NotFound: there is no such candidate, or no such revision of it."""
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        found = await session.get(Candidate, candidate_id)
        if found is None:
            raise _no_candidate(candidate_id)
        run = await session.get(PlanningRun, found.run_id)
        content = await content_of(session, found, revision)
        mentioned = {entry["line_id"] for entry in (*content["booths"], *content["unserved"])}
        names = await names_of(session, {}, mentioned)
        named = await names_of_campaigns(session, {found.campaign_id})
    dates = ProblemDates(run.starts_on) if run is not None else ProblemDates(found.made_at.date())
    return _summary(localizer, found, named, content) | {
        "booths": [line_view(names, b["line_id"]) | _booth(names, b) for b in content["booths"]],
        "unserved": [_unserved(localizer, names, dates, line) for line in content["unserved"]],
    }


async def check_steps(
    uow: UnitOfWork,
    localizer: Localizer,
    candidate_id: str,
    steps: Sequence[Step],
    from_revision: int | None,
) -> View:
    """What an edit would come to: the rules it breaks, or its score. Nothing is stored.

    :raises NotFound: as :func:`get_candidate`.
    """
    uow.permit(POLICY, "edit_candidate")
    evaluation = await evaluate_steps(uow, candidate_id, steps, from_revision)
    return verdict_view(localizer, evaluation)


async def diff_candidate(
    uow: UnitOfWork, localizer: Localizer, candidate_id: str, after: str | None, limit: int
) -> View:
    """What publishing would change against what is published, for whom, and at what cost.

    :raises NotFound: there is no such candidate.
    """
    uow.permit(POLICY, "read_candidates")
    evaluation = await evaluate_steps(uow, candidate_id, (), None)
    async with uow.reading() as session:
        deadlines = deadlines_of(session)
    comparison = evaluation.against_published()
    unserved = evaluation.content.unserved if evaluation.content is not None else []
    price = evaluation.inputs.problem.weights.change
    return (
        verdict_view(localizer, evaluation)
        | _comparison(evaluation.names, evaluation.inputs.dates, comparison, after, limit)
        | {
            "deadlines": deadlines,
            "price_of_change": price,
            "changed_lines": comparison.broken_promises,
            "cost": price * comparison.broken_promises,
            "stops": _stops(evaluation),
            "unserved": [
                _unserved(localizer, evaluation.names, evaluation.inputs.dates, line)
                for line in unserved
            ],
        }
    )


async def compare_candidates(
    uow: UnitOfWork, localizer: Localizer, one_id: str, other_id: str, after: str | None, limit: int
) -> View:
    """What the other candidate does differently, and for whom.

    :raises NotFound: one of them does not exist.
    """
    uow.permit(POLICY, "read_candidates")
    async with uow.reading() as session:
        found = [await session.get(Candidate, key) for key in (one_id, other_id)]
        one, other = found
        if one is None or other is None:
            raise _no_candidate(other_id if one is not None else one_id)
        run = await session.get(PlanningRun, one.run_id)
        names = await names_of(
            session, {}, {booth["line_id"] for each in (one, other) for booth in each.booths}
        )
        named = await names_of_campaigns(session, {one.campaign_id, other.campaign_id})
    dates = ProblemDates(run.starts_on if run is not None else one.made_at.date())
    township_of = {line: names.township_of(line) for line in names.rows}
    comparison = compare(dates.read(one.booths), dates.read(other.booths), township_of)
    return _comparison(names, dates, comparison, after, limit) | {
        "one": _summary(localizer, one, named, stored_content(one)),
        "other": _summary(localizer, other, named, stored_content(other)),
        "difference": _levels(
            localizer,
            {
                name: other.score.get(name, 0.0) - one.score.get(name, 0.0)
                for name in one.score | other.score
            },
        ),
    }


async def first_candidates_to_publish(
    session: AsyncSession,
    campaigns: Collection[str],
    *,
    chosen: Chosen = everything,
    limit: int,
) -> Sequence[Row[Any]]:
    """Id, campaign_id and score of each of these campaigns' latest candidate, where it was neither published nor
    discarded and none was published after it."""
    later = candidate.alias()
    query = select(candidate.c.id, candidate.c.campaign_id, candidate.c.score).where(
        candidate.c.campaign_id.in_(campaigns),
        candidate.c.state == "kept",
        chosen(candidate.c.id),
        ~exists().where(
            later.c.campaign_id == candidate.c.campaign_id,
            later.c.id > candidate.c.id,
            later.c.state.in_(("kept", "published")),
        ),
    )
    return list(await session.execute(query.order_by(candidate.c.id).limit(limit)))


async def gives_volunteers(
    session: AsyncSession, candidate_id: str, line_id: str, volunteers: int
) -> bool:
    """Whether a candidate serves a line with so many volunteers, or more."""
    booths = await session.scalar(select(candidate.c.booths).where(candidate.c.id == candidate_id))
    return any(
        booth["line_id"] == line_id and booth["volunteers"] >= volunteers for booth in booths or ()
    )


async def evaluate_steps(
    uow: UnitOfWork, candidate_id: str, steps: Sequence[Step], from_revision: int | None
) -> Evaluation:
    """:raises NotFound: there is no such candidate, or no such revision of it.
    :raises Conflict: nothing is left to plan.
    """
    async with uow.reading() as session:
        found = await session.get(Candidate, candidate_id)
        if found is None:
            raise _no_candidate(candidate_id)
        return await evaluate(session, found, steps, today=uow.today(), from_revision=from_revision)


def _no_candidate(candidate_id: str) -> NotFound:
    return NotFound(Candidate.kind, candidate_id, states=Candidate.STEPS)


def _summary(
    localizer: Localizer,
    found: Candidate,
    named: Mapping[str, BothNames],
    content: Mapping[str, Any],
) -> View:
    name, name_en = named.get(found.campaign_id, (found.campaign_id, found.campaign_id))
    days = sorted({booth["on"] for booth in content["booths"]})
    return {
        "id": found.id,
        "run_id": found.run_id,
        "campaign_id": found.campaign_id,
        "campaign_name": name,
        "campaign_name_en": name_en,
        "made_at": found.made_at,
        "state": found.state,
        "revision": content["revision"],
        "plan_id": found.plan_id,
        "score": _levels(localizer, content["score"]),
        "lines_unserved": len(content["unserved"]),
        "days": len(days),
        "first_on": days[0] if days else None,
        "last_on": days[-1] if days else None,
    }


def _levels(localizer: Localizer, score: Mapping[str, float]) -> View:
    """The score by level. A candidate of an earlier release may lack a goal; it counts as 0."""
    levels = [
        {
            "level": goal.level,
            "goal": goal.name,
            "value": score.get(goal.name, 0.0),
            "more_is_better": goal.more_is_better,
            "detail": localizer.text_of(f"goal.{goal.name}", {}),
        }
        for goal in GOALS
    ]
    return {
        "objective": score["objective"],
        "lines_served": score["lines_served"],
        "levels": levels,
    }


def verdict_view(localizer: Localizer, evaluation: Evaluation) -> View:
    broken = [
        {
            "code": f"rule.{violation.rule}",
            "where": violation.where,
            "facts": dict(violation.facts),
            "detail": localizer.text_of(
                f"rule.{violation.rule}",
                worded(violation.facts, evaluation.names, evaluation.inputs.dates),
            ),
        }
        for violation in evaluation.broken
    ]
    score = _levels(localizer, evaluation.content.score) if evaluation.content is not None else None
    return {"holds": not broken, "broken": broken, "score": score}


def line_view(names: Names, line: str) -> View:
    """What is known of a line that has ever been accepted; empty texts for one that has not."""
    row = names.rows.get(line)
    if row is None:
        return dict.fromkeys(_LINE_TEXTS, "") | {
            "line_id": line,
            "priority": 1,
            "wished_on": [],
            "ruled_out_on": [],
            "last_served_on": None,
        }
    township, township_en = names.get(TOWNSHIPS, row.township_code)
    return {
        "line_id": line,
        "order_id": row.order_id,
        "township_code": row.township_code,
        "township_name": township,
        "township_name_en": township_en,
        "place": row.place,
        "item_code": row.item_code,
        "item_name": row.item_name,
        "item_name_en": row.item_name_en,
        "priority": row.priority,
        "wished_on": row.wished_on,
        "ruled_out_on": row.ruled_out_on,
        "last_served_on": names.last_served.get((row.township_code, row.item_code)),
    }


_LINE_TEXTS = (
    "order_id",
    "township_code",
    "township_name",
    "township_name_en",
    "place",
    "item_code",
    "item_name",
    "item_name_en",
)


def _booth(names: Names, booth: Mapping[str, Any]) -> View:
    name, name_en = names.get(TEAMS, booth["team_code"])
    where = {field: booth[field] for field in ("team_code", "on", "part", "volunteers")}
    return where | {"team_name": name, "team_name_en": name_en}


def _unserved(
    localizer: Localizer, names: Names, dates: ProblemDates, line: Mapping[str, Any]
) -> View:
    def said(code: str, facts: Mapping[str, Any]) -> View:
        return {"facts": facts, "detail": localizer.text_of(code, worded(facts, names, dates))}

    relaxation = line["relaxation"]
    return (
        line_view(names, line["line_id"])
        | {"reason": line["reason"]}
        | said(line["reason"], line["facts"])
        | {
            "relaxation": {"code": relaxation["code"]}
            | said(relaxation["code"], relaxation["facts"])
            if relaxation
            else None
        }
    )


def _comparison(
    names: Names, dates: ProblemDates, comparison: Comparison, after: str | None, limit: int
) -> View:
    changes = [change for change in comparison.changes if after is None or change.line > after]
    return {
        "changes": [_change(names, dates, change) for change in changes[:limit]],
        "next_after": changes[limit - 1].line if len(changes) > limit else None,
        "townships": _tallies(names, TOWNSHIPS, comparison.townships),
        "teams": _tallies(names, TEAMS, comparison.teams),
    }


def _stops(evaluation: Evaluation) -> list[View]:
    """The stops that would be new, moved or gone."""
    dates, of_site = (
        evaluation.inputs.dates,
        {site_id(row): row for row in evaluation.inputs.lines.values()},
    )
    of_stop = {stop.id: stop for stop in evaluation.inputs.stops}

    def view(change: StopChange) -> View:
        at = of_stop[change.stop] if change.stop is not None else of_site[change.site]
        name, name_en = evaluation.names.get(TOWNSHIPS, at.township_code)
        was, to = (
            dates.half_day(slot) if slot is not None else (None, None)
            for slot in (change.before, change.after)
        )
        where = {
            "township_code": at.township_code,
            "township_name": name,
            "township_name_en": name_en,
        }
        when = {"was_on": was[0], "was_part": was[1], "on": to[0], "part": to[1]}
        about = {
            "how": change.how,
            "stop_id": change.stop,
            "place": at.place,
            "booths": change.booths,
        }
        return about | where | when

    return [view(change) for change in evaluation.stop_changes()]


def _change(names: Names, dates: ProblemDates, change: Change) -> View:
    def booths(its: Iterable[Booth]) -> list[View]:
        return [_booth(names, booth) for booth in dates.written(its)]

    return line_view(names, change.line) | {
        "how": change.how,
        "before": booths(change.before),
        "after": booths(change.after),
    }


def _tallies(names: Names, kind: str, tallies: Mapping[str, Tally]) -> list[View]:
    return [
        {"code": code, "name": names.get(kind, code)[0], "name_en": names.get(kind, code)[1]}
        | asdict(tally)
        for code, tally in sorted(tallies.items())
    ]
