"""``diancai plan``: files in, files out, refusals in words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from cli.main import app
from services.dispatch.planning.problem.files import read_problem
from services.dispatch.planning.problem.plan_files import read_solution
from services.dispatch.planning.problem.score import score

DATA = Path(__file__).parents[1] / "data"
SMALL = DATA / "planning-S.json"


def run(*arguments: object) -> tuple[int, str]:
    language = () if "--language" in arguments else ("--language", "en")
    done = CliRunner().invoke(app, ["plan", *map(str, arguments), *language])
    return done.exit_code, " ".join(done.output.split())


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "plan.json"
    status, said = run("solve", SMALL, "--out", out, "--seconds", 1, "--seed", 7, "--threads", 1)
    assert status == 0, said
    assert "gap" in said
    return out


def spoilt(tmp_path: Path, file: Path, change: Any) -> Path:
    document = json.loads(file.read_text("utf-8"))
    change(document)
    out = tmp_path / "spoilt.json"
    out.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return out


def test_what_is_solved_is_verified(solved: Path) -> None:
    document = json.loads(solved.read_text("utf-8"))
    assert (document["format"], document["seed"]) == ("diancai.plan/v1", 7)
    status, said = run("verify", SMALL, solved)
    assert status == 0, said
    assert f"objective: {document['objective']}, as the plan says" in said
    assert "holds" in said


def test_a_plan_that_breaks_a_rule_is_told_in_words(solved: Path, tmp_path: Path) -> None:
    late = spoilt(
        tmp_path, solved, lambda plan: plan["assignments"][0].update(day=19, volunteers=99)
    )
    status, said = run("verify", SMALL, late, "--language", "en")
    assert status == 1
    assert "free on day 19" in said
    assert "99 are sent" in said
    assert "feasible: no" in said


def test_lines_on_a_theme_are_told_and_count_where_the_weights_say_so(
    solved: Path, tmp_path: Path
) -> None:
    problem = json.loads(SMALL.read_text("utf-8"))
    days = {
        entry["line"]: entry["day"]
        for entry in json.loads(solved.read_text("utf-8"))["assignments"]
    }
    items = {line["id"]: line["item"] for line in problem["lines"]}
    on_theme = sum(items[line] == "I03" and 5 <= day < 15 for line, day in days.items())
    theme = {"name": "红七月", "items": ["I03"], "days": list(range(5, 15))}
    told = spoilt(tmp_path, SMALL, lambda p: p.update(themes=[theme]))
    could = sum(
        line["item"] == "I03" and line["first_day"] < 15 and line["last_day"] >= 5
        for line in problem["lines"]
    )
    status, said = run("verify", told, solved, "--language", "zh-CN")
    assert (status, f"主题日提供的服务：{on_theme}/{could} (红七月)" in said) == (0, True), said
    assert on_theme > 0
    objective = json.loads(solved.read_text("utf-8"))["objective"]
    counted = spoilt(tmp_path, told, lambda p: p["weights"].update(theme=150))
    status, said = run("verify", counted, solved)
    assert (status, f"objective: {objective + 150 * on_theme}, but" in said) == (1, True), said
    assert "主题日提供的服务：0 4. " in run("verify", SMALL, solved, "--language", "zh-CN")[1], (
        "of no problem without themes"
    )


def test_each_goal_is_told_in_words_of_the_reader_s_language(solved: Path) -> None:
    problem = read_problem(json.loads(SMALL.read_text("utf-8")))
    found = score(problem, read_solution(json.loads(solved.read_text("utf-8"))).circuit)
    status, said = run("verify", SMALL, solved, "--language", "en")
    assert status == 0
    assert f"1. Lines served, each counted by its priority: {found.priority_served} 2. " in said
    assert (
        f"5. Kilometres from the teams' bases to their stops, one way: {found.team_km:g} 6. "
        in said
    )
    assert (
        f"1. 已安排的服务，按优先级计数：{found.priority_served} 2. "
        in run("verify", SMALL, solved, "--language", "zh")[1]
    )


def test_a_wrong_objective_and_a_wrong_certificate_are_found(solved: Path, tmp_path: Path) -> None:
    status, said = run(
        "verify", SMALL, spoilt(tmp_path, solved, lambda plan: plan.update(objective=1))
    )
    assert (status, "but the plan says 1" in said) == (1, True)
    low = spoilt(tmp_path, solved, lambda plan: plan["certificate"].update(bound=plan["objective"]))
    status, said = run("verify", SMALL, low)
    assert (status, "proves only" in said) == (1, True)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p["lines"][17].update(volunteers_needed=0), "lines[17].volunteers_needed is 0"),
        (lambda p: p["lines"][3].update(township="杭州市"), "lines[3].township says 杭州市"),
        (
            lambda p: p["lines"][3].update(first_day=5, last_day=2),
            "the last day 2 is before the first, 5",
        ),
        (lambda p: p["teams"][2].pop("members"), "There is no teams[2].members"),
        (
            lambda p: p["teams"][2].update(available_days=[1, 99]),
            "teams[2].available_days[1] is 99",
        ),
        (lambda p: p["teams"].append(p["teams"][0]), "G000 is there twice"),
        (lambda p: p.update(format="vrp/1"), "expected is diancai.planning/v1"),
        (lambda p: p.update(lines={}), "lines is not a list"),
        (lambda p: p["townships"][0].update(x_km="west"), "townships[0].x_km is 'west'"),
    ],
)
def test_a_malformed_problem_is_answered_in_words(change: Any, said: str, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    status, told = run("solve", spoilt(tmp_path, SMALL, change), "--out", out, "--language", "en")
    assert status == 2
    assert said in told
    assert not out.exists()


def test_what_is_no_file_or_no_json_is_said(tmp_path: Path) -> None:
    status, said = run("verify", tmp_path / "nowhere.json", SMALL)
    assert (status, "No such file" in said) == (2, True)
    (tmp_path / "half.json").write_text('{"format": ', "utf-8")
    status, said = run("verify", tmp_path / "half.json", SMALL)
    assert (status, "is not JSON" in said) == (2, True)


def test_a_generated_problem_is_the_same_again_and_can_be_drawn_when_solved(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run("generate", "--size", "S", "--seed", 5, "--out", tmp_path / name)[0] == 0
    problem, plan, picture = tmp_path / "one", tmp_path / "plan", tmp_path / "picture.svg"
    assert problem.read_bytes() == (tmp_path / "two").read_bytes()
    assert run("solve", problem, "--out", plan, "--seconds", 0.5)[0] == 0
    assert run("verify", problem, plan)[0] == 0
    assert run("draw", plan, "--problem", problem, "--out", picture)[0] == 0
    served = {entry["team"] for entry in json.loads(plan.read_text("utf-8"))["assignments"]}
    texts = {
        text.text for text in ElementTree.parse(picture).iter("{http://www.w3.org/2000/svg}text")
    }
    assert served <= texts
    assert run("generate", "--size", "XL", "--out", problem)[0] == 2


def test_a_plan_that_weighs_coverage_is_verified(tmp_path: Path) -> None:
    document = json.loads(SMALL.read_text("utf-8"))
    document["weights"] = document.get("weights", {}) | {"coverage": 10}
    for number, line in enumerate(document["lines"]):
        line["months_unserved"] = number % 15
    problem, plan = tmp_path / "problem.json", tmp_path / "plan.json"
    problem.write_text(json.dumps(document), "utf-8")
    assert run("solve", problem, "--out", plan, "--seconds", 0.5)[0] == 0
    assert run("verify", problem, plan)[0] == 0


def test_planning_alone_imports_none_of_the_services_but_says_the_same(solved: Path) -> None:
    asked = f"""
import sys
from cli.entry import run
sys.argv = ["diancai", "plan", "verify", {str(SMALL)!r}, {str(solved)!r}]
try:
    run()
finally:
    print(sorted({{"sqlalchemy", "fastapi", "httpx"}} & set(sys.modules)))
"""
    alone = subprocess.run(
        [sys.executable, "-c", asked], capture_output=True, text=True, check=True
    )
    _, said = run("verify", SMALL, solved)
    assert " ".join(alone.stdout.split()) == f"{said} []"
