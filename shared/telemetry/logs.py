"""Logs: one JSON object a line on standard error, each with its trace."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from shared.telemetry.trace import current_trace


def configure_logs(level: str = "INFO") -> None:
    """Configures logging. Call it once in a process, before anything logs."""
    shared_steps: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_correlation,
    ]
    structlog.configure(
        processors=[*shared_steps, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared_steps,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for chatty in (
        "httpx",
        "alembic",
        "uvicorn.access",
        "mail.log",
    ):  # the last names whom it gets mail for
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # These two log every reconnect attempt at WARNING and above, which the supervisor says better.
    logging.getLogger("aio_pika").setLevel(logging.ERROR)
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)


def logger(name: str) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def _add_correlation(_: Any, __: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    entry["correlation_id"] = current_trace().correlation_id
    return entry
