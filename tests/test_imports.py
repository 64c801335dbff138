"""What jobs load before they work: a framework where they compute with a network, only there."""

import ast
import importlib
import json
import os
import re
import subprocess
import sys

import pytest

from nascent.frameworks import hidden, without_banner

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


HEAVY = FRAMEWORKS | {"scipy", "sklearn", "matplotlib"}
"""Half a second of CPU each, and more."""


@pytest.fixture(scope="module")
def scripts(root):
    """Script → the imports at its top."""
    return {
        path.stem: [
            node
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        for path in sorted((root / "workflow" / "scripts").rglob("*.py"))
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


def test_snakemake_starts_without_what_only_jobs_need(root):
    rules = [root / "workflow" / "Snakefile", *sorted((root / "rules").rglob("*.smk"))]
    imports = [
        found[0]
        for path in rules
        for found in re.finditer(
            r"^(from nascent\S* import (\([^)]*\)|.*)|import nascent.*)$",
            path.read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    ]
    assert len(imports) > 10
    program = "\n".join([*imports, "import sys", f"print(sorted({HEAVY} & sys.modules.keys()))"])
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.stdout == "[]\n", run.stderr[-2000:]


@pytest.mark.parametrize("backend", ["tensorflow", "jax"])
def test_keras_loads_without_packages_that_it_would_only_work_together_with(backend):
    program = """
import sys
from nascent.frameworks import OPTIONAL, keras
assert keras.backend.backend() == sys.argv[1]
assert OPTIONAL & sys.modules.keys() <= {sys.argv[1]}, sorted(OPTIONAL & sys.modules.keys())
# What a job needs of them it imports as ever.
import jax.numpy, matplotlib.pyplot, sklearn.linear_model
assert jax.numpy.ones(3).sum() == 3
"""
    run = subprocess.run(
        [sys.executable, "-c", program, backend],
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-2000:]


def test_a_package_is_hidden_unless_it_is_loaded_already(tmp_path, monkeypatch):
    for name in ("loaded_before", "loaded_behind"):
        (tmp_path / f"{name}.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    before = importlib.import_module("loaded_before")
    with hidden("loaded_before", "loaded_behind"):
        assert importlib.import_module("loaded_before") is before
        with pytest.raises(ImportError):
            importlib.import_module("loaded_behind")
    assert importlib.import_module("loaded_behind")


def test_the_banner_of_tensorflow_is_left_out_and_what_else_is_said_is_passed_on(capfd):
    with without_banner():
        os.write(2, b"I0000 port.cc:153] oneDNN custom operations are on.\n")
        print("something of note", file=sys.stderr)
    assert capfd.readouterr().err == "something of note\n"
    print("later", file=sys.stderr)
    assert capfd.readouterr().err == "later\n"
