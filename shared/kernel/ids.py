"""Identifiers: UUID version 7 (RFC 9562), so that new rows land at the end of their index."""

from uuid_utils import uuid7


def new_id() -> str:
    """A new identifier, 36 characters, sortable by the moment it was made."""
    return str(uuid7())
