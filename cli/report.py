"""The demonstration in the terminal: progress while it runs, the circuit and the summary when it has ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.client import Json
from cli.demo import STEPS, Outcome
from cli.demo import Progress as Tell

WEEKDAYS = "一二三四五六日"
PARTS = {"morning": "上午", "afternoon": "下午"}
STEP_NAMES = {
    "directory": "登记机构、队伍、镇街 directory",
    "edition": "发布目录 edition",
    "recipients": "通知对象 recipients",
    "orders": "镇街点单 orders",
    "plan": "派单方案 plan",
    "decline": "一队婉拒，另派 decline",
    "acceptance": "各队接单 acceptance",
    "postponement": "台风延期 postponement",
    "service": "逐站服务 service",
    "ratings": "镇街评单 ratings",
    "settling": "通知到位 settling",
}


@contextmanager
def progress_on(console: Console) -> Iterator[Tell]:
    """A bar a step, in the order in which the steps begin."""
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(STEP_NAMES[step], total=total)
            bars.update(tasks[step], completed=done, total=total)

        yield tell


def day_of(iso: str, part: str) -> str:
    """2014-06-27, morning -> 6月27日 周五 上午"""
    day = date.fromisoformat(iso)
    return f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]} {PARTS[part]}"


def show(console: Console, outcome: Outcome) -> None:
    console.print(_circuit(outcome.plan))
    console.print(_summary(outcome.summary))


def _circuit(plan: Json) -> Table:
    table = Table(title=f"{plan['campaign']}  巡回 circuit  {plan['distance_km']} km", title_justify="left")
    for heading in ("站 stop", "时间 when", "镇街 township", "地点 place", "摊位 booths", "服务 served", "说明 note"):
        table.add_column(
            heading, justify="right" if heading.startswith(("站", "摊", "服")) else "left", overflow="fold"
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
            _note(stop),
        )
    return table


def _note(stop: Json) -> str:
    notes = []
    if was := stop["postponed_from"]:
        notes.append(f"原定 {day_of(was['on'], was['part'])}：{was['reason'] or '方案调整'}")
    for booth in stop["assignments"]:
        if booth["state"] == "declined":
            now = next(
                (
                    b["team_name"]
                    for b in stop["assignments"]
                    if b["line_id"] == booth["line_id"] and b["state"] == "done"
                ),
                "无",
            )
            notes.append(f"{booth['team_name']}婉拒，改派{now}")
    return "；".join(notes)


def _summary(summary: Json) -> Table:
    table = Table(title="小结 summary", title_justify="left", show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    for name, value in summary.items():
        shown = ", ".join(f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else str(value)
        table.add_row(name, shown)
    return table


assert set(STEP_NAMES) == set(STEPS)  # noqa: S101 - a step without a name would fail in the middle of the story
