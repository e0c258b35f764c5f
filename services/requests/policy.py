"""Who may do what in requests, and on what: the whole table."""

from shared.kernel.access import OPERATIONS, Policy, Role, Rules, Scope, everyone_with_an_account

CORPS: Rules = {Role.COORDINATOR: Scope.ANY}
"""What the corps decides."""

TOWNSHIP: Rules = CORPS | {Role.OFFICER: Scope.OWN_TOWNSHIP, Role.CLERK: Scope.OWN_TOWNSHIP}
"""What a township does for itself; a coordinator may enter it for a township that phones."""

EVERYBODY_CONCERNED: Rules = TOWNSHIP | {Role.LEADER: Scope.OWN_TEAM, Role.AUDITOR: Scope.ANY}
"""Who reads what was said about a booth, or what became regular: its township, its team, the corps."""

LEADER: Rules = {Role.LEADER: Scope.OWN_TEAM}
"""What the team that comes has to know, while its assignment is live; and what it is asked."""

POLICY = Policy(
    {
        "read_tasks": everyone_with_an_account() | TOWNSHIP | LEADER,
        "take_task": CORPS,
        "hand_task_over": CORPS,
        "give_task_back": CORPS,
        "read_menu": everyone_with_an_account(),
        "draft_order": TOWNSHIP,
        "redraft_order": TOWNSHIP,
        "submit_order": TOWNSHIP,
        "cancel_order": TOWNSHIP,
        "amend_order": TOWNSHIP,
        "change_contact": TOWNSHIP,
        "rate_service": TOWNSHIP,
        "read_orders": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        "show_order_phone": TOWNSHIP,
        "read_township_words": LEADER,
        "show_phone_to_team": LEADER,
        "enter_order_form": TOWNSHIP,
        "attach_file": TOWNSHIP,
        "accept_order": CORPS,
        "return_order": CORPS,
        "close_order": CORPS,
        "decide_amendment": CORPS,
        "correct_order": CORPS,
        "set_priority": CORPS,
        "read_limits": CORPS | {Role.AUDITOR: Scope.ANY},
        "set_limits": CORPS,
        "show_rating_links": CORPS | {Role.LEADER: Scope.OWN_TEAM},
        "read_ratings": EVERYBODY_CONCERNED,
        "compare_ratings": CORPS | {Role.AUDITOR: Scope.ANY},
        "moderate_ratings": CORPS,
        "reply_to_rating": {Role.LEADER: Scope.OWN_TEAM},
        "read_follow_ups": EVERYBODY_CONCERNED,
        "close_follow_up": CORPS,
        "make_wish": TOWNSHIP,
        "read_wishes": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        "read_wish_groups": CORPS | {Role.AUDITOR: Scope.ANY},
        "group_wishes": CORPS,
        "answer_wishes": CORPS,
        "propose_series": TOWNSHIP,
        "read_series": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        "accept_series": CORPS,
        "change_series": TOWNSHIP,
        "drop_occurrence": CORPS,
        "read_recurrence_proposals": EVERYBODY_CONCERNED,
        "search_regular_needs": CORPS,
        "answer_recurrence_proposal": CORPS | LEADER,
        "hand_on_recurrence_proposal": CORPS,
        "read_coverage": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        "read_figures": TOWNSHIP | {Role.AUDITOR: Scope.ANY},
        **OPERATIONS,
    },
    public=frozenset({"probe", "rate_as_resident", "read_open_figures"}),
)
