"""Who may do what in requests, and on what: the whole table."""

from shared.kernel.access import OPERATIONS, Policy, Role, Rules, Scope, everyone_with_an_account

CORPS: Rules = {Role.COORDINATOR: Scope.ANY}
"""What the corps decides."""

TOWNSHIP: Rules = CORPS | {Role.OFFICER: Scope.OWN_TOWNSHIP, Role.CLERK: Scope.OWN_TOWNSHIP}
"""What a township does for itself; a coordinator may enter it for a township that phones."""

POLICY = Policy(
    {
        "read_tasks": everyone_with_an_account() | TOWNSHIP,
        "take_task": CORPS,
        "hand_task_over": CORPS,
        "give_task_back": CORPS,
        "read_menu": everyone_with_an_account(),
        "draft_order": TOWNSHIP,
        "redraft_order": TOWNSHIP,
        "submit_order": TOWNSHIP,
        "cancel_order": TOWNSHIP,
        "rate_service": TOWNSHIP,
        "read_orders": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        "accept_order": CORPS,
        "return_order": CORPS,
        "close_order": CORPS,
        **OPERATIONS,
    },
    public=frozenset({"probe"}),
)
