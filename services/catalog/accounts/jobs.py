"""What of signing in is deleted once it is over."""

from datetime import timedelta

from services.catalog.accounts.domain.failed_attempts import QUIET
from services.catalog.accounts.tables import sign_in_failure, sign_in_grant
from shared.privacy.retention import Prune, older_than


def sign_in_prunes(longest: timedelta) -> list[Prune]:
    """Returns what to delete: failed attempts after a quiet time, grants after their end.

    A used code stays as long as its sign-in may last (``longest``), so that a second use is noticed.
    """
    return [
        older_than(sign_in_failure.c.last_at, 2 * QUIET),
        older_than(sign_in_grant.c.expires_at, longest),
    ]
