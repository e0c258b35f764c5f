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
        "read_tasks": everyone_with_an_account()
        | {Role.LEADER: Scope.OWN_TEAM, Role.OFFICER: Scope.OWN_TOWNSHIP},
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
        "preview_merging": CORPS,
        "read_plans": CONCERNED,
        "read_stops": CONCERNED,
        "read_assignments": CONCERNED,
        # Why somebody can't come is not asked; that they can't is for them, their leader and the corps.
        "read_unavailable": TEAM | {Role.AUDITOR: Scope.ANY, Role.VOLUNTEER: Scope.SELF},
        "enter_unavailable": TEAM | {Role.VOLUNTEER: Scope.SELF},
        "read_rosters": TEAM | {Role.AUDITOR: Scope.ANY},
        "keep_rosters": TEAM,
        # Why somebody drops out is not asked; a leader says it for whoever phones.
        "drop_out": TEAM | {Role.VOLUNTEER: Scope.SELF},
        "answer_offer": TEAM | {Role.VOLUNTEER: Scope.SELF},
        "read_duties": TEAM | {Role.AUDITOR: Scope.ANY, Role.VOLUNTEER: Scope.SELF},
        # What concerns oneself, to be read by phones; the corps reads it in the console.
        "subscribe_calendar": {
            Role.LEADER: Scope.OWN_TEAM,
            Role.OFFICER: Scope.OWN_TOWNSHIP,
            Role.CLERK: Scope.OWN_TOWNSHIP,
            Role.VOLUNTEER: Scope.SELF,
        },
        "read_attendance": TEAM | {Role.AUDITOR: Scope.ANY, Role.VOLUNTEER: Scope.SELF},
        "run_check_in": TEAM,
        "check_in": TEAM | {Role.VOLUNTEER: Scope.SELF},
        "read_hours": TEAM | {Role.AUDITOR: Scope.ANY, Role.VOLUNTEER: Scope.SELF},
        "claim_hours": TEAM | {Role.VOLUNTEER: Scope.SELF},
        "decide_hours": CORPS,
        "confirm_stop": CORPS | {Role.OFFICER: Scope.OWN_TOWNSHIP},
        "ask_another_day": TEAM | {Role.OFFICER: Scope.OWN_TOWNSHIP},
        "prepare_stop": CORPS | {Role.OFFICER: Scope.OWN_TOWNSHIP},
        "read_incidents": TEAM | {Role.AUDITOR: Scope.ANY, Role.OFFICER: Scope.OWN_TOWNSHIP},
        "note_incident": TEAM | {Role.OFFICER: Scope.OWN_TOWNSHIP},
        "close_incident": CORPS,
        "keep_day": CORPS,
        "postpone_stop": CORPS,
        "cancel_stop": CORPS,
        "start_stop": TEAM,
        "report_booths": TEAM,
        "correct_booth": TEAM,
        "accept_figures": CORPS,
        "decide_correction": CORPS,
        "accept_assignment": TEAM,
        "decline_assignment": TEAM,
        "make_stop_link": CORPS
        | {Role.OFFICER: Scope.OWN_TOWNSHIP, Role.CLERK: Scope.OWN_TOWNSHIP},
        "read_booth_queues": CONCERNED,
        "run_booth_queue": TEAM,
        "read_staffing": CORPS | {Role.AUDITOR: Scope.ANY},
        "change_staffing": CORPS,
        **OPERATIONS,
    },
    public=frozenset({"probe", "show_stop", "show_townships", "draw_ticket", "read_calendar"}),
)
