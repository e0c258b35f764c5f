"""Who may do what in catalog, and on what: the whole table."""

from shared.kernel.access import OPERATIONS, Policy, Role, Scope, everyone_with_an_account

COORDINATOR, OPERATOR = Role.COORDINATOR, Role.OPERATOR
ANY = Scope.ANY

POLICY = Policy(
    {
        "enter_directory": {COORDINATOR: ANY},
        "read_directory": everyone_with_an_account(),
        "draft_edition": {COORDINATOR: ANY},
        "publish_edition": {COORDINATOR: ANY},
        "read_editions": everyone_with_an_account(),
        "administer_accounts": {COORDINATOR: ANY, OPERATOR: ANY},
        **OPERATIONS,
    },
    public=frozenset({"probe", "sign_in", "exchange_token", "revoke_own_token", "read_keys"}),
)
