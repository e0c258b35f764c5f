"""The same seed gives the same plan on unlike processors: libraries choose their code by what the processor can do, and
results may then differ in their last bits."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

PLANNING = """
import json, math, sys
from services.dispatch.planning.optimizer.optimizer import Optimizer
from services.dispatch.planning.problem.circuit import Effort
from services.dispatch.planning.problem.plan_files import write_solution
from tests.dispatch.planning.problems import district, sample
print(json.dumps([math.exp(number / 999) for number in range(20_000)]))
for problem, work in ((sample("S"), 0.8), (district(zones=7, seed=7), 2.0)):
    print(json.dumps(write_solution(problem, Optimizer().plan(problem, Effort(600.0, work=work)))))
"""
"""A function of the C library, and two plans with certificates: a city's by townships, a district's by parts."""

OF_2008 = {
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-BMI2,-ERMS",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
}
OF_2013 = {
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
}
"""What the C library, numpy and its BLAS are told to do without."""

CPU = Path("/proc/cpuinfo")


def planned(processor: dict[str, str]) -> list[str]:
    """What is written on such a processor: the function's values, the city's plan, the district's."""
    asked = [sys.executable, "-c", PLANNING]
    done = subprocess.run(
        asked, env=os.environ | processor, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.mark.long
@pytest.mark.skipif(
    platform.machine() != "x86_64" or not CPU.exists(),
    reason="only on x86-64 under Linux can these libraries be told what to do without",
)
def test_unlike_processors_make_the_same_plans_byte_for_byte() -> None:
    values, *here = planned({})
    assert [len(json.loads(plan)["assignments"]) > 100 for plan in here] == [True, True]
    older, *there = planned(OF_2008)
    assert there == here
    assert planned(OF_2013)[1:] == here
    if "fma" in CPU.read_text("ascii", "replace").split():
        assert older != values, (
            "it was to be computed without FMA, or like has been compared with like"
        )
