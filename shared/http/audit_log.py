"""Routes for the audit log: read it, and check that nothing in it was changed."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlalchemy import Select, select

from shared.audit.chain import verify
from shared.audit.tables import audit_log
from shared.http.context import Context
from shared.http.exports import Fields, Sheet, add_export
from shared.http.inputs import Moment, Page, Position, Uow
from shared.http.openapi import secured
from shared.http.texts import preferred_language
from shared.http.wording import Wording
from shared.unit_of_work import UnitOfWork

LONGEST_CELL = 8000
"""Of what an entry's changes say in a file; a cell holds 32,767 characters."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Which entries are meant, and in which order."""

    newest_first: Annotated[
        bool, Query(description="begin with the newest, or below the entry that after names")
    ] = False
    subject: Annotated[str | None, Query(max_length=120, description="only by this account")] = None
    action: Annotated[str | None, Query(max_length=60, description="only this action")] = None
    since: Annotated[Moment | None, Query(description="only from this time on")] = None
    until: Annotated[Moment | None, Query(description="only before this time")] = None

    def query(self, after: int, limit: int) -> Select[Any]:
        found = select(audit_log).limit(limit)
        if self.newest_first:
            found = found.order_by(audit_log.c.id.desc())
            if after:
                found = found.where(audit_log.c.id < after)
        else:
            found = found.order_by(audit_log.c.id).where(audit_log.c.id > after)
        if self.subject is not None:
            found = found.where(audit_log.c.subject == self.subject)
        if self.action is not None:
            found = found.where(audit_log.c.action == self.action)
        if self.since is not None:
            found = found.where(audit_log.c.at >= self.since)
        if self.until is not None:
            found = found.where(audit_log.c.at < self.until)
        return found


Asked = Annotated[_Asked, Depends()]


@audit_router.get(
    "",
    summary="The audit log, oldest first unless newest_first",
    **secured("read_audit", 422),
)
async def list_audit(
    uow: Uow,
    context: Context,
    wording: ReadersWording,
    asked: Asked,
    after: Annotated[Position, Query()] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[AuditEntry]:
    uow.permit(context.policy, "read_audit")
    async with uow.reading() as session:
        rows = (await session.execute(asked.query(after, limit))).all()
    return [_entry(row._asdict(), wording) for row in rows]


async def _page(
    uow: Uow,
    context: Context,
    wording: ReadersWording,
    asked: Asked,
    after: int = 0,
    limit: int = 100,
) -> Page[AuditEntry]:
    """The same with what to go on behind."""
    found = await list_audit(uow, context, wording, asked, after, limit)
    is_last = len(found) < limit
    return Page[AuditEntry](items=found, next_after=None if is_last else str(found[-1].id))


async def _changes_of(
    _uow: UnitOfWork, entries: Sequence[AuditEntry], wording: Wording
) -> list[Fields]:
    return [
        {
            "action": entry.action_name,
            "roles": [role for role in entry.roles.split(",") if role],
            "changes": "\n".join(_in_words(each, entry.words) for each in entry.changes)[
                :LONGEST_CELL
            ],
        }
        for entry in entries
    ]


def _in_words(change: Mapping[str, Any], words: Mapping[str, str]) -> str:
    """Returns one change in a line: of what, and each field before and after."""
    before, after = change.get("before") or {}, change.get("after") or change.get("noted") or {}
    fields = (
        f"{words.get(name, name)}: {_said(before, name, words)} → {_said(after, name, words)}"
        for name in dict.fromkeys([*before, *after])
    )
    kind = str(change.get("kind", ""))
    return f"{words.get(kind, kind)} {change.get('key', '')}: {'; '.join(fields)}"


def _said(values: Mapping[str, Any], name: str, words: Mapping[str, str]) -> str:
    value = values.get(name)
    if value is None:
        return "-"
    return words.get(str(value), str(value)) if name == "state" else str(value)


AUDIT = Sheet(
    "audit",
    {
        "at": 17,
        "action": 24,
        "roles": 20,
        "subject": 38,
        "address": 18,
        "changes": 80,
        "correlation_id": 36,
        "id": 10,
    },
    words={"roles": "choices"},
    complete=_changes_of,
)
add_export(audit_router, ".xlsx", _page, AUDIT, action="read_audit")


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
