"""Ask Snakemake for all jobs of a study and run none of them; `nascent plan` reads the answer.

    python workflow/plan.py OUT -n --configfile config/mine.yaml

Jobs behind a checkpoint that has not run are counted from what the config says of the raw data and
fractions.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from snakemake.api import DAGApi
from snakemake.cli import main

from nascent.costs.facts import expected_cells
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

    facts = names["size_of_study"](expected)
    place = names["logged"]("")
    jobs = [job for job in workflow.dag.jobs if job.rule.benchmark]
    plan = {
        "facts": facts.plain(),
        "expected": sorted(expected),
        "logs": place,
        "benchmarks": names["benchmarks_of_rules"](),
        "jobs": names["jobs_in_plain_data"](jobs),
        "room": asdict(names["room_of_run"]()),
    }
    OUT.write_text(json.dumps(plan), encoding="utf-8")


OUT = Path(sys.argv[1]).absolute()
# The command line makes its profile, config and targets into a DAG, then calls this.
execute, DAGApi.execute_workflow = DAGApi.execute_workflow, planned
main(sys.argv[2:])
