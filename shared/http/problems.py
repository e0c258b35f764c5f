"""Refusals as RFC 9457 problem details: a stable code, the field at fault, and what to do."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy.exc import DataError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.db.engine import store_is_away
from shared.http.texts import Texts, preferred_language
from shared.http.wording import Wording, code_of_fault
from shared.identity.keys import KeysUnavailable
from shared.kernel.errors import DomainError, IllegalTransition, NotFound
from shared.kernel.precondition import ChangedMeanwhile
from shared.messaging.broker import BrokerUnavailable
from shared.telemetry.logs import logger
from shared.telemetry.trace import current_trace

MEDIA_TYPE = "application/problem+json"

_FRAMEWORK_REFUSALS = {
    404: ("not_found", 404),
    405: ("method_not_allowed", 405),
    413: ("body_too_large", 413),
}
"""What the framework refuses by itself; the rest of that (its 400) is a body it can't read."""

log = logger(__name__)


class FieldProblem(BaseModel):
    """One field that breaks a rule; ``label`` is what a form calls it, in the reader's language."""

    field: str
    label: str | None = None
    code: str
    detail: str
    remedy: str


class Problem(BaseModel):
    """What every refusal looks like (RFC 9457); texts in the language of Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    field: str | None = None
    label: str | None = None
    remedy: str
    errors: list[FieldProblem] | None = None
    state: str | None = None
    possible: list[str] | None = None
    states: list[str] | None = None


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Returns the OpenAPI entries of the refusals that an operation can give."""
    return {
        status: {"model": Problem, "content": {MEDIA_TYPE: {}}, "description": "Refused"}
        for status in statuses
    }


def install(app: Starlette, texts: Texts) -> Callable[[Request, Exception], Response]:
    """Makes every refusal of ``app`` a problem document, and returns the handler for uncaught
    exceptions.
    """

    def answer(
        request: Request, status: int, code: str, facts: dict[str, Any], **more: Any
    ) -> JSONResponse:
        language = preferred_language(request.headers.get("accept-language"))
        text = texts.render(language, code, facts)
        more["label"] = Wording(texts, language).label(more.get("field"))
        problem = Problem(
            type=f"urn:diancai:problem:{code}",
            status=status,
            instance=request.url.path,
            code=code,
            **text,
            **more,
        )
        headers = {"Content-Language": language, "Vary": "Accept-Language"}
        if status == 503:
            headers["Retry-After"] = "3"
        if status == 401:  # RFC 6750, 3
            reason = facts.get("reason")
            said = (
                f'Bearer error="invalid_token", error_description="{reason}"'
                if reason
                else "Bearer"
            )
            headers["WWW-Authenticate"] = said
        if status == 429:
            headers["Retry-After"] = str(facts["retry_after"])
        return JSONResponse(
            problem.model_dump(exclude_none=True), status, headers, media_type=MEDIA_TYPE
        )

    def reasons(request: Request, error: DomainError) -> list[FieldProblem]:
        language = preferred_language(request.headers.get("accept-language"))
        wording = Wording(texts, language)
        remedy = texts.render(language, error.code, wording.facts(error))["remedy"]
        told = [
            (each, {"remedy": remedy} | texts.render(language, each.code, each.facts))
            for each in error.reasons
        ]
        return [
            FieldProblem(
                field=each.where,
                label=wording.label(each.where),
                code=each.code,
                detail=text["detail"],
                remedy=text["remedy"],
            )
            for each, text in told
        ]

    def refused(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, DomainError)  # noqa: S101 - registered for this class only
        more: dict[str, Any] = {"field": error.field}
        more |= _states_of(error)
        if error.reasons:
            more |= {"errors": reasons(request, error)}
        language = preferred_language(request.headers.get("accept-language"))
        facts = Wording(texts, language).facts(error)
        return answer(request, error.status, error.code, facts, **more)

    def invalid(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
        wording = Wording(texts, preferred_language(request.headers.get("accept-language")))
        errors = [_field_problem(texts, wording, fault) for fault in error.errors()]
        facts = {"count": len(errors), "labels": wording.labels(each.field for each in errors)}
        return answer(request, 422, "invalid_request", facts, field=errors[0].field, errors=errors)

    def unrouted(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
        code, status = _FRAMEWORK_REFUSALS.get(error.status_code, ("body_unreadable", 422))
        return _also(
            error.headers,
            answer(request, status, code, {"path": request.url.path, "method": request.method}),
        )

    def fault(request: Request, error: Exception) -> JSONResponse:
        route = getattr(
            request.scope.get("route"), "path", None
        )  # the path itself may hold a signed link
        if isinstance(error, DomainError):  # from outside the framework's own handling
            return refused(request, error)
        if isinstance(error, (BrokerUnavailable, KeysUnavailable)) or store_is_away(error):
            log.warning("store or broker is away", error=repr(error), route=route)
            return answer(request, 503, "unavailable", {})
        if isinstance(error, (DataError, OverflowError)):
            return answer(request, 422, "invalid_value", {})
        log.error("request failed", exc_info=error, route=route)
        return answer(
            request, 500, "internal_error", {"correlation_id": current_trace().correlation_id}
        )

    app.add_exception_handler(DomainError, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, unrouted)
    return fault


def _field_problem(texts: Texts, wording: Wording, fault: Mapping[str, Any]) -> FieldProblem:
    code = code_of_fault(fault)
    facts = wording.of_fault(fault["type"], {"message": fault["msg"], **fault.get("ctx", {})})
    text = texts.render(wording.language, code if texts.has(code) else "invalid.other", facts)
    field = _path(fault["loc"])
    return FieldProblem(field=field, label=wording.label(field), code=code, **text)


def _states_of(error: DomainError) -> dict[str, Any]:
    """Returns the object's state, and the states that such an object can have."""
    if isinstance(error, IllegalTransition):
        return {"state": error.state, "possible": list(error.possible)}
    if isinstance(error, ChangedMeanwhile):
        return {"state": error.state}
    return {"states": list(error.states)} if isinstance(error, NotFound) and error.states else {}


def _also(headers: Mapping[str, str] | None, refusal: JSONResponse) -> JSONResponse:
    """Adds the framework's own headers, such as Allow, which 405 must have (RFC 9110, 15.5.6)."""
    refusal.headers.update(headers or {})
    return refusal


def _path(location: tuple[int | str, ...]) -> str:
    """("body", "lines", 0, "item_code") -> "lines[0].item_code" """
    path = ""
    for part in location[1:] if len(location) > 1 else location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path
