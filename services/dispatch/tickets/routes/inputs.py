"""Inputs that operations on queues share."""

from typing import Annotated

from fastapi import Query

from shared.http.inputs import Typed

_LEASE = Query(max_length=40, description="of the telephone that alone calls at the booth")
HeldLease = Annotated[str, _LEASE, Typed]
MaybeLease = Annotated[str | None, _LEASE, Typed]
