"""A bank of questions for tests, written as an office would write its table, and marked here by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

HEADINGS = ["题号", "主题", "题型", "题目", "选项A", "选项B", "选项C", "选项D", "答案", "解析"]
TOPICS = ["安全常识", "服务礼仪"]

Row = list[str | int | float | None]


def table(per_topic: int = 8) -> list[Row]:
    """Questions of all three kinds on each topic."""
    rows: list[Row] = [list(HEADINGS)]
    number = 0
    for topic in TOPICS:
        for turn in range(per_topic):
            number += 1
            text = f"{topic}第{turn + 1}题"
            why = f"解析{number}"
            if turn % 3 == 0:
                options = [f"{number}甲", f"{number}乙", f"{number}丙", f"{number}丁"]
                rows.append([number, topic, "单选", text, *options, "ABCD"[turn % 4], why])
            elif turn % 3 == 1:
                options = [f"{number}甲", f"{number}乙", f"{number}丙", f"{number}丁"]
                rows.append([number, topic, "多选", text, *options, ["AC", "BCD"][turn % 2], why])
            else:
                truth = "对" if turn % 2 else "错"
                rows.append([number, topic, "判断", text, None, None, None, None, truth, why])
    return rows


def right_of(rows: Sequence[Sequence[str | float | None]]) -> dict[str, set[str]]:
    """By the text of each question, the texts of the options that are right; of true/false the word itself."""
    found = {}
    for row in rows[1:]:
        options, answer = row[4:8], str(row[8])
        if row[2] == "判断":
            found[str(row[3])] = {answer}
        else:
            found[str(row[3])] = {str(options["ABCD".index(letter)]) for letter in answer}
    return found


def choice(question: Mapping[str, Any], right: set[str], *, wrong: bool = False) -> list[int]:
    """What to choose on a paper for the right answer, or for one that is wrong."""
    if question["kind"] == "true_false":
        place = 0 if right == {"对"} else 1
        return [1 - place if wrong else place]
    places = [place for place, text in enumerate(question["options"]) if text in right]
    if not wrong:
        return places
    if question["kind"] == "multiple":
        return places[:-1]
    return [next(place for place in range(4) if place not in places)]
