"""The table of holidays, as chinesecalendar has them, which follows the State Council's notices."""

import json
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby

from chinese_calendar import constants

from tests.support.tree import ROOT

FILE = ROOT / "shared" / "kernel" / "holidays.json"


def table() -> str:
    """By year, as JSON: the days off as ``first day/days on end``, and the weekends at work."""
    off, made_up = _by_year(constants.holidays), _by_year(constants.workdays)
    lines = []
    for year in sorted(off):
        said = {
            "off": [_span(span) for span in _spans(off[year])],
            "made_up": list(map(str, made_up.get(year, ()))),
        }
        lines.append(f'  "{year}": {json.dumps(said)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write() -> bool:
    """Writes the table; whether it was another."""
    if FILE.read_text("utf-8") == table():
        return False
    FILE.write_text(table(), "utf-8")
    return True


def _by_year(days: Iterable[date]) -> Mapping[int, list[date]]:
    return {year: list(group) for year, group in groupby(sorted(days), key=lambda day: day.year)}


def _spans(days: Iterable[date]) -> Iterable[list[date]]:
    """Days on end."""
    for _, group in groupby(enumerate(days), key=lambda entry: entry[1] - timedelta(days=entry[0])):
        yield [day for _, day in group]


def _span(days: list[date]) -> str:
    return f"{days[0]}/{len(days)}"
