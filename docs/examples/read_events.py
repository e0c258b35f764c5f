"""Reads Diancai's events from its RabbitMQ, inside the cluster.

    pip install pika
    AMQP_URL=amqp://records:...@rabbitmq:5672/%2F python read_events.py 'requests.order_accepted.v1.*' 'catalog.#'

The arguments are binding keys, QUEUE names the queue (records.events by default), which keeps what comes while nobody
reads. Prints a line of JSON for each event; ends after COUNT of them, if that is given.
"""

import json
import os
import sys

import pika

PREFIXES = ("cloudEvents_", "ce-")  # a deployment sends one of them, or both


def attributes(headers):
    """The CloudEvents attributes of a message, whichever way its headers are named."""
    return {
        name.removeprefix(prefix): value
        for prefix in PREFIXES
        for name, value in headers.items()
        if name.startswith(prefix)
    }


def main(keys):
    queue = os.environ.get("QUEUE", "records.events")
    left = int(os.environ.get("COUNT", "0"))
    done = {}  # the last sequence of each subject; a real reader stores it together with what it does

    connection = pika.BlockingConnection(pika.URLParameters(os.environ["AMQP_URL"]))
    channel = connection.channel()
    channel.queue_declare(queue, durable=True, arguments={"x-queue-type": "quorum"})
    for key in keys:
        channel.queue_bind(queue, "diancai.events", key)
    channel.basic_qos(prefetch_count=20)
    print(f"reading {queue}", file=sys.stderr, flush=True)

    for method, properties, body in channel.consume(queue):
        event = attributes(properties.headers)
        number = int(event["sequence"])
        if number > done.get(event["subject"], 0):  # else it came before: events may come twice
            print(json.dumps({**event, "data": json.loads(body)}, ensure_ascii=False), flush=True)
            done[event["subject"]] = number
            left -= 1
        channel.basic_ack(method.delivery_tag)  # only now may the broker forget it
        if left == 0:
            break
    channel.cancel()
    connection.close()


if __name__ == "__main__":
    main(sys.argv[1:] or ["#"])
