"""What colleagues call the owner of an account."""

from services.catalog.accounts.domain.account import Account, clean_name
from services.catalog.accounts.tables import account as account_table
from shared.db.vault import Vault, place_of
from shared.kernel.errors import InvalidInput
from shared.privacy.personal_data import personal_data_in


def seal_name(vault: Vault, account: Account, name: str | None) -> None:
    """Sets the name by which colleagues see the account; without one they see its login name.

    :raises InvalidInput: see :func:`clean_name`; or it holds a number that is personal.
    """
    if name is not None:
        name = clean_name(name)
        if personal_data_in(name):
            raise InvalidInput("name_holds_a_number", field="name")
    place = place_of(account_table.c.name_sealed, account.id)
    account.name_sealed = vault.seal(name, place) if name else None


def name_of(vault: Vault, account: Account) -> str | None:
    """Returns the name that was entered for the account, if one was."""
    if account.name_sealed is None:
        return None
    return vault.open(account.name_sealed, place_of(account_table.c.name_sealed, account.id))
