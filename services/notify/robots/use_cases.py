"""Entering robots, and keeping them within their limits."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from services.notify.channels.domain.letter import Outcome
from services.notify.channels.use_cases.channel import Channel
from services.notify.channels.use_cases.sending import send_now
from services.notify.inbox.domain.recipient import Recipient
from services.notify.policy import POLICY
from services.notify.robots.domain.robot import (
    ROOM,
    Call,
    Piece,
    Robot,
    Style,
    Vendor,
    planned,
    require_address,
    require_group,
)
from services.notify.robots.queries import address_and_secret, address_place, secret_place
from services.notify.robots.tables import robot as robot_table
from shared.http.texts import Texts
from shared.kernel.errors import Conflict, NotFound
from shared.unit_of_work import Transaction, UnitOfWork

ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class Turn:
    """What a robot may say now: the calls, which are counted already, to this address; and when what is in none of
    them may be said."""

    vendor: str
    style: str
    address: str
    secret: str
    calls: list[Call]
    others_at: datetime


async def enter_robot(
    uow: UnitOfWork,
    *,
    recipient_id: str,
    vendor: Vendor,
    style: Style,
    name: str,
    address: str,
    secret: str | None,
) -> Robot:
    """Lets a robot say in a group's chat what the group is told. Its address and secret are never shown again.

    :raises InvalidInput: the address is none of such a robot, or the post is one person's.
    :raises NotFound: no event has mentioned the recipient.
    :raises Conflict: the robot is entered already; entered twice it would speak twice as often as it may.
    """
    uow.permit(POLICY, "keep_robots")
    require_group(recipient_id)
    require_address(vendor, address)
    key = secrets.token_hex(ID_BYTES)
    async with uow.transaction() as tx:
        await tx.get(Recipient, recipient_id)
        index = uow.vault.blind_index(address, "robot address")
        same = select(robot_table.c.id).where(robot_table.c.address_index == index)
        if await tx.session.scalar(same) is not None:
            raise Conflict("robot_known", field="address")
        robot = Robot(
            id=key,
            recipient_id=recipient_id,
            vendor=vendor,
            style=style,
            name=name,
            address_sealed=uow.vault.seal(address, address_place(key)),
            address_index=index,
            secret_sealed=uow.vault.seal(secret, secret_place(key)) if secret else None,
            entered_at=tx.now,
        )
        tx.add(robot)
        return robot


async def move_robots(tx: Transaction, former_id: str, new_id: str) -> None:
    """A group's robots say what is told to whoever took its recipient's place."""
    theirs = update(robot_table).where(robot_table.c.recipient_id == former_id)
    await tx.session.execute(theirs.values(recipient_id=new_id, version=robot_table.c.version + 1))


async def remove_robot(uow: UnitOfWork, robot_id: str) -> Robot:
    """The robot says nothing any more, and its address is forgotten.

    :raises NotFound: there is no such robot.
    """
    uow.permit(POLICY, "keep_robots")
    async with uow.transaction() as tx:
        robot = await tx.get(Robot, robot_id)
        await tx.session.delete(robot)
        return robot


async def try_robot(
    uow: UnitOfWork, texts: Texts, channel: Channel, robot_id: str, language: str
) -> Outcome:
    """Has a robot say that this is a test; it counts as anything else it says.

    :raises NotFound: there is no such robot.
    """
    uow.permit(POLICY, "keep_robots")
    async with uow.transaction() as tx:
        await tx.get(Robot, robot_id)
        tx.note(Robot.kind, robot_id, tested=robot_id)
    return await send_now(texts, channel, "channel.test", robot_id, language)


async def reserve_calls(
    uow: UnitOfWork, robot_id: str, pieces: Sequence[tuple[Piece, Piece]]
) -> Turn:
    """Decides what a robot says now, and counts it before it is said, for all processes. ``pieces`` are the messages as
    text and as Markdown.

    :raises NotFound: there is no such robot any more.
    """
    async with uow.transaction() as tx:
        robot = await tx.find(Robot, robot_id)
        if robot is None:
            raise NotFound(Robot.kind, robot_id)
        chosen = [plain if robot.style == "text" else marked for plain, marked in pieces]
        calls = planned(chosen, most=robot.allowance(tx.now), room=ROOM[robot.style])
        robot.note_calls(tx.now, len(calls))
        address, secret = address_and_secret(uow.vault, robot)
        others_at = robot.free_at(tx.now)
        return Turn(robot.vendor, robot.style, address, secret, calls, others_at)


async def note_answers(uow: UnitOfWork, robot_id: str, outcomes: Sequence[Outcome]) -> None:
    """Notes what the vendor answered: that it wants to hear nothing for a while, or what went wrong last."""
    async with uow.transaction() as tx:
        robot = await tx.find(Robot, robot_id)
        if robot is None:
            return
        for outcome in outcomes:
            if outcome.what == "sent":
                robot.note_success()
                continue
            if outcome.until is not None:
                robot.hold(outcome.until)
            robot.note_failure(outcome.detail or outcome.what, tx.now)
