"""The same seed gives the same plan on unlike processors: libraries choose their code by what the processor can do, and
sums may then differ in their last bits."""

import hashlib
import json
import os
import platform
import subprocess
import sys
from functools import lru_cache

import pytest

FOR_PYTHON = """
import json, math, sys
from services.dispatch.adapters.optimizer import Optimizer
from services.dispatch.domain.planning.circuit import Effort
from services.dispatch.domain.planning.plan_files import write_solution
from tests.dispatch.plans import district, sample
sys.stdout.write(json.dumps([math.sin(number) + math.exp(number / 999) for number in range(20_000)]) + chr(10))
for problem, work in ((sample("S"), 0.8), (district(zones=7, seed=7), 2.0)):
    plan = write_solution(problem, Optimizer().plan(problem, Effort(600.0, work=work)))
    sys.stdout.write(json.dumps(plan, ensure_ascii=False) + chr(10))
"""
WITHOUT = "-AVX512F,-AVX512VL,-AVX2,-AVX,-FMA,-FMA4,-BMI2,-ERMS"
PROCESSORS = {
    "of 2008": {
        "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={WITHOUT}",
        "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
        "OPENBLAS_CORETYPE": "Nehalem",
    },
    "of 2013": {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR", "OPENBLAS_CORETYPE": "Haswell"},
}
"""What glibc (sine, logarithm and their like), numpy and its BLAS are told to do without."""

pytestmark = pytest.mark.skipif(
    platform.machine() not in {"x86_64", "AMD64"}, reason="only on x86-64 do these libraries choose at run time"
)


@lru_cache
def planned(processor: str | None) -> tuple[str, ...]:
    """Functions of the C library, and two plans with certificates: a city's by one model, a district's by parts."""
    environment = os.environ | (PROCESSORS[processor] if processor else {})
    done = subprocess.run(
        [sys.executable, "-c", FOR_PYTHON], env=environment, capture_output=True, text=True, check=True
    )
    return tuple(done.stdout.splitlines())


@pytest.mark.parametrize("processor", PROCESSORS)
def test_an_unlike_processor_makes_the_same_plan_byte_for_byte(processor: str) -> None:
    (_, *here), (_, *there) = planned(None), planned(processor)
    assert [len(json.loads(plan)["assignments"]) > 100 for plan in here] == [True, True]
    assert [hashlib.sha256(plan.encode()).hexdigest() for plan in there] == [
        hashlib.sha256(plan.encode()).hexdigest() for plan in here
    ]
