"""The demonstration in the terminal: progress while it runs, the circuit and the summary when it has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from cli.client import Json
from cli.demo import Outcome
from cli.demo import Progress as Tell
from cli.terminal import language_of, words

WEEKDAYS = "一二三四五六日"
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PARTS = {"morning": "上午", "afternoon": "下午"}


@contextmanager
def progress_on(console: Console) -> Iterator[Tell]:
    """A bar a step, in the order in which the steps begin."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(words(f"report.step.{step}"), total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


def day_of(iso: str, part: str) -> str:
    """2014-06-27, morning -> 6月27日 周五 上午, or Fri 27 Jun, morning"""
    day = date.fromisoformat(iso)
    if language_of() == "zh-CN":
        return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]} {PARTS[part]}"
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}, {part}"


def show(console: Console, outcome: Outcome) -> None:
    console.print(_circuit(outcome.plan))
    for note in _notes(outcome.plan):
        console.print(note, soft_wrap=True, highlight=False, markup=False)
    console.print(_summary(outcome.summary))


def _circuit(plan: Json) -> Table:
    """Fits 80 columns with the longest place; notes stand below it."""
    title = words("report.circuit", campaign=plan["campaign_name"], km=plan["distance_km"])
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=0)
    for heading in ("stop", "when", "township", "place", "booths", "served"):
        is_number = heading in {"stop", "booths", "served"}
        table.add_column(
            words(f"report.{heading}"),
            justify="right" if is_number else "left",
            no_wrap=heading != "place",
        )
    for number, stop in enumerate(plan["stops"], start=1):
        done = [booth for booth in stop["assignments"] if booth["state"] == "done"]
        table.add_row(
            str(number),
            day_of(stop["on"], stop["part"]),
            stop["township_name"],
            stop["place"],
            str(len(done)),
            str(sum(booth["served"] for booth in done)),
        )
    return table


def _notes(plan: Json) -> Iterator[str]:
    """What went otherwise than planned, a line each."""
    for number, stop in enumerate(plan["stops"], start=1):
        if was := stop["postponed_from"]:
            reason = was["reason"] or words("report.plan_changed")
            yield words(
                "report.postponed",
                number=number,
                when=day_of(was["on"], was["part"]),
                reason=reason,
            )
        for booth in stop["assignments"]:
            if booth["state"] == "declined":
                others = (b["team_name"] for b in stop["assignments"] if _took_over(b, booth))
                now = next(others, words("report.nobody"))
                yield words("report.declined", number=number, team=booth["team_name"], other=now)


def _took_over(booth: Json, declined: Json) -> bool:
    return bool(booth["line_id"] == declined["line_id"] and booth["state"] == "done")


def _summary(summary: Json) -> Table:
    table = Table(title=words("report.summary"), title_justify="left", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for name, value in summary.items():
        shown = (
            ", ".join(f"{k} {v}" for k, v in value.items())
            if isinstance(value, dict)
            else str(value)
        )
        table.add_row(words(f"report.figure.{name}"), shown)
    return table
