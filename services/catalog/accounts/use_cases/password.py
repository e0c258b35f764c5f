"""Changing one's own password."""

from services.catalog.accounts.domain.account import Account, require_strong
from services.catalog.accounts.use_cases.failed_attempts import (
    PasswordHashes,
    count_and_check_password,
    forgive_attempt,
    withdraw_attempt,
)
from services.catalog.accounts.use_cases.second_factor import prove_second_factor
from services.catalog.accounts.use_cases.sign_outs import sign_out_everywhere
from services.catalog.policy import POLICY
from shared.kernel.errors import InvalidInput
from shared.unit_of_work import UnitOfWork


async def change_password(
    uow: UnitOfWork, passwords: PasswordHashes, *, old_password: str, new_password: str, code: str
) -> None:
    """Changes one's own password, and ends all sign-ins, because somebody else may know the old one.

    ``code`` is the one-time code of this moment, where the account has a second factor.

    :raises InvalidInput: the old password or the code is wrong, or the new password is weak.
    """
    uow.permit(POLICY, "change_own_password")
    require_strong(new_password)
    counted = [f"own:{uow.actor.subject}"]
    async with uow.reading() as session:
        found = await session.get(Account, uow.actor.subject)
    stored = found.password_hash if found else None
    is_right = await count_and_check_password(
        uow, passwords, counted, password=old_password, stored=stored
    )
    if not is_right or found is None:
        raise InvalidInput("password_wrong", field="old_password")
    hashed = await passwords.hash(new_password)
    async with uow.transaction() as tx:
        account = await tx.get(Account, uow.actor.subject)
        if account.password_hash != found.password_hash:  # changed meanwhile
            raise InvalidInput("password_wrong", field="old_password")
        proof = prove_second_factor(uow.vault, account, code, tx.now)
        if proof == "proved":
            account.password_hash = hashed
            await forgive_attempt(tx, counted)
            await sign_out_everywhere(uow, tx, account)
            return
        if proof == "used":
            await withdraw_attempt(tx, counted)
    raise InvalidInput("code_wrong", field="code")
