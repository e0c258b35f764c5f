"""The services keep to their OpenAPI documents, whatever is sent and whoever sends it.

The suite sends some hundreds of generated requests; ``make fuzz`` sends thousands, others each time, and prints the
seed: DIANCAI_FUZZ_SEED repeats them. DIANCAI_FUZZ_CASES says how many, for all four services together.
"""

import asyncio
import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, CheckContext, GenerationMode, Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shared.kernel.access import Role, Scope
from tests.access.scene import Place
from tests.access.scenes import SCENES, parameters_of
from tests.access.story import place_of
from tests.support.clock import StandingClock
from tests.support.fixtures import Figures
from tests.support.story import Told, embedded_system
from tests.support.tokens import bearer
from tests.support.tree import SERVICES

CASES = int(os.environ.get("DIANCAI_FUZZ_CASES", "400"))
SEED = int(os.environ.get("DIANCAI_FUZZ_SEED", "2014"))
ENDLESS = "/recipients/{recipient_id}/stream"  # tests/notify/test_stream.py reads it
INTERNALS = (
    "Traceback",
    "sqlalchemy",
    "sqlite3",
    "psycopg",
    "pydantic_core",
    "aio_pika",
    'File "',
    "/site-packages/",
)

NOBODY, GARBAGE = "nobody", "garbage"
CALLERS = [NOBODY, GARBAGE, *Role, *[Role.COORDINATOR] * 8]
"""Who asks; a coordinator often, who comes further than others."""

Operation = APIOperation[Any, Any, Any, Any]


def no_trace_of_internals(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Neither text nor headers tell what the service is made of."""
    said, sent = (
        response.content.decode("utf-8", "replace") + str(response.headers),  # some are workbooks
        str(case.body) + str(case.query) + str(case.path_parameters),
    )
    found = [mark for mark in INTERNALS if mark in said and mark not in sent]
    if found:
        raise Failure(
            operation=case.operation.label,
            title="Trace of internals",
            message=f"{found}: {said[:500]}",
        )


CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    no_trace_of_internals,
]


@dataclass
class Seen:
    by_status: Counter[int] = field(default_factory=Counter)
    by_caller: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Fuzzer:
    """Sends generated requests to one service. ``issuer`` is whose tokens it takes; ``place``, what exists there."""

    service: str
    base_url: str
    issuer: str
    place: Place
    seen: Seen

    def play(self, document: dict[str, Any], cases: int) -> None:
        schema = schemathesis.openapi.from_dict(document)
        operations: list[Operation] = [
            found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)
        ]
        operations = [operation for operation in operations if operation.path != ENDLESS]
        for number, operation in enumerate(operations):
            takes_input = bool(operation.body or operation.query or operation.path_parameters)
            modes = (
                [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
                if takes_input
                else [GenerationMode.POSITIVE]
            )
            for mode in modes:
                self._play(
                    operation,
                    mode,
                    max(2, cases // len(operations) // len(modes) + 1),
                    SEED + number,
                )

    def _play(self, operation: Operation, mode: GenerationMode, count: int, start: int) -> None:
        @seed(start)
        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(
            case=operation.as_strategy(generation_mode=mode),
            caller=st.sampled_from(CALLERS),
            exists=st.booleans(),
        )
        def send(case: Case[Any], caller: str, exists: bool) -> None:
            if exists:
                self._make_real(case)
            answer = case.call(
                base_url=self.base_url, headers=self._credentials(caller), timeout=30
            )
            self.seen.by_status[answer.status_code] += 1
            self.seen.by_caller[caller] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as found:
                said = "; ".join(f"{part.title}: {part.message}" for part in found.exceptions)
                self.seen.findings.append(
                    f"{operation.label} as {caller}: {said}\n{case.as_curl_command()}"
                )

        try:
            send()
        except Unsatisfiable:  # nothing wrong can be said to this operation
            assert mode is GenerationMode.NEGATIVE, operation.label

    def _make_real(self, case: Case[Any]) -> None:
        """Asks for what exists, and signs in as a client that does."""
        operation: Operation = case.operation
        case.path_parameters = dict(case.path_parameters or {}) | parameters_of(
            operation.path, self.place, Scope.OWN_TOWNSHIP
        )
        scene = SCENES[self.service][f"{operation.method.upper()} {operation.path}"]
        if scene.query is not None:
            case.query = dict(case.query or {}) | scene.query(self.place, Scope.ANY)
        if scene.form is not None and isinstance(case.body, dict):
            case.body = case.body | scene.form(self.place, Scope.ANY)

    def _credentials(self, caller: str) -> dict[str, str]:
        if caller == NOBODY:
            return {}
        if caller == GARBAGE:
            return {"Authorization": "Bearer eyJhbGciOiJub25lIn0.e30."}
        own = {
            "township_code": self.place.township,
            "team_code": self.place.team,
            "volunteer_no": self.place.volunteer,
        }
        return bearer(Role(caller), iss=self.issuer, sub=f"generated-{caller}", **own)


@pytest.mark.long
async def test_the_services_keep_to_their_documents(
    told: Told, tmp_path: Path, figures: Figures
) -> None:
    findings: list[str] = []
    sent = 0
    # Recurring orders need a menu that is in force.
    shutil.copytree(told.data, tmp_path / "data")
    async with embedded_system(tmp_path / "data", clock=StandingClock()) as http:
        place = await place_of(told.outcome, http)
        url = str(http.base_url).rstrip("/")
        for name in SERVICES:
            document = (await http.get(f"/api/{name}/openapi.json")).json()
            fuzzer = Fuzzer(name, f"{url}/api/{name}", f"{url}/api/catalog", place, Seen())
            # A third more than asked for, for some operations know fewer variations than their share.
            # From a thread of its own, for the services are served by this one.
            await asyncio.to_thread(fuzzer.play, document, CASES * 4 // 3 // len(SERVICES))
            seen = fuzzer.seen
            statuses = " ".join(
                f"{status}={count}" for status, count in sorted(seen.by_status.items())
            )
            without = seen.by_caller[NOBODY] + seen.by_caller[GARBAGE]
            figures.note(
                f"{name}: generated requests, seed {SEED}",
                f"{seen.by_status.total()}, {without} of them without a good token: {statuses}",
            )
            findings += [f"{name}: {finding}" for finding in seen.findings]
            sent += seen.by_status.total()
    assert findings == [], f"{len(findings)} findings\n" + "\n\n".join(findings[:30])
    assert sent >= CASES
