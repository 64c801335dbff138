"""Plan a study as `nascent plan` does, and keep which jobs it has and what Slurm is given of them.

    python _planned_jobs.py OUT -n --profile profiles/slurm --configfile study.yaml

OUT is JSON: `jobs`, of each its `rule` and the number of its `submission`, which the jobs of a
group share (None where it runs beside Snakemake), `scripts`, rule → file name, and `parts`, file
name → those of the parts that its jobs make.
"""

import json
import runpy
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from snakemake.api import DAGApi

OUT = Path(sys.argv[1]).absolute()
PLAN = Path(__file__).parent.parent / "workflow" / "plan.py"


def counted(dag_api: DAGApi, *arguments, **options) -> None:
    """Make the dry run, and keep its jobs."""
    execute(dag_api, *arguments, **options)
    workflow = dag_api.workflow_api._workflow
    numbers: dict[object, int] = {}
    jobs, parts = [], {}
    for job in workflow.dag.jobs:
        # In a dry run every job says of itself that it is local.
        local = job.group is None and (job.rule.norun or job.rule.name in workflow._localrules)
        unit = workflow.dag.get_job_group(job) or job
        number = None if local else numbers.setdefault(unit, len(numbers))
        jobs.append({"rule": job.rule.name, "submission": number})
        for part in job.params.get("parts", {}).values():
            script = Path(str(job.rule.script)).name
            parts.setdefault(script, set()).add(f"{part['script']}.py")
    scripts = {rule.name: Path(str(rule.script)).name for rule in workflow.rules if rule.script}
    OUT.write_text(
        json.dumps(
            {
                "jobs": jobs,
                "scripts": scripts,
                "parts": {name: sorted(parts[name]) for name in parts},
            }
        ),
        encoding="utf-8",
    )


# `workflow/plan.py` makes the DAG whole, behind checkpoints too, before it calls this.
execute, DAGApi.execute_workflow = DAGApi.execute_workflow, counted
with TemporaryDirectory() as folder:
    sys.argv[1] = str(Path(folder) / "plan.json")
    runpy.run_path(str(PLAN), run_name="__main__")
