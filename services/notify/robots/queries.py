"""Which robots there are."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify.policy import POLICY
from services.notify.robots.domain.robot import Robot
from services.notify.robots.tables import robot as robot_table
from shared.db.vault import Vault, place_of
from shared.unit_of_work import UnitOfWork


async def list_robots(uow: UnitOfWork) -> list[Robot]:
    uow.permit(POLICY, "read_robots")
    async with uow.reading() as session:
        ordered = select(Robot).order_by(robot_table.c.recipient_id, robot_table.c.id)
        return list(await session.scalars(ordered))


async def robots_of(
    session: AsyncSession, recipient_ids: Collection[str]
) -> Mapping[str, Sequence[str]]:
    """The ids of each recipient's robots."""
    columns = robot_table.c.recipient_id, robot_table.c.id
    rows = await session.execute(
        select(*columns).where(robot_table.c.recipient_id.in_(recipient_ids))
    )
    found: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.recipient_id].append(row.id)
    return found


async def any_robot(session: AsyncSession) -> bool:
    return await session.scalar(select(robot_table.c.id).limit(1)) is not None


def address_place(robot_id: str) -> str:
    return place_of(robot_table.c.address_sealed, robot_id)


def secret_place(robot_id: str) -> str:
    return place_of(robot_table.c.secret_sealed, robot_id)


def address_and_secret(vault: Vault, robot: Robot) -> tuple[str, str]:
    """In clear, for the call; the secret is empty where the robot has none."""
    secret = (
        vault.open(robot.secret_sealed, secret_place(robot.id))
        if robot.secret_sealed is not None
        else ""
    )
    return vault.open(robot.address_sealed, address_place(robot.id)), secret
