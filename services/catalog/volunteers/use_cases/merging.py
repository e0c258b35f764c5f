"""What of two volunteers' entries is kept that are one person's."""

from collections.abc import Sequence

from sqlalchemy import update

from services.catalog.volunteers.domain import PersonalField, Volunteer
from services.catalog.volunteers.queries import open_value
from services.catalog.volunteers.tables import person_request
from services.catalog.volunteers.use_cases.entering import seal_value
from shared.db.engine import forget
from shared.db.vault import Vault
from shared.kernel.errors import InvalidInput
from shared.privacy.answering import drop_parts
from shared.unit_of_work import Transaction


async def merge_values(
    tx: Transaction, vault: Vault, gone: Volunteer, kept: Volunteer, take: Sequence[PersonalField]
) -> None:
    """``kept`` takes over the values named in ``take``, and an identity number that it lacks; the others are erased.

    :raises InvalidInput: a value to take over is missing, or both are the same entry.
    :raises IllegalTransition: one of them is erased, or was merged.
    """
    taken = list(dict.fromkeys(take))
    if kept.identity_sealed is None and gone.identity_sealed is not None:
        taken.append("identity")
    values: dict[PersonalField, str] = {}
    for field in taken:
        value = open_value(vault, gone, field)
        if value is None:
            raise InvalidInput("nothing_to_take", field="take")
        values[field] = value
    gone.merge_into(kept)
    await tx.session.flush()  # an identity number has one entry
    for field, value in values.items():
        seal_value(vault, kept, field, value)
    await forget(tx.session)
    await drop_parts(tx, gone.no)


async def move_requests(tx: Transaction, no: str, into: str) -> None:
    """What was asked about the person under the former number is listed with the other one."""
    asked = update(person_request).where(person_request.c.volunteer_no == no)
    await tx.session.execute(asked.values(volunteer_no=into))
