"""Taking back the certificate of a test that was passed."""

from services.catalog.courses.domain.enrolment import Enrolment, WithdrawalReason
from services.catalog.policy import POLICY
from shared.kernel.doubts import Confirmations, Doubts
from shared.unit_of_work import UnitOfWork


async def withdraw_certificate(
    uow: UnitOfWork,
    enrolment_id: str,
    *,
    reason_code: WithdrawalReason,
    reason: str | None,
    confirmed: Confirmations = (),
) -> Enrolment:
    """Whoever verifies it learns that it was withdrawn, and when. A qualification that was granted with it is revoked
    by itself.

    :raises NotFound: there is no such place. :raises Conflict: it has no certificate, or that was withdrawn before.
    """
    uow.permit(POLICY, "withdraw_certificate")
    async with uow.transaction() as tx:
        found = await tx.get(Enrolment, enrolment_id)
        found.withdraw(reason_code, reason, tx.today)
        Doubts(confirmed).settle()
        return found
