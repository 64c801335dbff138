"""Plans studies: Snakemake is loaded once, and each plan is made by a fork of the process.

Every line that comes in is a request, a JSON object: `arguments` of Snakemake, `folder` to work in,
`environment`, `output` (a file that gets both streams) and `plan` (a file that gets what would run,
as JSON: `jobs`, one record each, and `submissions`, one record each that a cluster would get: its
rules, one a job, its CPUs, and what else it asks for). The answer is a line with the exit status.

With messages on every rule the printed plan names no wildcards; the log events beneath it do.
"""

import json
import logging
import os
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

# What a dry run would import after Snakemake. The library itself is that of each request.
import numpy
import pandas
import pydantic
import snakemake_executor_plugin_slurm
import snakemake_storage_plugin_fs
from snakemake.cli import main
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent

LOADED = (numpy, pandas, pydantic, snakemake_executor_plugin_slurm, snakemake_storage_plugin_fs)


class Plan(logging.Filter):
    """Keep what is said of each job and group of jobs, and let every record pass."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[dict[str, object]] = []
        self.submissions: list[dict[str, object]] = []

    def filter(self, record: logging.LogRecord) -> bool:
        event = getattr(record, "event", None)
        if event == LogEvent.GROUP_INFO:
            jobs = list(record.jobs)
            group = jobs[0].dag.get_job_group(jobs[0])
            self.submissions.append(submission([job.rule.name for job in jobs], group.resources))
        if event == LogEvent.JOB_INFO:
            job = {"rule": record.rule_name, "reason": record.reason}
            self.jobs.append(job | {"wildcards": dict(record.wildcards or {})})
            if not record.indent:
                self.submissions.append(submission([record.rule_name], record.resources))
        return True


def submission(rules: list[str], resources: Mapping[str, object]) -> dict[str, object]:
    """Return what is submitted together, and what it asks of the cluster."""
    kinds = ("_cores", "mem_mb", "runtime", "gpu", "slurm_partition")
    # What follows from files that are not there yet has no number.
    known = {kind: resources.get(kind) for kind in kinds}
    return {"rules": sorted(rules)} | {
        kind: value if isinstance(value, int) else str(value) for kind, value in known.items()
    }


def answer(request: dict[str, object]) -> int:
    """Plan in this process, which must be one of its own, and return the exit status."""
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.path.insert(0, os.environ["PYTHONPATH"])
    plan = Plan()
    # A filter of the logger itself outlives Snakemake's setting up of its handlers.
    logger.addFilter(plan)
    try:
        main(request["arguments"])
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    except BaseException:
        traceback.print_exc()
        status = 1
    announced = {"jobs": plan.jobs, "submissions": plan.submissions}
    Path(request["plan"]).write_text(json.dumps(announced), encoding="utf-8")
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def serve() -> None:
    """Answer requests until none comes."""
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            os._exit(answer(json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
