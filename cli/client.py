"""Talks to a running Diancai, and keeps at it while a part of it restarts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from typing import Any, Self
from urllib.parse import quote

import httpx

from cli.sign_in import Session, why_silent

Json = dict[str, Any]
OnSilence = Callable[[str, float], None]

RETRY_STATUSES = {502, 503, 504}
PATIENCE_SECONDS = 90.0
TIMEOUT = httpx.Timeout(30, connect=3)
AT_ONCE = 8
"""Requests under way at the same time."""


class Unreachable(Exception):
    """Nothing answers at the address ``url``, for all our patience; ``why`` is a few words."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(f"{url}: {why}")
        self.url, self.why = url, why


class NotDiancai(Exception):
    """What answers at the address is something else."""


class Refused(Exception):
    """The system refused a request; carries its problem document."""

    def __init__(self, method: str, path: str, response: httpx.Response) -> None:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        self.status = response.status_code
        self.problem: Json = problem if isinstance(problem, dict) else {}
        said = f"{self.problem.get('detail', response.text[:200])} {self.problem.get('remedy', '')}".strip()
        self.method, self.path = method, path
        super().__init__(
            f"{method} {path}: {response.status_code} {self.problem.get('code', '')} {said}"
        )


class Client:
    """A JSON client for one Diancai at one address (a gateway, or an embedded process)."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        session: Session | None = None,
        first_seconds: float = PATIENCE_SECONDS,
        on_silence: OnSilence = lambda url, seconds: None,
    ) -> None:
        """``first_seconds``: how long the address may stay silent that has never answered. ``on_silence`` is told once
        when the system, having answered before, does not: its address, and for how many seconds it is tried on."""
        self._on_silence = on_silence
        self._first_seconds = first_seconds
        self._answered = self._said = False
        self.confirms: Collection[str] = ()
        """Doubts that are answered with "go on"; all others are refusals."""
        self._http = http
        self._session = session
        self._patience = patience_seconds
        self._places = asyncio.Semaphore(AT_ONCE)

    @classmethod
    @asynccontextmanager
    async def at(
        cls,
        url: str,
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        token: str | None = None,
        session: Session | None = None,
        language: str = "en",
        first_seconds: float = PATIENCE_SECONDS,
        on_silence: OnSilence = lambda url, seconds: None,
    ) -> AsyncIterator[Self]:
        """Acts as whoever ``token`` or ``session`` belongs to; a session renews its tokens."""
        headers = {"Accept-Language": language} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        async with httpx.AsyncClient(
            base_url=url, headers=headers, timeout=TIMEOUT, trust_env=False
        ) as http:
            yield cls(
                http,
                patience_seconds=patience_seconds,
                session=session,
                first_seconds=first_seconds,
                on_silence=on_silence,
            )

    async def get(self, path: str, **query: Any) -> Any:
        return await self._patiently("GET", path, params=query)

    async def put(self, path: str, body: Json) -> Any:
        return await self._patiently("PUT", path, json=body, headers={"If-Match": "*"})

    async def post(self, path: str, body: Json | None = None, *, key: str) -> Any:
        """A POST that may be repeated, since the same ``key`` takes effect once."""
        return await self._patiently(
            "POST", path, json=body or {}, headers={"Idempotency-Key": key}
        )

    async def replace_file(self, path: str, data: bytes) -> Any:
        """A file in place of the one that is there."""
        return await self._patiently("POST", path, content=data)

    async def send_form(self, path: str, **fields: str) -> None:
        """A form of a residents' page that takes effect once, however often it is sent."""
        await self._patiently("POST", path, data=fields)

    async def send_file(self, path: str, name: str, data: bytes) -> None:
        """A file that is stored under a name. After a failure whose outcome is unknown it may be there twice."""
        headers = {"File-Name": quote(name), "Content-Type": "application/octet-stream"}
        await self._patiently("POST", path, content=data, headers=headers)

    async def all(self, path: str, **query: Any) -> list[Json]:
        """Every item of a list, page by page."""
        items: list[Json] = []
        after: str | None = None
        while True:
            page = await self.get(path, limit=200, **query, **({"after": after} if after else {}))
            items += page["items"]
            after = page["next_after"]
            if after is None:
                return items

    async def ensure(
        self,
        read: Callable[[], Awaitable[Json]],
        is_done: Callable[[Json], bool],
        path: str,
        body: Json | None = None,
    ) -> Json:
        """Brings something into a state by a POST that must not be repeated blindly: after a failure
        whose outcome is unknown, looks first whether it took effect. Gives what ``read`` last gave."""
        deadline = self._deadline()
        while True:
            state = await read()
            if is_done(state):
                return state
            try:
                await self._once("POST", path, json=body or {})
            except Refused as refusal:
                if refusal.problem.get("code") not in ("concurrent_change", "illegal_transition"):
                    raise
                state = await read()
                if not is_done(state) and asyncio.get_running_loop().time() > deadline:
                    raise
            except Unreachable:
                if asyncio.get_running_loop().time() > deadline:
                    raise
            else:
                state = await read()
                if not is_done(state):
                    raise RuntimeError(f"POST {path} was accepted and changed nothing that shows")
                return state
            await asyncio.sleep(0.2)

    async def until(self, what: str, check: Callable[[], Awaitable[Any]]) -> Any:
        """Asks ``check`` until it gives something true. :raises TimeoutError: names what never came."""
        deadline = self._deadline()
        pause = 0.02
        while True:
            if found := await check():
                return found
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError(f"waited {self._patience:.0f} s in vain until {what}")
            await asyncio.sleep(pause)
            pause = min(0.3, pause * 1.5)

    async def has_heard(self, listener: str, publisher: str) -> bool:
        """Whether whatever ``publisher`` has published by now has its effects in ``listener``."""
        published = await self.get(f"/api/{publisher}/events/counts")
        applied = await self.get(f"/api/{listener}/events/applied")
        return bool(applied[publisher] >= sum(published.values()))

    async def _patiently(self, method: str, path: str, **request: Any) -> Any:
        began, deadline = asyncio.get_running_loop().time(), self._deadline()
        pause = 0.1
        while True:
            try:
                return await self._once(method, path, **request)
            except Unreachable:
                now = asyncio.get_running_loop().time()
                if now > (
                    deadline if self._answered else min(deadline, began + self._first_seconds)
                ):
                    raise
                if self._answered and not self._said:
                    self._said = True
                    self._on_silence(str(self._http.base_url), deadline - now)
            await asyncio.sleep(pause)
            pause = min(2.0, pause * 2)

    async def _once(self, method: str, path: str, **request: Any) -> Any:
        async with self._places:
            try:
                response = await self._send(method, path, **request)
            except httpx.TransportError as error:
                raise Unreachable(str(self._http.base_url), why_silent(error)) from error
        self._answered = True
        if response.status_code in RETRY_STATUSES:
            raise Unreachable(str(self._http.base_url), f"{method} {path}: {response.status_code}")
        if response.is_error:
            refusal = Refused(method, path, response)
            asked = {str(doubt["code"]) for doubt in refusal.problem.get("errors", ())}
            query = dict(request.pop("params", {}))
            said = set(query.get("confirm", ()))  # what comes to light later is asked about later
            new = asked - said
            if (
                refusal.problem.get("code") != "confirmation_needed"
                or not new
                or not new <= set(self.confirms)
            ):
                raise refusal
            query["confirm"] = sorted(asked | said)
            return await self._once(method, path, params=query, **request)
        self._said = False
        if "data" in request:  # a form, which is answered with a page
            return None
        try:
            return response.json()
        except ValueError as error:
            raise NotDiancai(str(self._http.base_url)) from error

    async def _send(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, **request: Any
    ) -> httpx.Response:
        if self._session is None:
            return await self._http.request(method, path, headers=headers, **request)
        response = None
        for _ in range(2):  # once more with a new token, when the one in hand was taken back
            token = await self._session.token()
            bearer = {"Authorization": f"Bearer {token}"}
            response = await self._http.request(
                method, path, headers=bearer | (headers or {}), **request
            )
            if response.status_code != 401:
                break
            self._session.forget(token)
        assert response is not None  # noqa: S101 - the loop runs
        return response

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._patience
