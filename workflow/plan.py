"""Ask Snakemake for all jobs of a study and run none of them; `nascent plan` reads the answer.

    python workflow/plan.py OUT -n --configfile config/mine.yaml

Jobs behind a checkpoint that has not run are counted from what the config says of the raw data and
fractions.
"""

import json
import sys
from pathlib import Path

from snakemake.api import DAGApi
from snakemake.cli import main

from nascent.costs.facts import Facts, counted_cells, expected_cells
from nascent.kind import module_of
from nascent.shards.plan import shard_name


def planned(dag_api: DAGApi, *arguments, **options) -> None:
    """Plan as Snakemake does, with shards counted where nobody knows them, and keep the plan."""
    workflow = dag_api.workflow_api._workflow
    names = workflow.globals
    study, folds = names["STUDY"], names["FOLDS"]
    known, known_parts = names["shards_of"], names["parts_of_shard"]
    raw = module_of(study.kind, "parts").counts(study, names["PARTS"])
    expected: dict[str, dict[str, int]] = {}

    def shards_of(split: str, fold: str) -> list[str]:
        if fold not in expected:
            return known(split, fold)
        shards = -(-expected[fold][split] // study.shards.cells)
        return [shard_name(split, number) for number in range(shards)]

    def parts_of_shard(shard: str, fold: str) -> list[str]:
        # Shards are mixed: of any part, as far as anybody knows.
        return list(names["PARTS"].index) if fold in expected else known_parts(shard, fold)

    def build_whole() -> None:
        build()
        pending = [
            job for job in workflow.dag.jobs if job.is_checkpoint and workflow.dag.needrun(job)
        ]
        for job in pending:
            fold = job.wildcards.fold
            expected[fold] = expected_cells(study, folds[fold], raw)
        # As if they had run: what waits for them is asked for its inputs once more.
        workflow.async_run(workflow.dag.update_checkpoint_dependencies(pending))

    # Input functions look them up here when they are asked.
    names["shards_of"], names["parts_of_shard"] = shards_of, parts_of_shard
    build, workflow._build_dag = workflow._build_dag, build_whole
    execute(dag_api, *arguments, **options)

    cells = {}
    for fold in folds:
        table = Path(names["made"](f"splits/{fold}/splits.tsv"))
        if fold in expected or not table.is_file():
            cells[fold] = expected_cells(study, folds[fold], raw)
        else:
            cells[fold] = counted_cells(table)
    facts = Facts(study, tuple(names["FEATURES"]), raw, cells)
    place = names["logged"]("")
    jobs = [job for job in workflow.dag.jobs if job.rule.benchmark]
    number = {job: place for place, job in enumerate(jobs)}
    plan = {
        "facts": facts.plain(),
        "expected": sorted(expected),
        "logs": place,
        "benchmarks": names["benchmarks_of_rules"](),
        "jobs": [told(job, workflow.dag, number) for job in jobs],
        "room": {"cores": workflow.resource_settings.cores, "jobs": workflow.resource_settings.nodes},
    }
    OUT.write_text(json.dumps(plan), encoding="utf-8")


def told(job, dag, number) -> dict[str, object]:
    """Return what a job is, whether it has to run, for which it waits, and what it asks for."""
    asked = {name: job.resources.get(name) for name in ("mem_mb", "gpu")}
    return {
        "rule": job.rule.name,
        "wildcards": {name: str(value) for name, value in job.wildcards_dict.items()},
        "to_run": bool(dag.needrun(job)),
        "needs": sorted(number[other] for other in dag.dependencies[job] if other in number),
        "threads": job.threads,
        # Memory that follows from files which are not there yet is told only when they are.
        **{name: value if isinstance(value, int) else None for name, value in asked.items()},
    }


OUT = Path(sys.argv[1]).absolute()
# The command line makes its profile, config and targets into a DAG, then calls this.
execute, DAGApi.execute_workflow = DAGApi.execute_workflow, planned
main(sys.argv[2:])
