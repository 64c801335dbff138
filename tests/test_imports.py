"""What a job loads before it works: a framework where it computes with a network, and nowhere else."""

import ast
import json
import subprocess
import sys

import pytest

FRAMEWORKS = {"tensorflow", "keras", "jax", "torch"}
NETWORK_JOBS = "nascent.network_jobs"
"""Imported by the scripts of jobs that compute with a network."""

ONE_AFTER_ANOTHER = f"""
import json, sys
scripts = json.load(sys.stdin)
for name, imports in scripts.items():
    exec(imports)
    if loaded := sorted({FRAMEWORKS} & sys.modules.keys()):
        sys.exit(f"{{name}} loads {{', '.join(loaded)}} and computes with no network")
"""


@pytest.fixture(scope="module")
def scripts(root):
    """Script → the imports at its top."""
    return {
        path.stem: [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        for path in sorted((root / "workflow" / "scripts").glob("*.py"))
    }


def computes_with_a_network(imports):
    return any(getattr(node, "module", None) == NETWORK_JOBS for node in imports)


def test_no_job_loads_a_framework_that_it_does_not_use(scripts):
    others = {
        name: "\n".join(map(ast.unparse, imports))
        for name, imports in scripts.items()
        if not computes_with_a_network(imports)
    }
    assert 0 < len(others) < len(scripts)
    run = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_ANOTHER],
        input=json.dumps(others),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]
