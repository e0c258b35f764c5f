"""Who may do what in notify, and on what: the whole table. A recipient is a post; whoever holds it is concerned."""

from shared.kernel.access import (
    OPERATIONS,
    Policy,
    Role,
    Rules,
    Scope,
    everyone_with_an_account,
)

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
        "acknowledge_message": HOLDERS,
        "read_acknowledgements": HOLDERS | {Role.AUDITOR: Scope.ANY},
        "read_tasks": everyone_with_an_account(),
        "count_messages": {
            Role.COORDINATOR: Scope.ANY,
            Role.AUDITOR: Scope.ANY,
            Role.OPERATOR: Scope.ANY,
        },
        "read_event_types": {
            Role.SUBSCRIBER: Scope.ANY,
            Role.OPERATOR: Scope.ANY,
            Role.AUDITOR: Scope.ANY,
        },
        # Of subscriptions a subscriber reaches the own ones, which no scope says: by the account.
        "read_subscriptions": {
            Role.SUBSCRIBER: Scope.ANY,
            Role.OPERATOR: Scope.ANY,
            Role.AUDITOR: Scope.ANY,
        },
        "subscribe": {Role.SUBSCRIBER: Scope.ANY},
        "decide_subscription": {Role.OPERATOR: Scope.ANY},
        "keep_subscription": {Role.SUBSCRIBER: Scope.ANY, Role.OPERATOR: Scope.ANY},
        "rotate_webhook_secret": {Role.SUBSCRIBER: Scope.ANY},
        "replay_subscription": {Role.SUBSCRIBER: Scope.ANY},
        "read_subscribed_events": {Role.SUBSCRIBER: Scope.ANY},
        "read_channels": {Role.OPERATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
        "set_channel": {Role.OPERATOR: Scope.ANY},
        "test_channel": {Role.OPERATOR: Scope.ANY},
        "read_robots": {Role.COORDINATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
        "keep_robots": {Role.COORDINATOR: Scope.ANY},
        "read_wordings": {Role.COORDINATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
        "word_messages": {Role.COORDINATOR: Scope.ANY},
        "read_networks": {Role.OPERATOR: Scope.ANY, Role.AUDITOR: Scope.ANY},
        "allow_network": {Role.OPERATOR: Scope.ANY},
        **OPERATIONS,
    },
    public=frozenset({"probe", "read_contract"}),
)
