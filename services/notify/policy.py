"""Who may do what in notify, and on what: the whole table. A recipient is a post; whoever holds it is concerned."""

from shared.kernel.access import OPERATIONS, Policy, Role, Rules, Scope

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
        "count_messages": {
            Role.COORDINATOR: Scope.ANY,
            Role.AUDITOR: Scope.ANY,
            Role.OPERATOR: Scope.ANY,
        },
        **OPERATIONS,
    },
    public=frozenset({"probe"}),
)
