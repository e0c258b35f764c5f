"""Seeing one's own account, changing its password, and enrolling its second factor."""

from dataclasses import dataclass

from services.catalog.accounts.domain.account import Account, require_strong
from services.catalog.accounts.use_cases.failed_attempts import (
    PasswordHashes,
    count_and_check_password,
    forgive_attempt,
    withdraw_attempt,
)
from services.catalog.accounts.use_cases.names import name_of, seal_name
from services.catalog.accounts.use_cases.second_factor import (
    Enrolment,
    counter_of_code,
    offer_enrolment,
    open_offer,
    place_of_offer,
    prove_second_factor,
    renew_recovery_codes,
    seal_secret,
)
from services.catalog.accounts.use_cases.sign_outs import sign_out_everywhere
from services.catalog.policy import POLICY
from shared.kernel.errors import InvalidInput, NotFound
from shared.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """``recovery_codes_left`` is how many recovery codes have not been used."""

    is_enrolled: bool
    is_needed: bool
    recovery_codes_left: int


@dataclass(frozen=True, slots=True)
class OwnAccount:
    login: str
    name: str | None
    roles: list[str]
    second_factor: SecondFactor


async def read_own_account(uow: UnitOfWork) -> OwnAccount:
    """Returns the account of whoever asks. :raises NotFound: the account is kept elsewhere."""
    uow.permit(POLICY, "read_own_account")
    account = await _read(uow)
    factor = SecondFactor(
        account.totp_sealed is not None,
        account.needs_second_factor,
        len(account.recovery_codes_hash or ()),
    )
    return OwnAccount(account.login, name_of(uow.vault, account), account.roles, factor)


async def name_own_account(uow: UnitOfWork, *, name: str | None) -> None:
    """Sets what colleagues call whoever asks; without a name they see the login name.

    :raises NotFound: the account is kept elsewhere.
    """
    uow.permit(POLICY, "name_own_account")
    async with uow.transaction() as tx:
        seal_name(uow.vault, await tx.get(Account, uow.actor.subject), name)


async def change_password(
    uow: UnitOfWork, passwords: PasswordHashes, *, old_password: str, new_password: str, code: str
) -> None:
    """Changes one's own password, and ends all sign-ins, because somebody else may know the old one.

    ``code`` is the one-time code of this moment, where the account has a second factor.

    :raises InvalidInput: the old password or the code is wrong, or the new password is weak.
    """
    uow.permit(POLICY, "change_own_password")
    require_strong(new_password)
    stored = await _check_password(uow, passwords, old_password, field="old_password")
    hashed = await passwords.hash(new_password)
    async with uow.transaction() as tx:
        account = await _prove(uow, tx, stored, code, field="old_password")
        if account is not None:
            account.password_hash = hashed
            await sign_out_everywhere(uow, tx, account)
            return
    raise InvalidInput("code_wrong", field="code")


async def offer_second_factor(uow: UnitOfWork) -> Enrolment:
    """Returns a new second factor on offer, to be enrolled by :func:`enrol_second_factor`; nothing is stored.

    :raises NotFound: the account is kept elsewhere.
    """
    uow.permit(POLICY, "change_own_second_factor")
    account = await _read(uow)
    return offer_enrolment(uow.vault, account.login, place_of_offer(account.id))


async def enrol_second_factor(
    uow: UnitOfWork,
    passwords: PasswordHashes,
    *,
    offered: str,
    new_code: str,
    password: str,
    code: str,
) -> list[str]:
    """Enrols the second factor that was ``offered``, in place of any earlier one; returns its recovery codes.

    ``new_code`` shows that the authenticator app has the new secret. ``password`` and ``code`` show who asks;
    ``code`` is of the earlier factor, a one-time code or a recovery code, where there is one.

    :raises InvalidInput: the offer was made to another account, or the password or a code is wrong.
    """
    uow.permit(POLICY, "change_own_second_factor")
    secret = open_offer(uow.vault, place_of_offer(uow.actor.subject), offered)
    if secret is None:
        raise InvalidInput("enrolment_void", field="offered")
    counter = counter_of_code(secret, new_code, uow.now())
    if counter is None:
        raise InvalidInput("code_wrong", field="new_code")
    stored = await _check_password(uow, passwords, password, field="password")
    async with uow.transaction() as tx:
        account = await _prove(uow, tx, stored, code, field="password")
        if account is not None:
            account.enrol(seal_secret(uow.vault, account.id, secret), counter)
            return renew_recovery_codes(uow.vault, account)
    raise InvalidInput("code_wrong", field="code")


async def replace_recovery_codes(
    uow: UnitOfWork, passwords: PasswordHashes, *, password: str, code: str
) -> list[str]:
    """Returns ten new recovery codes, and voids the ones before.

    :raises InvalidInput: the password or the code is wrong, or no second factor is enrolled.
    """
    uow.permit(POLICY, "change_own_second_factor")
    stored = await _check_password(uow, passwords, password, field="password")
    async with uow.transaction() as tx:
        account = await _prove(uow, tx, stored, code, field="password")
        if account is not None:
            if account.totp_sealed is None:
                raise InvalidInput("second_factor_absent", field="code")
            return renew_recovery_codes(uow.vault, account)
    raise InvalidInput("code_wrong", field="code")


async def _read(uow: UnitOfWork) -> Account:
    async with uow.reading() as session:
        found = await session.get(Account, uow.actor.subject)
    if found is None:
        raise NotFound(Account.kind, uow.actor.subject)
    return found


async def _check_password(
    uow: UnitOfWork, passwords: PasswordHashes, password: str, *, field: str
) -> str:
    """Counts an attempt, and returns the hash that the password belongs to.

    :raises InvalidInput: it is wrong; names ``field``.
    """
    async with uow.reading() as session:
        found = await session.get(Account, uow.actor.subject)
    stored = found.password_hash if found else None
    is_right = await count_and_check_password(
        uow, passwords, _counted(uow), password=password, stored=stored
    )
    if not is_right or stored is None:
        raise InvalidInput("password_wrong", field=field)
    return stored


async def _prove(
    uow: UnitOfWork, tx: Transaction, stored: str, code: str, *, field: str
) -> Account | None:
    """Returns the actor's account, locked, when the code is right; None when it is wrong.

    The attempt that :func:`_check_password` counted is forgiven when the code is right, and taken back when the code
    was used up a moment before.

    :raises InvalidInput: the password was changed since it was checked.
    """
    account = await tx.get(Account, uow.actor.subject)
    if account.password_hash != stored:
        raise InvalidInput("password_wrong", field=field)
    proof = prove_second_factor(uow.vault, account, code, tx.now)
    if proof == "proved":
        await forgive_attempt(tx, _counted(uow))
        return account
    if proof == "used":
        await withdraw_attempt(tx, _counted(uow))
    return None


def _counted(uow: UnitOfWork) -> list[str]:
    return [f"own:{uow.actor.subject}"]
