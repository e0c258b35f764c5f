"""Turns a grant into a condition of a query, so that lists contain only what the actor may see."""

from typing import Any

from sqlalchemy import false, or_, true
from sqlalchemy.sql.elements import ColumnElement

from shared.kernel.access import Grant

Column = ColumnElement[Any]


def within(
    grant: Grant,
    *,
    township: Column | None = None,
    team: Column | None = None,
    person: Column | None = None,
) -> ColumnElement[bool]:
    """Returns the condition that township, team or person is the actor's own; true when the grant
    is for all.
    """
    if grant.everything:
        return true()
    own = ((township, grant.townships), (team, grant.teams), (person, grant.persons))
    conditions = [
        column.in_(sorted(values)) for column, values in own if column is not None and values
    ]
    return or_(*conditions) if conditions else false()
