"""What one would write first: an endpoint that commits, then publishes with aio-pika; a consumer that
stores the notice and acks. No outbox, no inbox: a crash between the two loses or doubles an event.

python -m bench.plain api|consumer     (settings: PLAIN_DATABASE_URL, PLAIN_BROKER_URL, PLAIN_REDIS_URL, PLAIN_PORT)
"""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
import uvicorn
from fastapi import FastAPI, Request
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

QUEUE = "plain.notices"
TABLES = (
    "CREATE TABLE IF NOT EXISTS orders (id text PRIMARY KEY, township text NOT NULL, state text NOT NULL)",
    "CREATE TABLE IF NOT EXISTS notices (id text PRIMARY KEY, township text NOT NULL, body text NOT NULL)",
)


def engine() -> AsyncEngine:
    return create_async_engine(os.environ["PLAIN_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://"))


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
            text("INSERT INTO orders VALUES (:id, :township, 'accepted')"), {"id": order_id, "township": township}
        )
    body = json.dumps({"order_id": order_id, "township": township}).encode()
    message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
    await state.channel.default_exchange.publish(message, QUEUE)
    return {"id": order_id, "state": "accepted"}


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
                    {"id": str(uuid4()), "township": event["township"], "body": f"order {event['order_id']} accepted"},
                )
            await message.ack()
            await redis.publish("plain:" + event["township"], event["order_id"])


if __name__ == "__main__":
    if sys.argv[1] == "api":
        uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PLAIN_PORT"]), log_level="warning")
    else:
        asyncio.run(consume())
