"""What is stored without SQLAlchemy's unit of work is what that would have stored, on both stores."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime

import pytest
from sqlalchemy import select, text

from services.requests.bootstrap import build
from services.requests.orders.domain.line import Line
from services.requests.orders.domain.order import Order
from services.requests.orders.tables import order_line, service_order
from services.requests.policy import POLICY
from services.requests.settings import RequestsSettings
from shared.audit.tables import audit_log
from shared.cache.memory import MemoryCache
from shared.contracts.requests import OrderReturned
from shared.db.bulk_insert import in_parameter, insert_together
from shared.db.idempotency import idempotency_key
from shared.eventlog.outbox import Outbox
from shared.eventlog.tables import event_log
from shared.kernel.access import Actor, Role
from shared.messaging.memory import MemoryBroker
from shared.service import Service
from tests.support.fixtures import NewUrl
from tests.support.schema import bring_up

NOW = datetime.fromisoformat("2014-06-18T23:59:59.000001+08:00")
COORDINATOR = Actor("account-7", frozenset({Role.COORDINATOR}), address="192.0.2.7")
REMARKS = [
    "２０人，需要轮椅\n“老年活动中心”二楼",
    "a 'quoted' \"word\" \\ {} :name %s",
    "👩‍⚕️ — \t",
    "null",
    "",
    None,
]


@pytest.fixture
async def store(new_store_url: NewUrl) -> AsyncIterator[Service]:
    async with requests_at(new_store_url()) as service:
        yield service


@asynccontextmanager
async def requests_at(url: str) -> AsyncIterator[Service]:
    """requests with its store, and no part of it running."""
    settings = RequestsSettings(database_url=url)
    service = build(settings, broker=MemoryBroker(), cache=MemoryCache(), clock=lambda: NOW)
    await bring_up(service.migrations, service.database)
    yield service
    await service.database.close()


def order(name: str) -> Order:
    lines = [
        Line(
            id=f"{name}-{number}",
            position=number,
            item_code="health-check",
            name="测血压、量血糖",
            name_en="Blood pressure",
            volunteers_needed=3,
            expected_attendance=120,
            remark=remark,
            on=date(2014, 7, 1) if number else None,
        )
        for number, remark in enumerate(REMARKS)
    ]
    return Order(
        id=name,
        number=f"2014-{name}",
        search_words=["高楼", "item:health-check"],
        township_code="330381113000",
        edition_id="summer-2014",
        campaign_id="fuwuyue-2014",
        place="浙江省瑞安市高楼镇高楼社区文化礼堂（原大会堂）东侧１号",
        lat=27.780000000000001,
        lon=None,
        lines=lines,
        wished_on=[date(2014, 7, 1), date(2014, 7, 2)],
        ruled_out_on=[],
        priority=2,
        created_at=NOW,
    )


def events(made: Order) -> list[OrderReturned]:
    codes = ("incomplete", "duplicate", "other")
    return [
        OrderReturned(order_id=made.id, township_code=made.township_code, reason_code=code)
        for code in codes
    ]


async def add(service: Service, made: Order) -> None:
    unit = service.uow.acting(COORDINATOR)
    unit.permit(POLICY, "accept_order")
    await unit.add(made, *events(made))


async def add_in_a_transaction(service: Service, made: Order) -> None:
    unit = service.uow.acting(COORDINATOR)
    unit.permit(POLICY, "accept_order")
    async with unit.transaction() as tx:
        tx.add(made)
        for event in events(made):
            tx.record(made, event)


async def stored(service: Service, name: str) -> list[list[str]]:
    """An order, its lines, its events and what the audit log says of it, row by row and as if its name were X."""
    log, audit = event_log.c, audit_log.c
    queries = (
        select(service_order).where(service_order.c.id == name),
        select(order_line).where(order_line.c.order_id == name).order_by(order_line.c.position),
        select(log.aggregate_id, log.aggregate_seq, log.type, log.occurred_at, log.body)
        .where(log.aggregate_id == f"order:{name}")
        .order_by(log.id),
        select(
            audit.at, audit.subject, audit.roles, audit.action, audit.address, audit.changes
        ).where(audit.changes.contains(name)),
    )
    async with service.database.reading() as session:
        return [
            [str(row).replace(name, "X") for row in await session.execute(query)]
            for query in queries
        ]


async def test_both_ways_of_adding_store_the_same(store: Service) -> None:
    await add(store, order("order-1"))
    await add_in_a_transaction(store, order("order-2"))
    ours = await stored(store, "order-1")
    assert ours == await stored(store, "order-2")
    assert [len(rows) for rows in ours] == [1, len(REMARKS), 3, 1]


async def test_what_was_added_can_be_loaded_and_changed(store: Service) -> None:
    await add(store, order("order-1"))
    async with store.uow.transaction() as tx:
        loaded = await tx.get(Order, "order-1")
        assert [line.remark for line in loaded.lines] == REMARKS
        loaded.lines[0].remark = "改在室内"
    async with store.uow.transaction() as tx:
        assert (await tx.get(Order, "order-1")).lines[0].remark == "改在室内"


NUMBER_FIRST = """
    CREATE FUNCTION next_position() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
        ASSERT pg_current_xact_id_if_assigned() IS NOT NULL, 'a position before the number';
        RETURN nextval('event_log_id_seq');
    END $$
"""


async def test_a_transaction_has_its_number_before_its_events_have_positions(
    postgres_url: NewUrl,
) -> None:
    """Whoever reads on from a position waits for the transactions that have a number; also where nothing but an event
    is stored, so that nothing before it draws one."""
    async with requests_at(postgres_url()) as service:
        database, unit = service.database, service.uow
        await database.run_alone(text(NUMBER_FIRST))
        await database.run_alone(
            text("ALTER TABLE event_log ALTER COLUMN id SET DEFAULT next_position()")
        )
        made = order("order-1")
        outbox = Outbox("requests")
        rows = [
            (outbox.row(outbox.number(made, event), unit.now()), None) for event in events(made)
        ]
        statement = insert_together(idempotency_key, "key", (event_log,))
        log = in_parameter(event_log, rows, database.engine.dialect)
        assert not await database.run_alone(statement, {"idempotency_key": "[]", "event_log": log})
        async with unit.transaction() as tx:
            for event in events(made):
                tx.record(made, event)
        assert len((await stored(service, "order-1"))[2]) == 6
