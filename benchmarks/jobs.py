"""How many jobs a study of many models is, and what each spends before it works.

Planned is the demo's plate with so many models, seeds and methods, of which nothing is made yet,
under `profiles/slurm`. Before its work a job loads what its script imports: CPU seconds of that,
user and system, in a fresh process for each script, the least of the runs. On a machine that does
other work they are more, so each is also told as a multiple of what `import numpy, pandas, h5py`
takes, which is measured among them. What a module imports only when it computes is not counted.

A row a rule: its jobs, whether they compute with a network, seconds and multiple. The last line is
JSON: `jobs` and `submissions`, of which some hold several jobs; `cpu_without_network` and
`cpu_with_network`, the most of any rule, with its script (`slowest_…`) and multiple (`ratio_…`);
`cpu_preamble`, what Snakemake puts in front of every script on top of that; `cpu_reference`;
`cpu_hours`, of all jobs together before their work.

    python benchmarks/jobs.py [--models 8] [--seeds 5] [--runs 3] [--scripts train figures_use …]
"""

import argparse
import ast
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

ROOT = Path(__file__).parent.parent
SCRIPTS = ROOT / "workflow" / "scripts"
METHODS = ("gradient", "integrated_gradients", "expected_gradients")
NETWORK_JOBS = "nascent.network_jobs"
"""Imported by the scripts that compute with a network."""

REFERENCE = "import numpy, pandas, h5py"
PREAMBLE = "import snakemake.logging, snakemake.iocontainers"
"""What Snakemake writes in front of every script."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--models", type=int, default=8)
    options.add_argument("--seeds", type=int, default=5)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--scripts", nargs="*", help="measured alone; else all")
    chosen = options.parse_args()
    with TemporaryDirectory() as folder:
        plan = planned(write_study(Path(folder), models=chosen.models, seeds=chosen.seeds))
    jobs = Counter(job["rule"] for job in plan["jobs"])
    scripts = {rule: Path(name).stem for rule, name in plan["scripts"].items()}
    measured = sorted(set(chosen.scripts or scripts.values()))
    # A job of several parts loads what the scripts of all of them import.
    of_parts = {Path(name).stem: plan["parts"].get(name, []) for name in plan["scripts"].values()}
    loaded = {
        name: "\n".join(map(imports, [name, *(Path(part).stem for part in of_parts[name])]))
        for name in of_parts
    }
    seconds = cpu_seconds(
        {
            "reference": REFERENCE,
            "preamble": PREAMBLE,
            **{name: loaded[name] for name in measured},
        },
        runs=chosen.runs,
    )
    networks = {name for name in loaded if NETWORK_JOBS in loaded[name]}
    print_rules(jobs, scripts, seconds, networks)
    submissions = {job["submission"] for job in plan["jobs"]} - {None}
    of_jobs = sum(n * seconds.get(scripts.get(rule), 0) for rule, n in jobs.items())
    figures = {
        "jobs": jobs.total(),
        "submissions": len(submissions),
        **slowest("without_network", [x for x in measured if x not in networks], seconds),
        **slowest("with_network", [x for x in measured if x in networks], seconds),
        "cpu_preamble": round(seconds["preamble"], 2),
        "cpu_reference": round(seconds["reference"], 2),
        "cpu_hours": round(of_jobs / 3600, 2),
    }
    print(json.dumps(figures))


def write_study(folder: Path, *, models: int, seeds: int) -> Path:
    """Write the config of the demo with so many models, seeds and the three methods."""
    study = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())
    study["study"] = "jobs_planned_only"
    one = {"architecture": "simple_cnn", "seeds": list(range(1, seeds + 1))}
    study["train"] = {"models": {f"model_{number}": one for number in range(models)}}
    study["attribute"] = {"methods": {method: {"method": method} for method in METHODS}}
    # Retraining is asked for of named models.
    study["explain"].pop("roar", None)
    config = folder / "study.yaml"
    config.write_text(yaml.safe_dump(study))
    return config


def planned(config: Path) -> dict:
    """Return the jobs of a study and the scripts of rules, see `_planned_jobs.py`."""
    out = config.with_suffix(".json")
    command = [sys.executable, str(Path(__file__).with_name("_planned_jobs.py")), str(out), "-n"]
    options = ["--forceall", "--nolock", "--quiet", "all", "--profile", "profiles/slurm"]
    run = subprocess.run(
        [*command, *options, "--configfile", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode or not out.is_file():
        sys.exit(f"{run.stdout[-2000:]}{run.stderr[-3000:]}")
    return json.loads(out.read_text())


def imports(script: str) -> str:
    """Return the imports at the top of a script."""
    path = next(SCRIPTS.rglob(f"{script}.py"))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(map(ast.unparse, top))


def cpu_seconds(programs: dict[str, str], *, runs: int) -> dict[str, float]:
    """Return the least CPU seconds of each program over runs, which take turns."""
    least = dict.fromkeys(programs, float("inf"))
    for _ in range(runs):
        for name, program in programs.items():
            least[name] = min(least[name], cpu_of(program, name))
    return least


def cpu_of(program: str, name: str) -> float:
    with subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        # Of this child alone: the sums over all children hold those before it.
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"the imports of {name} fail")
    return used.ru_utime + used.ru_stime


def slowest(what: str, scripts: Sequence[str], seconds: dict[str, float]) -> dict[str, float | str]:
    if not scripts:
        return {}
    name = max(scripts, key=seconds.__getitem__)
    ratio = seconds[name] / seconds["reference"]
    return {
        f"cpu_{what}": round(seconds[name], 2),
        f"slowest_{what}": name,
        f"ratio_{what}": round(ratio, 1),
    }


def print_rules(
    jobs: Counter, scripts: dict[str, str], seconds: dict[str, float], networks: set[str]
) -> None:
    print("rule\tjobs\tnetwork\tcpu_seconds\tratio")
    rules = [rule for rule in scripts if scripts[rule] in seconds]
    for rule in sorted(rules, key=lambda rule: seconds[scripts[rule]]):
        spent = seconds[scripts[rule]]
        network = "yes" if scripts[rule] in networks else "no"
        ratio = spent / seconds["reference"]
        print(f"{rule}\t{jobs[rule]}\t{network}\t{spent:.2f}\t{ratio:.1f}")


if __name__ == "__main__":
    main()
