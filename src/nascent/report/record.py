"""The record of a study, `study.json`: it tells the readers of its results what made them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nascent.files import written
from nascent.study_record import RESULTS_VERSION


def write_study_record(record: Mapping[str, Any], version: str, path: str | Path) -> None:
    """Write the record of a study; equal studies give equal files.

    Parameters
    ----------
    record
        What `nascent.config.record.plain_record` says of the study.
    version
        Of nascent.
    path
        `results/<study>/study.json`.
    """
    whole = {"results_version": RESULTS_VERSION, "nascent": version, **record}
    # In the order of the config: it is that of models and methods wherever they are shown.
    text = json.dumps(whole, indent=2, ensure_ascii=False)
    with written(path) as beside:
        beside.write_text(f"{text}\n", encoding="utf-8")
