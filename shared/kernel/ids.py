"""Identifiers: UUID version 7 (RFC 9562), so that new rows are added at the end of their index."""

from uuid_utils import uuid7


def new_id() -> str:
    """Returns a new identifier, 36 characters, sortable by the moment of its creation."""
    return str(uuid7())
