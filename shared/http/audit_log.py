"""Routes for the audit log: read it, and check that nothing in it was changed."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import select

from shared.audit.chain import verify
from shared.audit.tables import audit_log
from shared.http.context import Context
from shared.http.inputs import Moment, Position, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language
from shared.http.wording import Wording


class AuditEntry(BaseModel):
    """Who did what, when and from where.

    ``changes`` have before and after; sealed values are not shown. ``action_name`` and ``words``
    are in the reader's language: ``words`` says what kinds, fields and states in ``changes`` are
    called, as far as there are words for them.
    """

    id: int
    at: datetime
    subject: str
    roles: str
    action: str
    action_name: str
    address: str
    correlation_id: str
    changes: list[dict[str, Any]]
    words: dict[str, str]


class AuditedAction(BaseModel):
    """An action that entries may name, and what it is called in the reader's language."""

    action: str
    name: str


class AuditVerification(BaseModel):
    """What recomputing every seal of the audit log found.

    ``is_whole``: no row was changed, removed or slipped in. ``head`` is the last hash; noted
    elsewhere, it shows later that the log was not replaced as a whole. ``unsealed`` rows are newer
    than the last seal. ``findings`` are in English, for whoever examines the store.
    """

    is_whole: bool
    rows: int
    seals: int
    unsealed: int
    head: str
    findings: list[str]


async def _wording(request: Request) -> Wording:
    language = preferred_language(request.headers.get("accept-language"))
    return Wording(request.app.state.texts, language)


ReadersWording = Annotated[Wording, Depends(_wording)]

audit_router = APIRouter(prefix="/audit", tags=["events"])


@audit_router.get(
    "",
    summary="The audit log, oldest first unless newest_first",
    **secured("read_audit", 422),
)
async def list_audit(
    uow: Uow,
    context: Context,
    wording: ReadersWording,
    after: Annotated[Position, Query()] = 0,
    newest_first: Annotated[
        bool, Query(description="begin with the newest, or below the entry that after names")
    ] = False,
    subject: Annotated[
        str | None, Query(max_length=120, description="only by this account")
    ] = None,
    action: Annotated[str | None, Query(max_length=60, description="only this action")] = None,
    since: Annotated[Moment | None, Query(description="only from this time on")] = None,
    until: Annotated[Moment | None, Query(description="only before this time")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AuditEntry]:
    uow.permit(context.policy, "read_audit")
    query = select(audit_log).limit(limit)
    if newest_first:
        query = query.order_by(audit_log.c.id.desc())
        if after:
            query = query.where(audit_log.c.id < after)
    else:
        query = query.order_by(audit_log.c.id).where(audit_log.c.id > after)
    if subject is not None:
        query = query.where(audit_log.c.subject == subject)
    if action is not None:
        query = query.where(audit_log.c.action == action)
    if since is not None:
        query = query.where(audit_log.c.at >= since)
    if until is not None:
        query = query.where(audit_log.c.at < until)
    async with uow.reading() as session:
        rows = (await session.execute(query)).all()
    return [_entry(row._asdict(), wording) for row in rows]


@audit_router.get(
    "/actions", summary="The actions that its entries may name", **secured("read_audit")
)
async def list_audited_actions(
    uow: Uow, context: Context, wording: ReadersWording
) -> list[AuditedAction]:
    uow.permit(context.policy, "read_audit")
    named = [
        AuditedAction(action=action, name=wording.word("actions", action))
        for action in context.policy.table
    ]
    return sorted(named, key=lambda each: each.name)


@audit_router.get(
    "/verification",
    summary="Whether the audit log is whole; recomputes every seal",
    **secured("read_audit"),
)
async def verify_audit(uow: Uow, context: Context) -> AuditVerification:
    uow.permit(context.policy, "read_audit")
    verdict = await verify(uow.database, uow.now)
    return AuditVerification(
        is_whole=not verdict.wrong,
        rows=verdict.rows,
        seals=verdict.seals,
        unsealed=verdict.unsealed,
        head=verdict.head,
        findings=verdict.wrong,
    )


def _entry(row: Mapping[str, Any], wording: Wording) -> AuditEntry:
    changes: list[dict[str, Any]] = json.loads(row["changes"])
    words = {name: said for name, said in _words(changes, wording) if said != name}
    named = {"action_name": wording.word("actions", row["action"]), "words": words}
    return AuditEntry.model_validate({**row, **named, "changes": changes})


def _words(changes: list[dict[str, Any]], wording: Wording) -> Iterator[tuple[str, str]]:
    for change in changes:
        kind = str(change.get("kind", ""))
        yield kind, wording.word("kinds", kind)
        for part in ("before", "after", "noted"):
            for name, value in (change.get(part) or {}).items():
                yield name, wording.label(name) or name
                if name == "state":
                    yield str(value), wording.state(str(value))
