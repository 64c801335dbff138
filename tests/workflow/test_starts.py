"""Jobs of single wells start fast: they load no framework for networks."""

import ast
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from nascent.code import modules

ROOT = Path(__file__).parent.parent.parent
SCRIPTS = [
    ROOT / "workflow" / "scripts" / f"{name}.py"
    for name in (
        "kinds/cells/simulate",
        "kinds/cells/simulate_tables",
        "kinds/cells/crops",
        "kinds/cells/crops_gather",
        "splits",
        "shards_histogram",
        "shards_channels",
        "shards",
        "shards_gather",
    )
]
# What Snakemake puts before a script.
PREAMBLE = "import pickle, sys\nfrom snakemake.logging import logger\n"
PREAMBLE += "from snakemake.iocontainers import Snakemake\n"
HEAVY = ("tensorflow", "keras", "torch", "jax", "matplotlib", "seaborn")


def start_of(script: Path) -> str:
    """Return what a job runs before its work: the imports of its script."""
    body = ast.parse(script.read_text()).body
    return PREAMBLE + "\n".join(
        ast.unparse(node) for node in body if isinstance(node, ast.Import | ast.ImportFrom)
    )


def cpu_seconds(program: str) -> float:
    """Return the processor time that a fresh Python takes for a program."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    subprocess.run([sys.executable, "-c", program], check=True)
    return spent() - before


@pytest.mark.nightly
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_job_of_a_well_starts_in_a_second_and_a_half(script):
    program = start_of(script)
    # The least of three: a first start may have to compile, or share the machine.
    assert any(cpu_seconds(program) < 1.5 for _ in range(3))


@pytest.mark.slow
def test_a_job_of_a_well_imports_no_network_framework_whatever_it_does():
    names = sorted({name for script in SCRIPTS for name in modules(script)})
    assert "nascent.kinds.cells.crops.cutting" in names
    program = "import importlib, sys\n"
    program += f"for name in {names}: importlib.import_module(name)\n"
    program += f"print(*(name for name in {HEAVY} if name in sys.modules))"
    told = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert told.stdout.split() == []
