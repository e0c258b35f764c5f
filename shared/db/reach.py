"""A grant as a condition of a query: lists hold what the actor may see, and nothing else."""

from typing import Any

from sqlalchemy import false, or_, true
from sqlalchemy.sql.elements import ColumnElement

from shared.kernel.access import Grant

Column = ColumnElement[Any]


def within(
    grant: Grant, *, township: Column | None = None, team: Column | None = None, person: Column | None = None
) -> ColumnElement[bool]:
    """The rows whose township, team or person is the actor's own; all rows when the grant is for everything."""
    if grant.everything:
        return true()
    own = ((township, grant.townships), (team, grant.teams), (person, grant.persons))
    conditions = [column.in_(sorted(values)) for column, values in own if column is not None and values]
    return or_(*conditions) if conditions else false()
