"""Which tasks of a service coordinators share, and how it knows that one still waits."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, true
from sqlalchemy.ext.asyncio import AsyncSession

Chosen = Callable[[ColumnElement[str]], ColumnElement[bool]]
"""Restricts a query to some of its objects, by the column that holds their ids."""


def everything(_object_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Leaves a query as it is."""
    return true()


def only(ids: Collection[str]) -> Chosen:
    """Restricts a query to the objects with these ids."""
    return lambda object_id: object_id.in_(ids)


Waiting = Callable[[AsyncSession, date, Collection[str]], Awaitable[set[str]]]
"""Returns those of some objects, by id, whose task still waits on a day."""


@dataclass(frozen=True, slots=True)
class SharedKind:
    """Tasks of one code that every coordinator sees. ``about`` is the kind of their objects."""

    about: str
    waiting: Waiting


SharedKinds = Mapping[str, SharedKind]
"""By code. A task of another code is one township's or team's, and nobody takes it."""
