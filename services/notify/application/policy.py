"""Who may do what in notify, and on what: the whole table. A recipient is a post; whoever holds it is concerned."""

from shared.kernel.access import OPERATIONS, Grant, Policy, Role, Rules, Scope
from shared.kernel.errors import NotFound

HOLDERS: Rules = {
    Role.COORDINATOR: Scope.ANY,
    Role.OFFICER: Scope.OWN_TOWNSHIP,
    Role.CLERK: Scope.OWN_TOWNSHIP,
    Role.LEADER: Scope.OWN_TEAM,
    Role.VOLUNTEER: Scope.SELF,
}
"""Everybody for the own post; a coordinator for all."""

POLICY = Policy(
    {
        "read_recipients": HOLDERS | {Role.AUDITOR: Scope.ANY},
        "address_recipient": HOLDERS,
        "read_messages": HOLDERS | {Role.AUDITOR: Scope.ANY},
        "mark_message": HOLDERS,
        "count_messages": {Role.COORDINATOR: Scope.ANY, Role.AUDITOR: Scope.ANY, Role.OPERATOR: Scope.ANY},
        **OPERATIONS,
    },
    public=frozenset({"probe"}),
)


def posts_of(grant: Grant) -> list[str]:
    """The ids of the recipients that a grant which is not for everything reaches."""
    posts = [f"township.{code}" for code in grant.townships]
    posts += [f"team.{code}" for code in grant.teams]
    posts += [f"volunteer.{number}" for number in grant.persons]
    return sorted(posts)


def reaches(grant: Grant, recipient_id: str) -> bool:
    return grant.everything or recipient_id in posts_of(grant)


def require_post(grant: Grant, recipient_id: str) -> None:
    """:raises NotFound: it is somebody else's post."""
    if not reaches(grant, recipient_id):
        raise NotFound("recipient", recipient_id)
