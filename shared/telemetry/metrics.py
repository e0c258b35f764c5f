"""The metrics of every service on /metrics (Prometheus)."""

from prometheus_client import Counter, Gauge, Histogram

EVENTS_PUBLISHED = Counter(
    "diancai_events_published_total", "Events the broker took over", ["service"]
)
PUBLISH_FAILURES = Counter(
    "diancai_publish_failures_total", "Events the broker did not confirm", ["service"]
)
OUTBOX_DEPTH = Gauge("diancai_outbox_depth", "Events that wait for the relay", ["service"])
EVENTS_HANDLED = Counter("diancai_events_handled_total", "Events by fate", ["service", "fate"])
EVENTS_PARKED = Gauge(
    "diancai_events_parked",
    "Events that failed, and events that wait behind these",
    ["service", "why"],
)
PARKED_SINCE = Gauge(
    "diancai_parked_since_seconds",
    "When the oldest failed event was parked, seconds since 1970; 0: none",
    ["service"],
)
BATCH_SIZE = Histogram(
    "diancai_batch_size",
    "Events a transaction of the consumer",
    ["service"],
    buckets=(1, 2, 5, 10, 20, 50, 100, 200),
)
DELIVERY_SECONDS = Histogram(
    "diancai_delivery_seconds",
    "From an event's transaction to its effect here",
    ["service"],
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300),
)
REQUEST_SECONDS = Histogram(
    "diancai_request_seconds",
    "HTTP requests",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
EVENTS_RESENT = Counter(
    "diancai_events_resent_total",
    "Events sent again to a service that lacked some",
    ["service", "to"],
)
SHARDS_INCOMPLETE = Gauge(
    "diancai_shards_incomplete", "Shards of which events are missing here", ["service"]
)
QUEUES_SILENT = Gauge(
    "diancai_queues_silent", "1: the queue exists on the broker and answers nobody", ["queue"]
)
MESSAGES_REFUSED = Counter(
    "diancai_messages_refused_total",
    "Messages that are forged or malformed, sent to the dead letters",
    ["service", "why"],
)
