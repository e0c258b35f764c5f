"""What one would write first: an endpoint that commits, then publishes with aio-pika; a consumer that
stores the notice and acks. No outbox, no inbox: a crash between the two loses or doubles an event.

python -m bench.plain api|consumer     (settings: PLAIN_DATABASE_URL, PLAIN_BROKER_URL, PLAIN_REDIS_URL, PLAIN_PORT)
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
import httpx
import uvicorn
from fastapi import FastAPI, Request
from pydantic import BaseModel
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench.servers import Bed
from tests.support.private import free_port

QUEUE = "plain.notices"
TABLES = (
    "CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, township text NOT NULL, state text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS notices (id text PRIMARY KEY, township text NOT NULL, body text NOT NULL)",
)


def engine() -> AsyncEngine:
    return create_async_engine(
        os.environ["PLAIN_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    )


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.engine = engine()
    async with app.state.engine.begin() as connection:
        for statement in TABLES:
            await connection.execute(text(statement))
    connection = await aio_pika.connect_robust(os.environ["PLAIN_BROKER_URL"])
    app.state.channel = await connection.channel()
    await app.state.channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    yield
    await connection.close()
    await app.state.engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.post("/orders/{order_id}/accept")
async def accept(order_id: str, township: str, request: Request) -> dict[str, str]:
    state = request.app.state
    async with state.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO orders VALUES (:id, :township, 'accepted')"),
            {"id": order_id, "township": township},
        )
    body = json.dumps({"order_id": order_id, "township": township}).encode()
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await state.channel.default_exchange.publish(message, QUEUE)
    return {"id": order_id, "state": "accepted"}


class Line(BaseModel):
    item: str
    people: int


class Order(BaseModel):
    township: str
    place: str
    lines: list[Line]


@app.post("/orders", status_code=201)
async def take_in(order: Order, request: Request) -> dict[str, str]:
    order_id = str(uuid4())
    async with request.app.state.engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO orders VALUES (:id, :township, 'draft')"),
            {"id": order_id, "township": order.township},
        )
        await connection.execute(
            text("INSERT INTO notices VALUES (:id, :township, :body)"),
            {"id": order_id, "township": order.township, "body": order.model_dump_json()},
        )
    return {"id": order_id, "state": "draft"}


async def consume() -> None:
    store = engine()
    redis = Redis.from_url(os.environ["PLAIN_REDIS_URL"])
    connection = await aio_pika.connect_robust(os.environ["PLAIN_BROKER_URL"])
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=200)
    queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
    async with queue.iterator() as messages:
        async for message in messages:
            event = json.loads(message.body)
            async with store.begin() as transaction:
                await transaction.execute(
                    text("INSERT INTO notices VALUES (:id, :township, :body)"),
                    {
                        "id": str(uuid4()),
                        "township": event["township"],
                        "body": f"order {event['order_id']} accepted",
                    },
                )
            await message.ack()
            await redis.publish("plain:" + event["township"], event["order_id"])


@asynccontextmanager
async def running_plain(place: Bed, roles: Sequence[str]) -> AsyncIterator[httpx.AsyncClient]:
    """Its processes, on a database of their own, and a client of its API."""
    port = free_port()
    environment = os.environ | {
        "PLAIN_DATABASE_URL": place.new_database("plain"),
        "PLAIN_BROKER_URL": place.broker.url,
        "PLAIN_REDIS_URL": place.redis.url,
        "PLAIN_PORT": str(port),
    }
    processes = [
        subprocess.Popen(  # noqa: ASYNC220 - takes no time
            [sys.executable, "-m", "bench.plain", role], env=environment, stderr=subprocess.DEVNULL
        )
        for role in roles
    ]
    try:
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30
        ) as http:
            await _until_up(http)
            yield http
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(10)


async def _until_up(http: httpx.AsyncClient) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                await http.get("/openapi.json")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # so that temporary folders go
    if sys.argv[1] == "api":
        uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PLAIN_PORT"]), log_level="warning")
    else:
        asyncio.run(consume())
