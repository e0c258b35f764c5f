"""Files as people's programs write them, and terminals that know fewer characters than the files have."""

import codecs
import json
from pathlib import Path

import pytest

from cli.files import BadFile, read_json
from tests.cli.test_commands import diancai
from tests.cli.test_plan import SMALL, run, spoilt

RARE = "𠮷田·隣里服务队"
"""A character beyond the BMP, which GBK does not have, and one that GBK writes in its own way."""

ENCODED = {
    "UTF-8": lambda text: text.encode(),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 little endian": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16 big endian": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "GB 18030": lambda text: text.encode("gb18030"),
}

TERMINALS = {
    "GBK": {"PYTHONIOENCODING": "gbk", "LANG": "zh_CN.GBK"},
    "POSIX": {"PYTHONIOENCODING": "ascii", "LC_ALL": "POSIX"},
    "no UTF-8 mode": {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_file_is_read_in_whatever_encoding_it_is(
    encoding: str, ends: str, tmp_path: Path
) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(ENCODED[encoding](ends.join(["{", f'"name": "{RARE}"', "}"])))
    assert read_json(file) == {"name": RARE}


def test_what_is_in_no_encoding_is_refused_in_both_languages(tmp_path: Path) -> None:
    file = tmp_path / "file.json"
    file.write_bytes(b'{"name": "\xff\xff"}')
    with pytest.raises(BadFile) as raised:
        read_json(file)
    assert "save it as UTF-8" in raised.value.said_in("en")
    assert "请另存为 UTF-8" in raised.value.said_in("zh-CN")


@pytest.mark.parametrize("encoding", ENCODED)
def test_problems_and_plans_are_solved_verified_and_drawn_in_any_encoding(
    encoding: str, tmp_path: Path
) -> None:
    problem, plan, picture = tmp_path / "problem", tmp_path / "plan", tmp_path / "picture"
    document = json.loads(SMALL.read_text("utf-8"))
    old = document["teams"][0]["id"]
    text = json.dumps(document, ensure_ascii=False).replace(f'"{old}"', f'"{RARE}"')
    problem.write_bytes(ENCODED[encoding](text))
    status, said = run("solve", problem, "--out", plan, "--seconds", 0.1)
    assert status == 0, said
    plan.write_bytes(ENCODED[encoding](plan.read_text("utf-8")))
    assert run("verify", problem, plan)[0] == 0
    assert run("draw", plan, "--problem", problem, "--out", picture)[0] == 0
    assert run("solve", problem, "--start", plan, "--out", plan, "--seconds", 0.1)[0] == 0


@pytest.mark.parametrize("terminal", TERMINALS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_terminal_that_lacks_a_character_gets_another_sign(
    terminal: str, language: str, tmp_path: Path
) -> None:
    def rename(plan: dict[str, object]) -> None:
        plan["assignments"] = [{"line": RARE, "team": RARE, "day": 1, "volunteers": 1}]

    solved = tmp_path / "plan"
    assert run("solve", SMALL, "--out", solved, "--seconds", 0.1)[0] == 0
    said = diancai(
        "plan",
        "verify",
        str(SMALL),
        str(spoilt(tmp_path, solved, rename)),
        "--language",
        language,
        **TERMINALS[terminal],
    )
    assert (said.returncode, "Traceback" in said.stderr) == (1, False), said.stderr
    assert "\\U00020bb7" in said.stdout


@pytest.mark.long
def test_json_stays_json_on_every_terminal() -> None:
    whole = json.loads(diancai("openapi", "requests").stdout)
    for terminal, environment in TERMINALS.items():
        said = diancai("openapi", "requests", **environment).stdout
        assert json.loads(said) == whole, terminal


def test_what_can_not_be_written_as_utf_8_is_written_as_json_writes_it(tmp_path: Path) -> None:
    problem = spoilt(tmp_path, SMALL, lambda p: p["teams"][0].update(id="x"))
    problem.write_text(problem.read_text("utf-8").replace('"id": "x"', '"id": "\\ud842"'), "utf-8")
    plan = tmp_path / "plan"
    status, said = run("solve", problem, "--out", plan, "--seconds", 0.1)
    assert status == 0, said
    assert run("verify", problem, plan)[0] == 0


def test_where_a_plan_can_not_be_written_is_said(tmp_path: Path) -> None:
    status, said = run(
        "solve", SMALL, "--out", tmp_path / "nowhere" / "plan.json", "--seconds", 0.1
    )
    assert (status, "can't be written" in said) == (2, True)
    assert run("generate", "--out", tmp_path / "nowhere" / "problem")[0] == 2


def test_fixed_booths_that_contradict_each_other_are_named_and_nothing_is_written(
    tmp_path: Path,
) -> None:
    """As the API names them (pins_do_not_hold)."""
    document = json.loads(SMALL.read_text("utf-8"))
    first, other = document["lines"][0], document["lines"][1]
    team = document["teams"][0]["id"]
    fixed = [
        {
            "line": line["id"],
            "team": team,
            "day": 3,
            "volunteers": line["volunteers_needed"],
            "why": "pinned",
        }
        for line in (first, other)
    ]
    problem = spoilt(tmp_path, SMALL, lambda p: p.update(fixed=fixed))
    plan = tmp_path / "plan.json"
    status, said = run("solve", problem, "--out", plan, "--language", "en")
    assert (status, plan.exists()) == (1, False), said
    assert f"Team {team}" in said
    assert "What is pinned can't be kept" in said
    assert "固定的安排做不到" in run("solve", problem, "--out", plan, "--language", "zh-CN")[1]
    assert not plan.exists()


def test_a_plan_of_another_problem_is_no_start(tmp_path: Path) -> None:
    plan = tmp_path / "plan"
    assert run("solve", SMALL, "--out", plan, "--seconds", 0.1)[0] == 0
    other = spoilt(tmp_path, SMALL, lambda p: p.update(teams=p["teams"][1:]))
    status, said = run("solve", other, "--start", plan, "--out", tmp_path / "out", "--seconds", 0.1)
    assert (status, "is not a plan of" in said) == (2, True)


@pytest.mark.parametrize(
    ("environment", "is_chinese"),
    [
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, False),
        ({"LANG": "C.UTF-8", "DIANCAI_LANGUAGE": "zh-CN"}, True),
    ],
)
def test_a_command_speaks_one_language(
    environment: dict[str, str], is_chinese: bool, tmp_path: Path
) -> None:
    plan = tmp_path / "plan"
    assert run("solve", SMALL, "--out", plan, "--seconds", 0.1)[0] == 0
    unset = {"DIANCAI_LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "PYTHONIOENCODING": "utf-8"}
    said = diancai("plan", "verify", str(SMALL), str(plan), **(unset | environment)).stdout
    chinese = [
        line
        for line in said.splitlines()
        if any("\u4e00" <= character <= "\u9fff" for character in line)
    ]
    assert len(chinese) == (len(said.splitlines()) if is_chinese else 0), said
