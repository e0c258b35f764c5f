"""A web server for webhooks inside the embedded system, so that a newcomer sees them arrive without having one.

It keeps the latest in memory, and checks each by the public key of the subscription that it came from: that is all
that another system would need, too.
"""

import base64
import json
from collections import defaultdict, deque
from datetime import UTC, datetime
from typing import Annotated, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel

from services.notify.subscribers.use_cases.subscriptions import public_keys_at
from shared.http.authentication import Authenticator
from shared.service import Service

HOOKS = "/api/demonstration/hooks"
KEPT = 50
"""Webhooks of each address."""

Name = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]


class Arrived(BaseModel):
    """A webhook as it came. Only those are kept that a subscription to this address signed; others are answered 401."""

    webhook_id: str
    arrived_at: datetime
    event: Any


class Arrivals(BaseModel):
    """The newest first."""

    items: list[Arrived]


def hook_routes(notify: Service, url: str, authenticator: Authenticator) -> APIRouter:
    """Takes webhooks at ``{HOOKS}/<name>`` from this machine, and shows them to whoever has signed in. ``url`` is
    where the system is reached."""
    router = APIRouter(prefix="/hooks")
    arrived: defaultdict[str, deque[Arrived]] = defaultdict(lambda: deque(maxlen=KEPT))

    async def signed_in(
        request: Request, authorization: Annotated[str | None, Header()] = None
    ) -> None:
        await authenticator.admit(authorization, request.client.host if request.client else "")

    @router.post("/{name}", status_code=204)
    async def take(name: Name, request: Request) -> Response:
        body = await request.body()
        keys = await public_keys_at(notify.uow, f"{url}{HOOKS}/{name}")
        if not any(_is_signed(request, body, key) for key in keys):
            return Response(status_code=401)
        found = Arrived(
            webhook_id=request.headers["webhook-id"],
            arrived_at=datetime.now(UTC),
            event=json.loads(body),
        )
        arrived[name].appendleft(found)
        return Response(status_code=204)

    @router.get("/{name}", dependencies=[Depends(signed_in)])
    async def show(name: Name) -> Arrivals:
        return Arrivals(items=list(arrived.get(name, ())))

    return router


def _is_signed(request: Request, body: bytes, key: str) -> bool:
    """Whether the ``v1a`` signature is by this key (whpk_...)."""
    said = request.headers
    content = f"{said.get('webhook-id')}.{said.get('webhook-timestamp')}.".encode() + body
    public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("whpk_")))
    for each in said.get("webhook-signature", "").split():
        if each.startswith("v1a,"):
            try:
                public.verify(base64.b64decode(each[4:]), content)
            except (InvalidSignature, ValueError):
                continue
            return True
    return False
