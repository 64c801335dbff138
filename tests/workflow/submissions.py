"""Run Snakemake with the given arguments and write what it would submit to a file, as JSON.

    python submissions.py OUT -n --profile profiles/slurm --configfile config/tiny.yaml

One record a submission: its rules, one a job; its CPUs, and what else it asks for.
"""

import json
import logging
import sys
from collections.abc import Mapping
from pathlib import Path

from snakemake.cli import main
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent


class Submissions(logging.Filter):
    """Keep what is said of each group of jobs, and let every record pass."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, object]] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "event", None) == LogEvent.GROUP_INFO:
            jobs = list(record.jobs)
            group = jobs[0].dag.get_job_group(jobs[0])
            self.found.append(told([job.rule.name for job in jobs], group.resources))
        if getattr(record, "event", None) == LogEvent.JOB_INFO and not record.indent:
            self.found.append(told([record.rule_name], record.resources))
        return True


def told(rules: list[str], resources: Mapping[str, object]) -> dict[str, object]:
    """Return what is submitted together, and what it asks of the cluster."""
    kinds = ("_cores", "mem_mb", "runtime", "gpu", "slurm_partition")
    # What follows from files that are not there yet has no number.
    known = {kind: resources.get(kind) for kind in kinds}
    return {"rules": sorted(rules)} | {
        kind: value if isinstance(value, int) else str(value) for kind, value in known.items()
    }


submissions = Submissions()
logger.addFilter(submissions)
try:
    main(sys.argv[2:])
finally:
    Path(sys.argv[1]).write_text(json.dumps(submissions.found), encoding="utf-8")
