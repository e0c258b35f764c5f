"""The table, and the imperative mapping of the domain class onto it."""

from sqlalchemy import Column, Float, Index, Integer, String, Table

from services.catalog.comparison.domain.figures import WindowFigure
from services.catalog.database import mapper, metadata

window_figure = Table(
    "window_figure",
    metadata,
    Column("id", String(50), primary_key=True),
    Column("window_code", String(40), nullable=False),
    Column("month", String(7), nullable=False),
    Column("served", Integer, nullable=False),
    Column("waits", Integer, nullable=False),
    Column("wait_mean", Float, nullable=True),
    Column("wait_sd", Float, nullable=True),
    Column("ratings", Integer, nullable=False),
    Column("rating_mean", Float, nullable=True),
    Column("rating_sd", Float, nullable=True),
    Column("event_seq", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_window_figure_month", "window_code", "month"),
)

mapper.map_imperatively(WindowFigure, window_figure, version_id_col=window_figure.c.version)
