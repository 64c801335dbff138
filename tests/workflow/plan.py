"""Run Snakemake with the given arguments and write the jobs it announces to a file, as JSON.

    python plan.py OUT -n --configfile config/tiny.yaml

With messages on every rule the printed plan names no wildcards; the log events beneath it do.
"""

import json
import logging
import sys
from pathlib import Path

from snakemake.cli import main
from snakemake.logging import logger
from snakemake_interface_logger_plugins.common import LogEvent


class Jobs(logging.Filter):
    """Keep what is said of each job, and let every record pass."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[dict[str, object]] = []

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            told = {"rule": record.rule_name, "reason": record.reason}
            self.found.append(told | {"wildcards": dict(record.wildcards or {})})
        return True


jobs = Jobs()
# A filter of the logger itself outlives Snakemake's setting up of its handlers.
logger.addFilter(jobs)
try:
    main(sys.argv[2:])
finally:
    Path(sys.argv[1]).write_text(json.dumps(jobs.found), encoding="utf-8")
