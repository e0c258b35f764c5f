"""Who may do what in dispatch, and on what: the whole table.

A stop concerns its township, and every team that has or had a booth there: these may read it. Only a team that is
expected there may act at it (``services/dispatch/stops/use_cases/acting.py``).
"""

from shared.kernel.access import OPERATIONS, Policy, Role, Rules, Scope, everyone_with_an_account

CORPS: Rules = {Role.COORDINATOR: Scope.ANY}
"""What the corps decides."""

TEAM: Rules = CORPS | {Role.LEADER: Scope.OWN_TEAM}
"""What a team says for itself; a coordinator may enter it for a leader who phones."""

CONCERNED: Rules = TEAM | {
    Role.AUDITOR: Scope.ANY,
    Role.OFFICER: Scope.OWN_TOWNSHIP,
    Role.CLERK: Scope.OWN_TOWNSHIP,
    Role.VOLUNTEER: Scope.OWN_TEAM,
}
"""Who may see what concerns them."""

POLICY = Policy(
    {
        "read_tasks": everyone_with_an_account() | {Role.LEADER: Scope.OWN_TEAM},
        "take_task": CORPS,
        "hand_task_over": CORPS,
        "give_task_back": CORPS,
        "read_supply": everyone_with_an_account(),
        "read_demand": CORPS
        | {
            Role.AUDITOR: Scope.ANY,
            Role.OFFICER: Scope.OWN_TOWNSHIP,
            Role.CLERK: Scope.OWN_TOWNSHIP,
        },
        "propose_plan": CORPS,
        "publish_plan": CORPS,
        "withdraw_plan": CORPS,
        "start_planning_run": CORPS,
        "cancel_planning_run": CORPS,
        "read_candidates": CORPS | {Role.AUDITOR: Scope.ANY},
        "edit_candidate": CORPS,
        "discard_candidate": CORPS,
        "publish_candidate": CORPS,
        "change_planning_rules": CORPS,
        "read_plans": CONCERNED,
        "read_stops": CONCERNED,
        "read_assignments": CONCERNED,
        "postpone_stop": CORPS,
        "cancel_stop": CORPS,
        "start_stop": TEAM,
        "report_booths": TEAM,
        "accept_assignment": TEAM,
        "decline_assignment": TEAM,
        "make_stop_link": CORPS
        | {Role.OFFICER: Scope.OWN_TOWNSHIP, Role.CLERK: Scope.OWN_TOWNSHIP},
        **OPERATIONS,
    },
    public=frozenset({"probe", "show_stop", "show_townships"}),
)
